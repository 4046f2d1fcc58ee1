// What is accepted is one object on one line that stays as it is when checked again; the fast walk
// and the exact judge agree on every input; and the verdict is that of another parser.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "http/request.hpp"
#include "pipeline/gateway/json_check.hpp"
#include "pipeline/gateway/json_judge.hpp"
#include "pipeline/gateway/json_walk.hpp"

namespace {

namespace json = boost::json;

/// Boost takes no half of a surrogate pair: another escape in the place of each.
std::string without_surrogates(std::string_view body) {
  std::string text(body);
  for (std::size_t at = 0; (at = text.find('\\', at)) != std::string::npos; at += 2) {
    if (at + 3 >= text.size() || text[at + 1] != 'u') continue;
    const bool is_half =
        (text[at + 2] | 0x20) == 'd' &&
        std::string_view("89abcdefABCDEF").find(text[at + 3]) != std::string_view::npos;
    if (is_half) text[at + 2] = '0';
  }
  return text;
}

json::error_code second_opinion(std::string_view body, bool& is_object) {
  json::parse_options options;
  options.max_depth = weir::limits::json_depth_max;
  json::error_code error;
  const json::value value = json::parse(without_surrogates(body), error, {}, options);
  is_object = !error && value.is_object();
  return error;
}

std::string padded(std::string_view body) {
  return std::string(body) + std::string(weir::http::body_padding, '"');
}

/// The text of a valid document without the white space between its tokens.
std::string without_space(std::string_view body) {
  std::string line;
  bool in_string = false;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const bool is_space = std::string_view(" \t\r\n").find(body[at]) != std::string_view::npos;
    if (in_string || !is_space) line += body[at];
    if (in_string && body[at] == '\\')
      line += body[++at];
    else if (body[at] == '"')
      in_string = !in_string;
  }
  return line;
}

/// What the walk must say, by the slow and sure way.
weir::gateway::JsonWalk::Verdict expected_of(std::string_view body) {
  using Verdict = weir::gateway::JsonWalk::Verdict;
  if (weir::gateway::find_json_fault(body, weir::limits::json_depth_max)) return Verdict::refused;
  if (body[body.find_first_not_of(" \t\r\n")] != '{') return Verdict::refused;
  return without_space(body) == body ? Verdict::compact : Verdict::spaced;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static weir::gateway::JsonCheck check;
  static weir::gateway::JsonWalk walk;
  const std::string input = padded({reinterpret_cast<const char*>(data), size});
  const std::string_view body = std::string_view(input).substr(0, size);
  if (walk.judge(body) != expected_of(body)) std::abort();
  const auto line = check.one_line(body);
  // JsonCheck passes over a byte order mark; neither of the others knows of one.
  const std::string_view text = body.substr(body.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  bool is_object = false;
  const json::error_code error = second_opinion(text, is_object);
  // Exponents past 32 bits are where the two differ in range, not in grammar.
  if (error != json::error::exponent_overflow && is_object != line.has_value()) std::abort();
  const auto fault = weir::gateway::find_json_fault(text, weir::limits::json_depth_max);
  if (fault && (line || fault->byte > size)) std::abort();
  if (!fault && error && error != json::error::exponent_overflow) std::abort();
  if (fault && !error) std::abort();
  if (!line) return 0;
  if (line->find('\n') != std::string_view::npos || *line != without_space(text)) std::abort();
  const std::string once(*line);
  const std::string again = padded(once);
  const auto twice = check.one_line(std::string_view(again).substr(0, once.size()));
  if (!twice || *twice != once) std::abort();
  return 0;
}
