#include "http/head_parser.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

namespace weir::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using Text = beast::string_view;

bool is_digits(Text text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Field> known_field(beast::http::field field, Text name) {
  switch (field) {
    case beast::http::field::authorization:
      return Field::authorization;
    case beast::http::field::content_type:
      return Field::content_type;
    case beast::http::field::content_encoding:
      return Field::content_encoding;
    case beast::http::field::host:
      return Field::host;
    case beast::http::field::unknown:
      break;
    default:
      return std::nullopt;
  }
  if (beast::iequals(name, "x-amperity-tenant") || beast::iequals(name, "amperity-tenant") ||
      beast::iequals(name, "tenant"))
    return Field::tenant;
  if (beast::iequals(name, "idempotency-key")) return Field::idempotency_key;
  return std::nullopt;
}

/// Beast reads the head and judges its grammar; this keeps the places and is strict about framing.
/// Bodies are framed by RequestParser, hence skip().
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  HeadParser(const char* base, RequestHead& head) : base_(base), head_(head) {
    skip(true);
    header_limit(std::numeric_limits<std::uint16_t>::max());
  }

  const char* refusal() const { return refusal_; }
  bool has_too_many_fields() const { return has_too_many_fields_; }

 private:
  Place place_of(Text text) const {
    return {static_cast<std::uint16_t>(text.data() - base_),
            static_cast<std::uint16_t>(text.size())};
  }
  Text text_of(Place place) const { return {base_ + place.at, place.size}; }

  void refuse(error_code& ec, const char* why) {
    refusal_ = why;
    ec = beast::http::error::bad_value;
  }

  void on_request_impl(beast::http::verb, Text method, Text target, int version,
                       error_code&) override {
    head_.method = place_of(method);
    head_.target = place_of(target);
    head_.is_http10 = version == 10;
  }

  void on_field_impl(beast::http::field field, Text name, Text value, error_code& ec) override {
    if (head_.line_count == limits::header_fields_max) {
      has_too_many_fields_ = true;
      return refuse(ec, "too many fields");
    }
    // Beast judged these alone; together with what it lets pass they must still be unambiguous.
    if (field == beast::http::field::content_length) {
      if (head_.has_length || !is_digits(value))
        return refuse(ec, "Content-Length must be sent once and be digits only");
      head_.has_length = true;
    } else if (field == beast::http::field::transfer_encoding) {
      if (!beast::iequals(value, "chunked"))
        return refuse(ec, "the only Transfer-Encoding known here is \"chunked\"");
      head_.chunked = true;
    } else if (field == beast::http::field::expect) {
      head_.expects_continue = beast::iequals(value, "100-continue");
    }
    const std::uint8_t line = head_.line_count++;
    head_.lines[line] = {place_of(name), place_of(value)};
    if (const auto known = known_field(field, name)) keep(*known, line);
  }

  void keep(Field field, std::uint8_t line) {
    auto& kept = head_.known[static_cast<std::size_t>(field)];
    if (kept < 0) {
      kept = static_cast<std::int8_t>(line);
      return;
    }
    const bool is_list = field == Field::content_encoding;  // the same twice is done twice
    if (is_list || text_of(head_.lines[static_cast<std::uint8_t>(kept)].value) !=
                       text_of(head_.lines[line].value))
      head_.conflicting |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(field));
  }

  void on_header_impl(error_code& ec) override {
    const bool has_host = head_.known[static_cast<std::size_t>(Field::host)] >= 0;
    if (!has_host && !head_.is_http10) return refuse(ec, "it has no Host header");
    if ((head_.conflicting >> static_cast<unsigned>(Field::host)) & 1)
      return refuse(ec, "it has more than one Host");
    if (head_.chunked && head_.is_http10) return refuse(ec, "HTTP/1.0 knows no Transfer-Encoding");
    head_.content_length = content_length().value_or(0);
    head_.keep_alive = keep_alive();
  }

  void on_response_impl(int, Text, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  const char* base_;
  RequestHead& head_;
  const char* refusal_ = nullptr;
  bool has_too_many_fields_ = false;
};

const char* words_of(const error_code& ec) {
  using beast::http::error;
  if (ec == error::bad_method) return "the method is not a word followed by one space";
  if (ec == error::bad_target) return "the request target is empty or has a forbidden character";
  if (ec == error::bad_version) return "the version is not HTTP/1.1 or HTTP/1.0";
  if (ec == error::bad_field)
    return "a header name is empty or has a space or a forbidden character";
  if (ec == error::bad_value) return "a header value has a forbidden character";
  if (ec == error::bad_line_ending) return "a line does not end in CRLF";
  if (ec == error::bad_content_length || ec == error::multiple_content_length)
    return "Content-Length must be sent once, be digits only, and not beside Transfer-Encoding";
  if (ec == error::bad_transfer_encoding)
    return "Transfer-Encoding must be sent once, and not beside Content-Length";
  return "its head cannot be read";
}

}  // namespace

Result<void> parse_head(std::string_view bytes, RequestHead& head) {
  head.line_count = 0;
  head.known.fill(-1);
  head.conflicting = 0;
  head.chunked = head.has_length = head.expects_continue = false;
  head.bytes = static_cast<std::uint32_t>(bytes.size());
  HeadParser parser(bytes.data(), head);
  error_code ec;
  const std::size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (!ec && used == bytes.size() && parser.is_done()) return {};
  if (parser.has_too_many_fields())
    return fail(Errc::headers_too_large, "The request has more than " +
                                             std::to_string(limits::header_fields_max) +
                                             " header fields. Send fewer.");
  const char* words = parser.refusal() ? parser.refusal() : words_of(ec);
  return fail(Errc::bad_request, std::string("The request is not valid HTTP/1.1: ") + words + ".");
}

bool is_token_byte(char c) {
  return beast::http::detail::is_token_char(c);
}

}  // namespace weir::http
