#include "pipeline/gateway/json_check.hpp"

#include <string>

#include <simdjson.h>

#include "base/limits.hpp"
#include "pipeline/gateway/json_judge.hpp"
#include "pipeline/gateway/json_walk.hpp"

namespace weir::gateway {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view remedy = " Send exactly one JSON object (RFC 8259, UTF-8) a request.";

std::size_t skip_space(std::string_view body) {
  const std::size_t at = body.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? body.size() : at;
}

Failure refused(const std::string& what) {
  return fail(Errc::bad_request, what + std::string(remedy));
}

/// The same with the position, counted after a byte order mark: lines and columns from 1, bytes
/// from 0.
Failure refused_at(const std::string& what, std::string_view body, std::size_t byte) {
  return refused(what + " at " + json_place(body, byte) + ".");
}

/// Why JsonWalk refused the text. find_json_fault decides: it may accept the text, if the walk had
/// no memory.
Result<void> explain(std::string_view body) {
  const auto fault = find_json_fault(body, limits::json_depth_max);
  if (!fault) return {};
  switch (fault->kind) {
    case JsonFault::Kind::too_deep:
      return refused_at(
          "The JSON is nested deeper than " + std::to_string(limits::json_depth_max) + " levels",
          body, fault->byte);
    case JsonFault::Kind::incomplete:
      return refused_at("The JSON ends before it is complete,", body, fault->byte);
    case JsonFault::Kind::trailing:
      return refused_at("Something follows the JSON object", body, fault->byte);
    case JsonFault::Kind::invalid:
      break;
  }
  return refused_at("The body is not valid JSON: " + std::string(fault->what), body, fault->byte);
}

}  // namespace

struct JsonCheck::Scratch {
  JsonWalk walk;
  std::unique_ptr<char[]> line;
  std::size_t line_bytes = 0;

  /// Memory of a rare large payload is not kept.
  void shrink() {
    walk.shrink();
    if (line_bytes <= limits::kept_scratch_bytes_max) return;
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
  if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
  const std::size_t first = skip_space(body);
  if (first == body.size()) return refused("The body is empty.");
  if (body[first] == '[') return refused_at("The body is a JSON array", body, first);
  if (body[first] != '{') {
    WEIR_CHECK(explain(body));
    return refused_at("The body is a single JSON value, not an object,", body, first);
  }
  scratch_->shrink();
  const JsonWalk::Verdict verdict = scratch_->walk.judge(body);
  if (verdict == JsonWalk::Verdict::compact) return body;
  if (verdict == JsonWalk::Verdict::refused) WEIR_CHECK(explain(body));
  scratch_->grow(body.size() + simdjson::SIMDJSON_PADDING);
  std::size_t bytes = 0;
  if (const auto error = simdjson::minify(body.data(), body.size(), scratch_->line.get(), bytes))
    return refused("The body is not valid JSON: " + std::string(simdjson::error_message(error)));
  return std::string_view(scratch_->line.get(), bytes);
}

}  // namespace weir::gateway
