#include "control/fields.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/limits.hpp"

namespace weir::control {
namespace {

namespace json = boost::json;

Failure not_json(const std::string& why) {
  return fail(Errc::bad_request, "The body is not a JSON object" + why + ". Send one as UTF-8.");
}

std::string list_of(Fields::Known names) {
  std::string list;
  for (const std::string_view name : names)
    list.append(list.empty() ? "\"" : ", \"").append(name).append("\"");
  return list;
}

}  // namespace

Result<Fields> Fields::of_body(const http::Request& request, Known known) {
  if (request.body.empty()) return open({}, "", known);
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  json::stream_parser parser({}, options);
  json::error_code error;
  const std::size_t read = parser.write_some(request.body, error);
  if (!error && read < request.body.size()) error = json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) return not_json(": " + error.message() + " near byte " + std::to_string(read));
  json::value body = parser.release();
  if (!body.is_object()) return not_json("");
  return open(std::move(body.get_object()), "", known);
}

Result<Fields> Fields::open(json::object object, std::string where, Known known) {
  for (const auto& [key, value] : object) {
    const std::string_view name(key.data(), key.size());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return fail(Errc::bad_request,
                "Unknown field \"" + where + std::string(name) + "\". " +
                    (known.size() == 0 ? "None is expected here."
                                       : "Known fields: " + list_of(known) + "."));
  }
  return Fields(std::move(object), std::move(where));
}

const json::value* Fields::find(std::string_view name) const {
  const json::value* value = object_.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

std::string Fields::quoted(std::string_view name) const {
  return "\"" + where_ + std::string(name) + "\"";
}

Failure Fields::expected(std::string_view name, std::string_view type) const {
  return fail(Errc::bad_request, quoted(name) + " must be " + std::string(type) + ".");
}

Result<const json::value*> Fields::required(std::string_view name, std::string_view type) const {
  const json::value* value = find(name);
  if (!value)
    return fail(Errc::bad_request,
                quoted(name) + " is missing: it must be " + std::string(type) + ".");
  return value;
}

Result<std::string> Fields::text(std::string_view name) const {
  WEIR_CHECK(required(name, "a string"));
  return text_or(name, "");
}

Result<std::string> Fields::text_or(std::string_view name, std::string otherwise) const {
  const json::value* value = find(name);
  if (!value) return otherwise;
  if (!value->is_string()) return expected(name, "a string");
  const json::string& text = value->get_string();
  return std::string(text.data(), text.size());
}

Result<bool> Fields::flag_or(std::string_view name, bool otherwise) const {
  const json::value* value = find(name);
  if (!value) return otherwise;
  if (!value->is_bool()) return expected(name, "true or false");
  return value->get_bool();
}

Result<int> Fields::number_or(std::string_view name, int otherwise, int least, int most) const {
  const json::value* value = find(name);
  if (!value) return otherwise;
  if (!value->is_int64() || value->get_int64() < least || value->get_int64() > most)
    return expected(name,
                    "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return static_cast<int>(value->get_int64());
}

Result<std::vector<std::string>> Fields::texts(std::string_view name) const {
  constexpr std::string_view type = "an array of strings";
  WEIR_TRY(const json::value* value, required(name, type));
  if (!value->is_array()) return expected(name, type);
  std::vector<std::string> texts;
  for (const json::value& item : value->get_array()) {
    if (!item.is_string()) return expected(name, type);
    texts.emplace_back(item.get_string().data(), item.get_string().size());
  }
  return texts;
}

Result<std::optional<Time>> Fields::time(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  constexpr std::string_view type = "a time like \"2027-02-01T08:00:00Z\" (RFC 3339)";
  const json::value* value = find(name);
  if (!value->is_string()) return expected(name, type);
  const auto time = parse_time({value->get_string().data(), value->get_string().size()});
  if (!time) return expected(name, type);
  return time;
}

Result<std::optional<Day>> Fields::day(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  constexpr std::string_view type = "a day like \"2027-03-02\"";
  const json::value* value = find(name);
  if (!value->is_string()) return expected(name, type);
  const auto day = parse_day({value->get_string().data(), value->get_string().size()});
  if (!day) return expected(name, type);
  return day;
}

Result<std::string> Fields::object_text(std::string_view name) const {
  const json::value* value = find(name);
  if (!value) return std::string();
  if (!value->is_object()) return expected(name, "a JSON object");
  return json::serialize(*value);
}

Result<std::string> Fields::array_text(std::string_view name) const {
  const json::value* value = find(name);
  if (!value) return std::string();
  if (!value->is_array()) return expected(name, "a JSON array");
  return json::serialize(*value);
}

Result<Fields> Fields::object(std::string_view name, Known known) const {
  constexpr std::string_view type = "an object";
  WEIR_TRY(const json::value* value, required(name, type));
  if (!value->is_object()) return expected(name, type);
  return open(value->get_object(), where_ + std::string(name) + ".", known);
}

Result<std::vector<Fields>> Fields::items(std::string_view name, Known known) const {
  constexpr std::string_view type = "an array of objects";
  WEIR_TRY(const json::value* value, required(name, type));
  if (!value->is_array()) return expected(name, type);
  std::vector<Fields> items;
  for (const json::value& item : value->get_array()) {
    if (!item.is_object()) return expected(name, type);
    const std::string where =
        where_ + std::string(name) + "[" + std::to_string(items.size()) + "].";
    WEIR_TRY(auto fields, open(item.get_object(), where, known));
    items.push_back(std::move(fields));
  }
  return items;
}

}  // namespace weir::control
