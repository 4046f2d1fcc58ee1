// What is accepted is one object on one line that stays as it is when checked again; and the
// verdict is that of another parser.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "http/request.hpp"
#include "pipeline/gateway/json_check.hpp"
#include "pipeline/gateway/json_judge.hpp"

namespace {

namespace json = boost::json;

json::error_code second_opinion(std::string_view body, bool& is_object) {
  json::parse_options options;
  options.max_depth = weir::limits::json_depth_max;
  json::error_code error;
  const json::value value = json::parse({body.data(), body.size()}, error, {}, options);
  is_object = !error && value.is_object();
  return error;
}

std::string padded(std::string_view body) {
  return std::string(body) + std::string(weir::http::body_padding, '"');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static weir::gateway::JsonCheck check;
  const std::string input = padded({reinterpret_cast<const char*>(data), size});
  const std::string_view body = std::string_view(input).substr(0, size);
  const auto line = check.one_line(body);
  bool is_object = false;
  const json::error_code error = second_opinion(body, is_object);
  // Exponents past 32 bits are where the two differ in range, not in grammar.
  if (error != json::error::exponent_overflow && is_object != line.has_value()) std::abort();
  const auto fault = weir::gateway::find_json_fault(body, weir::limits::json_depth_max);
  if (fault && (line || fault->byte > size)) std::abort();
  if (!fault && error && error != json::error::exponent_overflow) std::abort();
  if (fault && !error) std::abort();
  if (!line) return 0;
  if (line->find('\n') != std::string_view::npos) std::abort();
  const std::string once(*line);
  const std::string again = padded(once);
  const auto twice = check.one_line(std::string_view(again).substr(0, once.size()));
  if (!twice || *twice != once) std::abort();
  return 0;
}
