// Spark's JSON schemas, read as JSON first and then judged by what a type must have; a message
// names the place within the schema.

#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "engine/spark_type.hpp"

namespace weir::engine {

namespace {

namespace json = boost::json;
using Kind = SparkType::Kind;

constexpr std::size_t schema_depth_max = 256;
constexpr int precision_max = 38;

Failure at(const std::string& path, const std::string& what) {
  return fail(Errc::bad_request, "the schema is not valid at " + path + ": " + what);
}

constexpr std::array<std::pair<std::string_view, Kind>, 19> scalars{{
    {"string", Kind::string},
    {"long", Kind::long_},
    {"bigint", Kind::long_},
    {"integer", Kind::integer},
    {"int", Kind::integer},
    {"short", Kind::short_},
    {"smallint", Kind::short_},
    {"byte", Kind::byte},
    {"tinyint", Kind::byte},
    {"double", Kind::double_},
    {"float", Kind::float_},
    {"boolean", Kind::boolean},
    {"date", Kind::date},
    {"timestamp", Kind::timestamp},
    {"binary", Kind::binary},
    {"null", Kind::null},
    {"timestamp_ntz", Kind::timestamp},
    {"void", Kind::null},
    {"varchar", Kind::string},
}};

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
Result<SparkType> decimal_of(std::string_view name, const std::string& path) {
  std::string_view inside = name.substr(std::string_view("decimal").size());
  if (inside.empty()) return SparkType::decimal(10, 0);
  if (inside.front() == '(' && inside.back() == ')') {
    inside = inside.substr(1, inside.size() - 2);
    const std::size_t comma = inside.find(',');
    const auto precision = whole(inside.substr(0, comma));
    const auto scale = comma == std::string_view::npos ? 0 : whole(inside.substr(comma + 1));
    if (precision && scale && *precision >= 1 && *precision <= precision_max && *scale >= 0 &&
        *scale <= *precision)
      return SparkType::decimal(*precision, *scale);
  }
  return at(path, "\"" + std::string(name) +
                      "\" is no decimal; write decimal(p,s) with p from 1 to 38 and s from 0 to p");
}

Result<SparkType> scalar_of(std::string_view name, const std::string& path) {
  if (name.starts_with("decimal")) return decimal_of(name, path);
  for (const auto& [known, kind] : scalars) {
    if (name == known) return SparkType::scalar(kind);
  }
  return at(path, "unknown type \"" + std::string(name) +
                      "\"; known are string, long, integer, short, byte, double, float, boolean, "
                      "decimal(p,s), date, timestamp, binary, struct, array and map");
}

Result<SparkType> type_of(const json::value& value, const std::string& path);

Result<SparkType> member_type(const json::object& object, std::string_view key,
                              const std::string& path) {
  const json::value* member = object.if_contains(key);
  if (member == nullptr) return at(path, "\"" + std::string(key) + "\" is missing");
  return type_of(*member, path + "." + std::string(key));
}

Result<SparkField> field_of(const json::value& value, const std::string& path) {
  const json::object* object = value.if_object();
  if (object == nullptr) return at(path, "a field is an object with \"name\" and \"type\"");
  const json::value* name = object->if_contains("name");
  if (name == nullptr || !name->is_string() || name->get_string().empty())
    return at(path, "\"name\" must be a text that is not empty");
  WEIR_TRY(SparkType type, member_type(*object, "type", path));
  SparkField field{std::string(name->get_string()), std::move(type), true};
  if (const json::value* nullable = object->if_contains("nullable")) {
    if (!nullable->is_bool()) return at(path + ".nullable", "must be true or false");
    field.nullable = nullable->get_bool();
  }
  return field;
}

Result<SparkType> structure_of(const json::object& object, const std::string& path) {
  const json::value* list = object.if_contains("fields");
  if (list == nullptr || !list->is_array() || list->get_array().empty())
    return at(path, "a struct needs \"fields\", an array of at least one field");
  SparkType type = SparkType::scalar(Kind::structure);
  std::set<std::string> names;
  for (const json::value& item : list->get_array()) {
    const std::string here = path + ".fields[" + std::to_string(type.fields.size()) + "]";
    WEIR_TRY(SparkField field, field_of(item, here));
    if (!names.insert(folded_name(field.name)).second)
      return at(here, "the name \"" + field.name +
                          "\" is there twice; Spark does not tell upper from lower case");
    type.fields.push_back(std::move(field));
  }
  return type;
}

Result<SparkType> map_of(const json::object& object, const std::string& path) {
  WEIR_TRY(SparkType key, member_type(object, "keyType", path));
  WEIR_TRY(SparkType value, member_type(object, "valueType", path));
  if (key.kind != Kind::string)
    return at(path + ".keyType", "keys of JSON and XML are text; declare \"string\"");
  SparkType type = SparkType::scalar(Kind::map);
  type.of.push_back(std::move(key));
  type.of.push_back(std::move(value));
  return type;
}

Result<SparkType> type_of(const json::value& value, const std::string& path) {
  if (value.is_string()) return scalar_of(value.get_string(), path);
  const json::object* object = value.if_object();
  if (object == nullptr) return at(path, "a type is a name or an object");
  const json::value* name = object->if_contains("type");
  if (name == nullptr || !name->is_string())
    return at(path, "an object needs \"type\": struct, array or map");
  if (name->get_string() == "struct") return structure_of(*object, path);
  if (name->get_string() == "map") return map_of(*object, path);
  if (name->get_string() == "array") {
    WEIR_TRY(SparkType element, member_type(*object, "elementType", path));
    return SparkType::array(std::move(element));
  }
  return at(path + ".type", "\"" + std::string(name->get_string()) +
                                "\" is no nested type; write struct, array or map, or put the name "
                                "of a plain type in place of the object");
}

}  // namespace

Result<SparkType> parse_spark_schema(std::string_view text) {
  json::parse_options options;
  options.max_depth = schema_depth_max;
  json::error_code error;
  json::stream_parser parser({}, options);
  const std::size_t taken = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error || text.find_first_not_of(" \t\r\n", taken) != std::string_view::npos)
    return at("offset " + std::to_string(taken),
              error ? "not JSON: " + error.message() : "text after its end");
  WEIR_TRY(SparkType type, type_of(parser.release(), "$"));
  if (type.kind != Kind::structure) return at("$", "the top must be of type struct");
  return type;
}

}  // namespace weir::engine
