#include "http/head_parser.hpp"

#include <algorithm>
#include <limits>

#include "http/byte_class.hpp"
#include "http/field_name.hpp"
#include "http/host.hpp"

namespace weir::http {
namespace {

Failure too_large(const char* has, std::uint64_t max, const char* remedy) {
  return fail(Errc::headers_too_large, has + std::to_string(max) + remedy);
}

/// Parses lines into a head. A function that returns false has refused the head (see refusal()),
/// unless the line is incomplete: then no verdict is possible yet.
class LineReader {
 public:
  LineReader(std::string_view bytes, std::size_t line, RequestHead& head)
      : base_(bytes.data()), at_(base_ + line), end_(base_ + bytes.size()), head_(head) {}

  /// Where the next line begins; after a refusal, the refused line.
  std::size_t line() const { return static_cast<std::size_t>(at_ - base_); }
  Failure refusal() const;

  /// Whether the empty line that ends a head is next.
  bool is_at_end() const { return end_ - at_ >= 2 && at_[0] == '\r' && at_[1] == '\n'; }

  bool read_request_line();
  bool read_field_line();
  bool read_end();

 private:
  bool refuse(const char* why) {
    why_ = why;
    return false;
  }
  bool take_line_end(const char* p, const char* why_not);
  bool take_field(std::string_view name, std::string_view value);
  bool take_length(std::string_view value);
  bool take_coding(std::string_view value);
  bool take_options(std::string_view value);
  bool take_known(Field field, std::uint8_t line);

  Place place_of(std::string_view text) const {
    return {static_cast<std::uint16_t>(text.data() - base_),
            static_cast<std::uint16_t>(text.size())};
  }
  std::string_view value_of(std::size_t line) const {
    return {base_ + head_.lines[line].value.at, head_.lines[line].value.size};
  }

  const char* const base_;
  const char* at_;
  const char* const end_;
  RequestHead& head_;
  const char* why_ = nullptr;
  bool has_too_many_fields_ = false;
};

/// RFC 9112 3: method SP request-target SP HTTP-version CRLF, with single spaces.
bool LineReader::read_request_line() {
  const char* const method_end = skip<ByteClass::token>(at_, end_);
  if (method_end == at_ || method_end == end_ || *method_end != ' ')
    return refuse("the method is not a word followed by one space");
  const char* const target = method_end + 1;
  const char* const target_end = skip<ByteClass::target>(target, end_);
  if (target_end == target || target_end == end_ || *target_end != ' ')
    return refuse("the request target is empty or has a forbidden character");
  const char* const version = target_end + 1;
  constexpr std::string_view http = "HTTP/1.";
  constexpr const char* unknown_version = "the version is not HTTP/1.1 or HTTP/1.0";
  const std::string_view rest(version, static_cast<std::size_t>(end_ - version));
  if (rest.size() <= http.size() || !rest.starts_with(http)) return refuse(unknown_version);
  const char minor = rest[http.size()];
  if (minor != '0' && minor != '1') return refuse(unknown_version);
  head_.method = place_of({at_, static_cast<std::size_t>(method_end - at_)});
  head_.target = place_of({target, static_cast<std::size_t>(target_end - target)});
  head_.is_http10 = minor == '0';
  head_.keep_alive = !head_.is_http10;  // RFC 9112 9.3, until Connection says otherwise
  return take_line_end(version + http.size() + 1, unknown_version);
}

/// RFC 9112 5: field-name ":" OWS field-value OWS CRLF. No space before the colon (5.1), and no
/// folding (5.2): a recipient that joins lines differently sees other fields.
bool LineReader::read_field_line() {
  const char* const name_end = skip<ByteClass::token>(at_, end_);
  if (name_end == at_ || name_end == end_ || *name_end != ':') {
    if (at_ != end_ && is_blank(*at_))
      return refuse("a header line begins with a space (folded lines are not taken)");
    if (name_end == at_ && at_ != end_ && (*at_ == '\r' || *at_ == '\n'))
      return refuse("a line does not end in CRLF");
    return refuse("a header name is empty or has a space or a forbidden character");
  }
  const char* const value_end = skip<ByteClass::text>(name_end + 1, end_);
  const std::string_view name(at_, static_cast<std::size_t>(name_end - at_));
  const std::string_view value =
      trimmed({name_end + 1, static_cast<std::size_t>(value_end - name_end - 1)});
  const char* const line = at_;
  if (!take_line_end(value_end, "a header value has a forbidden character")) return false;
  if (take_field(name, value)) return true;
  at_ = line;
  return false;
}

/// RFC 9112 2.2 lets a recipient accept a bare LF as a line end. Two recipients that differ in that
/// see two different requests, so only CRLF is accepted.
bool LineReader::take_line_end(const char* p, const char* why_not) {
  if (end_ - p >= 2 && p[0] == '\r' && p[1] == '\n') {
    at_ = p + 2;
    return true;
  }
  const bool is_bare = p != end_ && (*p == '\r' || *p == '\n');
  return refuse(is_bare ? "a line does not end in CRLF" : why_not);
}

bool LineReader::take_field(std::string_view name, std::string_view value) {
  if (head_.line_count == limits::header_fields_max) {
    has_too_many_fields_ = true;
    return false;
  }
  const std::uint8_t line = head_.line_count++;
  head_.lines[line] = {place_of(name), place_of(value)};
  const Name known = name_of(name);
  switch (known) {
    case Name::other:
      return true;
    case Name::content_length:
      return take_length(value);
    case Name::transfer_encoding:
      return take_coding(value);
    case Name::connection:
      return take_options(value);
    case Name::expect:  // any other expectation is nothing we have to meet
      head_.expects_continue = spells(value, "100-continue");
      return true;
    default:
      return take_known(static_cast<Field>(known), line);
  }
}

/// RFC 9110 8.6, without the list of equal lengths that RFC 9112 6.3 would let us forgive.
bool LineReader::take_length(std::string_view value) {
  constexpr const char* why =
      "Content-Length must be sent once, be digits only, and not beside Transfer-Encoding";
  if (head_.has_length || head_.chunked || value.empty()) return refuse(why);
  constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t length = 0;
  for (const char c : value) {
    const auto digit = static_cast<unsigned char>(c - '0');
    if (digit > 9 || length > max / 10 || length * 10 > max - digit) return refuse(why);
    length = length * 10 + digit;
  }
  head_.has_length = true;
  head_.content_length = length;
  return true;
}

/// RFC 9112 6.1: with a length as well, or a coding that we do not decode, the end of the body is
/// ambiguous.
bool LineReader::take_coding(std::string_view value) {
  if (head_.has_length || head_.chunked)
    return refuse("Transfer-Encoding must be sent once, and not beside Content-Length");
  if (!spells(value, "chunked"))
    return refuse("the only Transfer-Encoding known here is \"chunked\"");
  head_.chunked = true;
  return true;
}

/// RFC 9110 7.6.1 and 9112 9.3: a list of tokens, of which we use two.
bool LineReader::take_options(std::string_view value) {
  while (!value.empty()) {
    const std::size_t size = std::min(value.find(','), value.size());
    const std::string_view option = trimmed(value.substr(0, size));
    const char* const option_end = option.data() + option.size();
    if (skip<ByteClass::token>(option.data(), option_end) != option_end)
      return refuse("Connection is not a list of words with commas between them");
    if (!head_.is_http10 && spells(option, "close")) head_.keep_alive = false;
    if (head_.is_http10 && spells(option, "keep-alive")) head_.keep_alive = true;
    value.remove_prefix(std::min(size + 1, value.size()));
  }
  return true;
}

bool LineReader::take_known(Field field, std::uint8_t line) {
  auto& kept = head_.known[static_cast<std::size_t>(field)];
  if (kept < 0) {
    kept = static_cast<std::int8_t>(line);
    // RFC 9112 3.2: an invalid one is refused, too.
    return field != Field::host || is_host(value_of(line)) ||
           refuse("its Host is not a host with or without a port");
  }
  // RFC 9112 3.2 makes no exception for two equal ones.
  if (field == Field::host) return refuse("it has more than one Host");
  const bool is_list = field == Field::content_encoding;  // the same coding twice is applied twice
  if (is_list || value_of(static_cast<std::size_t>(kept)) != value_of(line))
    head_.conflicting |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(field));
  return true;
}

bool LineReader::read_end() {
  const bool has_host = head_.known[static_cast<std::size_t>(Field::host)] >= 0;
  if (!has_host && !head_.is_http10) return refuse("it has no Host header");  // RFC 9112 3.2
  if (head_.chunked && head_.is_http10) return refuse("HTTP/1.0 knows no Transfer-Encoding");
  at_ += 2;
  return true;
}

Failure LineReader::refusal() const {
  if (has_too_many_fields_)
    return too_large("The request has more than ", limits::header_fields_max,
                     " header fields. Send fewer.");
  return fail(Errc::bad_request, std::string("The request is not valid HTTP/1.1: ") + why_ + ".");
}

void clear(RequestHead& head) {
  head.line_count = 0;
  head.known.fill(-1);
  head.conflicting = 0;
  head.chunked = head.has_length = head.expects_continue = false;
  head.content_length = 0;
}

}  // namespace

Result<bool> HeadParser::parse(std::string_view bytes, RequestHead& head) {
  const std::string_view here = bytes.substr(0, limits::header_bytes_max);
  const auto has_line_end_from = [&here](std::size_t at) {
    return here.find('\n', at) != std::string_view::npos;
  };
  // A line whose end had not arrived is parsed once its end is there, not with every piece.
  if (searched_ <= line_ || has_line_end_from(searched_)) {
    LineReader lines(here, line_, head);
    if (line_ == 0) clear(head);
    bool reads = line_ > 0 || lines.read_request_line();
    while (reads && !lines.is_at_end())
      reads = lines.read_field_line();
    if (reads && lines.read_end()) {
      head.bytes = static_cast<std::uint32_t>(lines.line());
      return true;
    }
    line_ = lines.line();
    if (has_line_end_from(line_)) return lines.refusal();
  }
  searched_ = here.size();
  if (bytes.size() >= limits::header_bytes_max)  // and its end is not among them
    return too_large("The request's head is over ", limits::header_bytes_max,
                     " bytes. Send fewer or shorter headers.");
  return false;
}

}  // namespace weir::http
