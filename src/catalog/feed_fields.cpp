#include "catalog/feed_fields.hpp"

#include <boost/json.hpp>

// Fields are one JSON text in the feed's row, not rows of a table: they are read and replaced as a
// whole, in their order, and nobody asks for one of them alone.
namespace weir::catalog {
namespace {

namespace json = boost::json;

json::object object_of(const FeedField& field) {
  return {{"name", field.name},
          {"type", field.type},
          {"rename_to", field.rename_to},
          {"required", field.required},
          {"semantic", field.semantic},
          {"format", field.format},
          {"scale", field.scale ? json::value(*field.scale) : json::value()},
          {"combines", json::array(field.combines.begin(), field.combines.end())},
          {"uuid", field.uuid}};
}

bool read(const json::object& object, const char* name, std::string& text) {
  const json::value* value = object.if_contains(name);
  if (!value || !value->is_string()) return false;
  text = std::string(value->get_string());
  return true;
}

/// Fields of an earlier weir have neither.
bool read_generated(const json::object& object, FeedField& field) {
  if (const json::value* uuid = object.if_contains("uuid")) {
    if (!uuid->is_bool()) return false;
    field.uuid = uuid->get_bool();
  }
  const json::value* combines = object.if_contains("combines");
  if (!combines) return true;
  if (!combines->is_array()) return false;
  for (const json::value& name : combines->get_array()) {
    if (!name.is_string()) return false;
    field.combines.emplace_back(name.get_string());
  }
  return true;
}

std::optional<FeedField> field_of(const json::value& value) {
  const json::object* object = value.if_object();
  if (!object) return std::nullopt;
  FeedField field;
  const json::value* required = object->if_contains("required");
  const json::value* scale = object->if_contains("scale");
  if (!read(*object, "name", field.name) || !read(*object, "type", field.type) ||
      !read(*object, "rename_to", field.rename_to) || !read(*object, "semantic", field.semantic) ||
      !read(*object, "format", field.format) || !required || !required->is_bool() || !scale ||
      (!scale->is_int64() && !scale->is_null()))
    return std::nullopt;
  field.required = required->get_bool();
  if (scale->is_int64()) field.scale = static_cast<int>(scale->get_int64());
  if (!read_generated(*object, field)) return std::nullopt;
  return field;
}

std::optional<std::string> name_of(const json::value& value) {
  if (!value.is_string()) return std::nullopt;
  return std::string(value.get_string());
}

template <class T, class ItemOf>
std::optional<std::vector<T>> unpack(const std::string& text, const ItemOf& item_of) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_array()) return std::nullopt;
  std::vector<T> items;
  for (const json::value& element : value.get_array()) {
    auto item = item_of(element);
    if (!item) return std::nullopt;
    items.push_back(*std::move(item));
  }
  return items;
}

}  // namespace

std::string pack_fields(const std::vector<FeedField>& fields) {
  json::array array;
  for (const FeedField& field : fields)
    array.push_back(object_of(field));
  return json::serialize(array);
}

std::optional<std::vector<FeedField>> unpack_fields(const std::string& text) {
  return unpack<FeedField>(text, field_of);
}

std::string pack_names(const std::vector<std::string>& names) {
  return json::serialize(json::array(names.begin(), names.end()));
}

std::optional<std::vector<std::string>> unpack_names(const std::string& text) {
  return unpack<std::string>(text, name_of);
}

}  // namespace weir::catalog
