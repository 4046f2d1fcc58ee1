#include <algorithm>
#include <map>

#include <boost/json.hpp>

#include "fields/sketch.hpp"

// What spark.read.json would infer of all that was seen: "" and null fit any type, a number beside
// an integer is a double, an integer beyond 64 bits a decimal, any other two types are text. Of XML
// what the engine infers of it: a place of the rows may be several of the sketch, alone and
// repeated.
namespace weir::fields {
namespace {

namespace json = boost::json;

using Children = std::vector<std::vector<std::size_t>>;

json::value field_of(std::string_view name, json::value type) {
  return {
      {"name", name}, {"type", std::move(type)}, {"nullable", true}, {"metadata", json::object()}};
}

json::value type_of(const Sketch& sketch, const Children& children, std::size_t index);

json::value struct_of(const Sketch& sketch, const Children& children, std::size_t index) {
  json::array fields;
  for (const std::size_t child : children[index]) {
    const Field& field = sketch.fields()[child];
    // As inference does: a name with a NUL in it cannot be said in SQL.
    if (field.is_element || field.name.empty() || field.name.find('\0') != std::string::npos)
      continue;
    json::value type = type_of(sketch, children, child);
    if (!type.is_null()) fields.push_back(field_of(field.name, std::move(type)));
  }
  if (fields.empty()) return nullptr;
  return {{"type", "struct"}, {"fields", std::move(fields)}};
}

/// null: a struct without fields, which is no column.
json::value type_of(const Sketch& sketch, const Children& children, std::size_t index) {
  const Field& field = sketch.fields()[index];
  std::vector<Type> types;
  for (const Type type : {Type::boolean, Type::integer, Type::big_integer, Type::number,
                          Type::string, Type::object, Type::array})
    if (field.count(type) > 0) types.push_back(type);
  const auto has = [&](Type type) { return field.count(type) > 0; };
  if (types.empty() || field.keys_are_data) return "string";
  const bool numeric = std::all_of(types.begin(), types.end(), [](Type type) {
    return type == Type::integer || type == Type::big_integer || type == Type::number;
  });
  if (numeric && has(Type::number)) return "double";
  if (numeric && has(Type::big_integer)) return "decimal(38,0)";
  if (types.size() > 1) return "string";
  switch (types.front()) {
    case Type::boolean:
      return "boolean";
    case Type::integer:
      return "long";
    case Type::object:
      return struct_of(sketch, children, index);
    case Type::array: {
      json::value element = "string";
      if (!children[index].empty()) element = type_of(sketch, children, children[index].front());
      if (element.is_null()) return nullptr;
      return {{"type", "array"}, {"elementType", std::move(element)}, {"containsNull", true}};
    }
    default:
      return "string";
  }
}

using Places = std::vector<std::size_t>;

/// With the elements of those that are arrays.
Places with_elements(const Sketch& sketch, const Children& children, Places places) {
  for (std::size_t i = 0; i < places.size(); ++i)
    for (const std::size_t child : children[places[i]])
      if (sketch.fields()[child].is_element) places.push_back(child);
  return places;
}

json::value xml_type(const Sketch& sketch, const Children& children, const Places& places);

/// null: they have no members.
json::value xml_struct(const Sketch& sketch, const Children& children, const Places& places) {
  std::map<std::string, Places> members;
  bool has_text = false;
  for (const std::size_t place : places) {
    const Field& field = sketch.fields()[place];
    has_text = has_text || field.count(Type::string) > 0;
    if (field.keys_are_data) return nullptr;
    for (const std::size_t child : children[place])
      if (!sketch.fields()[child].is_element) members[sketch.fields()[child].name].push_back(child);
  }
  if (members.empty()) return nullptr;
  if (has_text) members.try_emplace("_VALUE");
  json::array fields;
  for (const auto& [name, of_name] : members)
    if (!name.empty() && name.find('\0') == std::string::npos)
      fields.push_back(field_of(name, xml_type(sketch, children, of_name)));
  return {{"type", "struct"}, {"fields", std::move(fields)}};
}

json::value xml_type(const Sketch& sketch, const Children& children, const Places& places) {
  json::value type = xml_struct(sketch, children, with_elements(sketch, children, places));
  if (type.is_null()) type = "string";
  const bool is_repeated = std::any_of(places.begin(), places.end(), [&](std::size_t place) {
    return sketch.fields()[place].count(Type::array) > 0;
  });
  if (!is_repeated) return type;
  return {{"type", "array"}, {"elementType", std::move(type)}, {"containsNull", true}};
}

Children children_of(const Sketch& sketch) {
  Children children(sketch.fields().size());
  for (std::size_t i = 1; i < children.size(); ++i)
    children[sketch.fields()[i].parent].push_back(i);
  return children;
}

}  // namespace

std::string spark_schema(const Sketch& sketch, std::string_view row_tag) {
  const auto& fields = sketch.fields();
  Places rows;
  std::vector<bool> in_row(fields.size());  // a parent stands before its children
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const bool is_row = !fields[i].is_element && fields[i].name == row_tag;
    in_row[i] = in_row[fields[i].parent] || is_row;
    if (is_row && !in_row[fields[i].parent]) rows.push_back(i);
  }
  const Children children = children_of(sketch);
  const json::value schema = xml_struct(sketch, children, with_elements(sketch, children, rows));
  return schema.is_null() ? std::string() : json::serialize(schema);
}

std::string spark_schema(const Sketch& sketch) {
  const Children children = children_of(sketch);
  const json::value schema = struct_of(sketch, children, 0);
  return schema.is_null() ? std::string() : json::serialize(schema);
}

}  // namespace weir::fields
