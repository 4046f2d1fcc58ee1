#include "pipeline/gateway/json_check.hpp"

#include <string>

#include <boost/json/basic_parser_impl.hpp>
#include <simdjson.h>

#include "base/limits.hpp"
#include "http/request.hpp"

namespace weir::gateway {
namespace {

namespace json = boost::json;
static_assert(http::body_padding >= simdjson::SIMDJSON_PADDING);

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view remedy = " Send exactly one JSON object (RFC 8259, UTF-8) a request.";

/// Keeps nothing: Boost.JSON's parser as a judge that says where it stopped.
struct Ignore {
  static constexpr std::size_t max_object_size = ~std::size_t{0};
  static constexpr std::size_t max_array_size = ~std::size_t{0};
  static constexpr std::size_t max_key_size = ~std::size_t{0};
  static constexpr std::size_t max_string_size = ~std::size_t{0};
  using Error = json::error_code;
  using Text = json::string_view;
  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return true; }
  bool on_object_end(std::size_t, Error&) { return true; }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(std::size_t, Error&) { return true; }
  bool on_key_part(Text, std::size_t, Error&) { return true; }
  bool on_key(Text, std::size_t, Error&) { return true; }
  bool on_string_part(Text, std::size_t, Error&) { return true; }
  bool on_string(Text, std::size_t, Error&) { return true; }
  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t, Text, Error&) { return true; }
  bool on_uint64(std::uint64_t, Text, Error&) { return true; }
  bool on_double(double, Text, Error&) { return true; }
  bool on_bool(bool, Error&) { return true; }
  bool on_null(Error&) { return true; }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }
};

struct Verdict {
  json::error_code error;  // none: it is JSON up to `bytes`
  std::size_t bytes;
};

/// Slower than simdjson, and asked only after simdjson has refused: it knows where, and does not
/// mind numbers that no machine type holds.
Verdict judge(std::string_view body) {
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  json::basic_parser<Ignore> parser(options);
  json::error_code error;
  const std::size_t bytes = parser.write_some(false, body.data(), body.size(), error);
  return {error, bytes};
}

std::string place_of(std::string_view body, std::size_t byte) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : body.substr(0, byte)) {
    column = c == '\n' ? 1 : column + 1;
    line += c == '\n';
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column) + " (byte " +
         std::to_string(byte) + ")";
}

std::size_t skip_space(std::string_view body, std::size_t from) {
  const std::size_t at = body.find_first_not_of(" \t\r\n", from);
  return at == std::string_view::npos ? body.size() : at;
}

Failure refused(const std::string& what) {
  return fail(Errc::bad_request, what + std::string(remedy));
}

/// Why simdjson's refusal holds; ok where it only was about a number too large for its types.
Result<void> explain(std::string_view body, simdjson::error_code said) {
  const Verdict verdict = judge(body);
  const std::size_t end = skip_space(body, verdict.bytes);
  const std::string where = place_of(body, verdict.error ? verdict.bytes : end);
  if (verdict.error == json::error::too_deep || said == simdjson::DEPTH_ERROR)
    return refused("The JSON is nested deeper than " + std::to_string(limits::json_depth_max) +
                   " levels.");
  if (verdict.error == json::error::incomplete)
    return refused("The JSON ends before it is complete, at " + where + ".");
  if (verdict.error)
    return refused("The body is not valid JSON: " + verdict.error.message() + " at " + where + ".");
  if (end != body.size()) return refused("Something follows the JSON object at " + where + ".");
  if (said == simdjson::NUMBER_ERROR) return {};
  return refused("The body is not valid JSON: " + std::string(simdjson::error_message(said)));
}

/// A new parser's depth is simdjson's own default until it is told; it counts the document too.
simdjson::dom::parser new_parser() {
  simdjson::dom::parser parser;
  [[maybe_unused]] const auto error = parser.allocate(16 * limits::kib, limits::json_depth_max + 1);
  return parser;
}

}  // namespace

struct JsonCheck::Scratch {
  simdjson::dom::parser parser = new_parser();
  std::unique_ptr<char[]> line;
  std::size_t line_bytes = 0;

  /// A rare large payload does not keep its memory.
  void shrink() {
    if (line_bytes <= limits::kept_scratch_bytes_max) return;
    parser = new_parser();
    line.reset();
    line_bytes = 0;
  }
  void grow(std::size_t bytes) {
    if (bytes <= line_bytes) return;
    line = std::make_unique_for_overwrite<char[]>(bytes);
    line_bytes = bytes;
  }
};

JsonCheck::JsonCheck() : scratch_(std::make_unique<Scratch>()) {}
JsonCheck::~JsonCheck() = default;
JsonCheck::JsonCheck(JsonCheck&&) noexcept = default;

Result<std::string_view> JsonCheck::one_line(std::string_view body) {
  if (body.starts_with(byte_order_mark))
    return refused("The body begins with a byte order mark (EF BB BF). Leave it out.");
  const std::size_t first = skip_space(body, 0);
  if (first == body.size()) return refused("The body is empty.");
  if (body[first] == '[') return refused("The body is a JSON array.");
  scratch_->shrink();
  simdjson::dom::parser& parser = scratch_->parser;
  const auto parsed = parser.parse(body.data(), body.size(), false);
  if (parsed.error()) WEIR_CHECK(explain(body, parsed.error()));
  if (body[first] != '{') return refused("The body is a single JSON value, not an object.");
  scratch_->grow(body.size() + simdjson::SIMDJSON_PADDING);
  std::size_t bytes = 0;
  if (const auto error = simdjson::minify(body.data(), body.size(), scratch_->line.get(), bytes))
    return refused("The body is not valid JSON: " + std::string(simdjson::error_message(error)));
  return std::string_view(scratch_->line.get(), bytes);
}

}  // namespace weir::gateway
