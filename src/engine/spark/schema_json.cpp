// Spark's JSON schemas, read as JSON first and then judged by what a type must have; a message
// names the place within the schema.

#include "engine/spark/schema_json.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>

namespace weir::spark {

namespace {

namespace json = boost::json;

constexpr int precision_max = 38;
// A struct within a struct is three levels of JSON.
constexpr std::size_t json_depth_max = 4 * std::size_t{type_depth_max};

Failure at(const std::string& path, const std::string& what) {
  return fail(Errc::bad_request, "the schema is not valid at " + path + ": " + what);
}

struct Named {
  std::string_view name;
  Kind kind;
};
constexpr Named scalars[] = {
    {"string", Kind::string},       {"varchar", Kind::string},
    {"long", Kind::long_},          {"bigint", Kind::long_},
    {"integer", Kind::int_},        {"int", Kind::int_},
    {"short", Kind::short_},        {"smallint", Kind::short_},
    {"byte", Kind::byte},           {"tinyint", Kind::byte},
    {"double", Kind::double_},      {"float", Kind::float_},
    {"boolean", Kind::boolean},     {"date", Kind::date},
    {"timestamp", Kind::timestamp}, {"timestamp_ntz", Kind::timestamp},
    {"binary", Kind::binary},       {"null", Kind::null_},
    {"void", Kind::null_},
};

std::optional<int> whole(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "decimal", "decimal(p,s)"
Result<Type> decimal_of(std::string_view name, const std::string& path) {
  std::string_view inside = name.substr(std::string_view("decimal").size());
  if (inside.empty()) return Type::decimal(10, 0);
  if (inside.front() == '(' && inside.back() == ')') {
    inside = inside.substr(1, inside.size() - 2);
    const std::size_t comma = inside.find(',');
    const auto precision = whole(inside.substr(0, comma));
    const auto scale = comma == std::string_view::npos ? 0 : whole(inside.substr(comma + 1));
    if (precision && scale && *precision >= 1 && *precision <= precision_max && *scale >= 0 &&
        *scale <= *precision)
      return Type::decimal(*precision, *scale);
  }
  return at(path, "\"" + std::string(name) +
                      "\" is no decimal; write decimal(p,s) with p from 1 to 38 and s from 0 to p");
}

Result<Type> scalar_of(std::string_view name, const std::string& path) {
  if (name.starts_with("decimal")) return decimal_of(name, path);
  for (const Named& known : scalars) {
    if (name == known.name) return Type(known.kind);
  }
  return at(path, "unknown type \"" + std::string(name) +
                      "\"; known are string, long, integer, short, byte, double, float, boolean, "
                      "decimal(p,s), date, timestamp, binary, struct, array and map");
}

Result<Type> type_of(const json::value& value, const std::string& path, int depth);

Result<Type> member(const json::object& object, std::string_view key, const std::string& path,
                    int depth) {
  const json::value* member = object.if_contains(key);
  if (member == nullptr) return at(path, "\"" + std::string(key) + "\" is missing");
  return type_of(*member, path + "." + std::string(key), depth + 1);
}

Result<Field> field_of(const json::value& value, const std::string& path, int depth) {
  const json::object* object = value.if_object();
  if (object == nullptr) return at(path, "a field is an object with \"name\" and \"type\"");
  const json::value* name = object->if_contains("name");
  if (name == nullptr || !name->is_string() || name->get_string().empty())
    return at(path, "\"name\" must be a text that is not empty");
  WEIR_TRY(Type type, member(*object, "type", path, depth));
  const json::value* nullable = object->if_contains("nullable");
  if (nullable != nullptr && !nullable->is_bool())
    return at(path + ".nullable", "must be true or false");
  return Field{std::string(name->get_string()), std::move(type)};
}

Result<Type> structure_of(const json::object& object, const std::string& path, int depth) {
  const json::value* list = object.if_contains("fields");
  if (list == nullptr || !list->is_array() || list->get_array().empty())
    return at(path, "a struct needs \"fields\", an array of at least one field");
  std::vector<Field> fields;
  for (const json::value& item : list->get_array()) {
    const std::string here = path + ".fields[" + std::to_string(fields.size()) + "]";
    WEIR_TRY(Field field, field_of(item, here, depth));
    fields.push_back(std::move(field));
  }
  return Type::structure(std::move(fields));
}

Result<Type> type_of(const json::value& value, const std::string& path, int depth) {
  if (depth > type_depth_max)
    return at(path, "types nest deeper than " + std::to_string(type_depth_max) + " levels");
  if (value.is_string()) return scalar_of(value.get_string(), path);
  const json::object* object = value.if_object();
  if (object == nullptr) return at(path, "a type is a name or an object");
  const json::value* name = object->if_contains("type");
  if (name == nullptr || !name->is_string())
    return at(path, "an object needs \"type\": struct, array or map");
  if (name->get_string() == "struct") return structure_of(*object, path, depth);
  if (name->get_string() == "map") {
    WEIR_TRY(Type key, member(*object, "keyType", path, depth));
    WEIR_TRY(Type mapped, member(*object, "valueType", path, depth));
    return Type::map(std::move(key), std::move(mapped));
  }
  if (name->get_string() == "array") {
    WEIR_TRY(Type element, member(*object, "elementType", path, depth));
    return Type::array(std::move(element));
  }
  return at(path + ".type", "\"" + std::string(name->get_string()) +
                                "\" is no nested type; write struct, array or map, or put the name "
                                "of a plain type in place of the object");
}

}  // namespace

Result<Type> parse_schema_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::error_code error;
  json::stream_parser parser({}, options);
  const std::size_t taken = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error || text.find_first_not_of(" \t\r\n", taken) != std::string_view::npos)
    return at("offset " + std::to_string(taken),
              error ? "not JSON: " + error.message() : "text after its end");
  return type_of(parser.release(), "$", 1);
}

}  // namespace weir::spark
