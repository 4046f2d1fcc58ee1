#include "control/refusal.hpp"

#include <optional>
#include <regex>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "control/text.hpp"

// A message names what is wrong in quotes: a field as "fields[2].type", or a value of the body. So
// the place is found from the message, once and for every check, of the catalog and the engine
// too; an error that carried a place through all stages would be as much again in each of them.
namespace weir::control {
namespace {

namespace json = boost::json;

/// What stands in quotes, in order.
std::vector<std::string> quoted_in(const std::string& message) {
  std::vector<std::string> found;
  for (std::size_t at = 0; (at = message.find('"', at)) != std::string::npos;) {
    const std::size_t end = message.find('"', at + 1);
    if (end == std::string::npos) break;
    found.push_back(message.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return found;
}

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return "/" + out;
}

/// "fields[2].type" as "/fields/2/type"; nullopt: it is no such path.
std::optional<std::string> pointer_of_path(const std::string& path) {
  static const std::regex shape(R"([A-Za-z_][\w-]*(\[\d+\])*(\.[A-Za-z_][\w-]*(\[\d+\])*)*)");
  constexpr std::size_t path_bytes_max = 200;
  if (path.size() > path_bytes_max || !std::regex_match(path, shape)) return std::nullopt;
  std::string pointer = "/";
  for (const char c : path) {
    if (c == '.' || c == '[')
      pointer += '/';
    else if (c != ']')
      pointer += c;
  }
  return pointer;
}

bool leads_somewhere(const json::value& body, const std::string& pointer) {
  json::error_code error;
  return body.find_pointer(pointer, error) != nullptr;
}

/// Where a string is in the body.
std::optional<std::string> pointer_to_value(const json::value& at, const std::string& text) {
  if (at.is_string() && at.get_string() == text) return "";
  if (at.is_object())
    for (const auto& [name, value] : at.get_object())
      if (const auto below = pointer_to_value(value, text))
        return escaped({name.data(), name.size()}) + *below;
  if (at.is_array())
    for (std::size_t i = 0; i < at.get_array().size(); ++i)
      if (const auto below = pointer_to_value(at.get_array()[i], text))
        return "/" + std::to_string(i) + *below;
  return std::nullopt;
}

bool says_missing(const std::string& message, const std::string& name) {
  return message.find("\"" + name + "\" is missing") != std::string::npos;
}

/// "": the body as a whole.
std::string pointer_of(const json::value& body, const std::string& message) {
  for (const std::string& quoted : quoted_in(message)) {
    const auto pointer = pointer_of_path(quoted);
    if (pointer && (says_missing(message, quoted) || leads_somewhere(body, *pointer)))
      return *pointer;
    if (const auto found = pointer_to_value(body, quoted); found && !quoted.empty()) return *found;
  }
  return message.starts_with("The name of ") ? "/name" : "";
}

/// The length in characters of the word or the sign that begins there.
std::size_t word_length(std::string_view text) {
  const auto is_word = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  std::size_t length = 0;
  for (const char c : text) {
    if (!is_word(c)) break;
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++length;
  }
  return std::max<std::size_t>(length, 1);
}

/// Of an error of SQL that names its line, and mostly its column.
std::optional<json::object> position_of(const std::string& sql, const std::string& message) {
  static const std::regex place(R"(\bline (\d{1,9})(, column (\d{1,9}))?)");
  std::smatch found;
  if (!std::regex_search(message, found, place)) return std::nullopt;
  const std::size_t line = std::stoul(found[1].str());
  std::string_view rest = sql;
  for (std::size_t i = 1; i < line; ++i) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (!found[3].matched) {
    const auto characters = std::count_if(rest.begin(), rest.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    return json::object{
        {"line", line}, {"column", 1}, {"length", std::max<std::int64_t>(characters, 1)}};
  }
  const std::size_t column = std::stoul(found[3].str());
  std::size_t skipped = 0;
  while (!rest.empty() && skipped + 1 < column) {
    rest.remove_prefix(1);
    if (rest.empty() || (static_cast<unsigned char>(rest.front()) & 0xC0U) != 0x80U) ++skipped;
  }
  return json::object{{"line", line}, {"column", column}, {"length", word_length(rest)}};
}

std::optional<std::string> parameter_of(const http::Request& request, const std::string& message) {
  for (const std::string& quoted : quoted_in(message))
    if (request.query.contains(quoted) || says_missing(message, quoted)) return quoted;
  return std::nullopt;
}

void add_places(json::object& answer, const http::Request& request, const std::string& message) {
  json::object fault;
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  json::error_code error;
  const json::value body = json::parse(request.body, error, {}, options);
  if (!error && body.is_object()) {
    const json::value* sql = body.get_object().if_contains("sql");
    auto position = sql != nullptr && sql->is_string()
                        ? position_of(std::string(sql->get_string()), message)
                        : std::nullopt;
    fault["pointer"] = position ? "/sql" : pointer_of(body, message);
    if (position) answer["position"] = *std::move(position);
  } else if (request.method == "GET" || request.method == "HEAD" || !request.query.empty()) {
    if (const auto parameter = parameter_of(request, message)) fault["parameter"] = *parameter;
  } else {
    fault["pointer"] = pointer_of(json::object(), message);
  }
  fault["message"] = message;
  answer["errors"] = json::array{std::move(fault)};
}

}  // namespace

http::Response refusal(const http::Request& request, const Error& why, std::string_view directory) {
  const std::string message = without_directory(as_utf8(why.message), directory);
  http::Response response = http::error_response({why.code, message}, request.request_id);
  if (response.status != 400) return response;
  json::object body = json::parse(response.body).as_object();
  add_places(body, request, message);
  response.body = json::serialize(body);
  return response;
}

}  // namespace weir::control
