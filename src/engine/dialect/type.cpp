// Types are values that share their children, so that copying one is cheap and none is ever
// changed.

#include "engine/dialect/type.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>

#include "base/assert.hpp"

namespace weir::dialect {

namespace {

namespace json = boost::json;

constexpr int nesting_max = 64;

struct NamedKind {
  std::string_view json_name;
  std::string_view spark_name;
  std::string_view duckdb_name;
  Kind kind;
};

constexpr NamedKind named_kinds[] = {
    {"void", "void", "VARCHAR", Kind::null_},
    {"boolean", "boolean", "BOOLEAN", Kind::boolean},
    {"byte", "tinyint", "TINYINT", Kind::byte},
    {"short", "smallint", "SMALLINT", Kind::short_},
    {"integer", "int", "INTEGER", Kind::int_},
    {"long", "bigint", "BIGINT", Kind::long_},
    {"float", "float", "FLOAT", Kind::float_},
    {"double", "double", "DOUBLE", Kind::double_},
    {"string", "string", "VARCHAR", Kind::string},
    {"binary", "binary", "BLOB", Kind::binary},
    {"date", "date", "DATE", Kind::date},
    {"timestamp", "timestamp", "TIMESTAMP", Kind::timestamp},
    {"interval", "interval", "INTERVAL", Kind::interval},
};

Failure bad_schema(const std::string& what) {
  return fail(Errc::bad_request, "schema: " + what + "; give a Spark StructType as JSON");
}

Result<Type> from_json(const json::value& value, int depth);

Result<Type> scalar_from_json(std::string_view name) {
  for (const NamedKind& entry : named_kinds) {
    if (entry.json_name == name) return Type(entry.kind);
  }
  if (name == "decimal") return Type::decimal(10, 0);
  if (name.starts_with("decimal(") && name.ends_with(")")) {
    int precision = 0;
    int scale = 0;
    const char* end = name.data() + name.size();
    auto first = std::from_chars(name.data() + 8, end, precision);
    if (first.ec == std::errc{} && first.ptr != end && *first.ptr == ',') {
      auto second = std::from_chars(first.ptr + 1, end, scale);
      const bool fits = precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
      if (second.ec == std::errc{} && second.ptr == end - 1 && fits) {
        return Type::decimal(precision, scale);
      }
    }
  }
  return bad_schema("the type \"" + std::string(name) + "\" is not one this engine holds");
}

Result<Type> member(const json::object& object, std::string_view name, int depth) {
  const json::value* found = object.if_contains(name);
  if (found == nullptr) return bad_schema("\"" + std::string(name) + "\" is missing");
  return from_json(*found, depth + 1);
}

Result<Type> struct_from_json(const json::object& object, int depth) {
  const json::value* list = object.if_contains("fields");
  if (list == nullptr || !list->is_array()) return bad_schema("a struct has no \"fields\" array");
  std::vector<Field> fields;
  for (const json::value& item : list->get_array()) {
    const json::object* field = item.if_object();
    const json::value* name = field != nullptr ? field->if_contains("name") : nullptr;
    if (name == nullptr || !name->is_string()) return bad_schema("a field has no \"name\"");
    WEIR_TRY(Type type, member(*field, "type", depth));
    fields.push_back({std::string(name->get_string()), std::move(type)});
  }
  return Type::structure(std::move(fields));
}

Result<Type> from_json(const json::value& value, int depth) {
  if (depth > nesting_max) return bad_schema("types nested deeper than 64");
  if (value.is_string()) return scalar_from_json(value.get_string());
  const json::object* object = value.if_object();
  if (object == nullptr) return bad_schema("a type is neither text nor an object");
  const json::value* type = object->if_contains("type");
  if (type == nullptr || !type->is_string()) return bad_schema("\"type\" is missing");
  const std::string_view name = type->get_string();
  if (name == "struct") return struct_from_json(*object, depth);
  if (name == "array") {
    WEIR_TRY(Type element, member(*object, "elementType", depth));
    return Type::array(std::move(element));
  }
  if (name == "map") {
    WEIR_TRY(Type key, member(*object, "keyType", depth));
    WEIR_TRY(Type mapped, member(*object, "valueType", depth));
    return Type::map(std::move(key), std::move(mapped));
  }
  return bad_schema("the type \"" + std::string(name) + "\" is not known");
}

std::string decimal_name(std::string_view word, const Type& type) {
  return std::string(word) + "(" + std::to_string(type.precision()) + "," +
         std::to_string(type.scale()) + ")";
}

}  // namespace

Type Type::decimal(int precision, int scale) {
  Type type(Kind::decimal);
  type.precision_ = precision;
  type.scale_ = scale;
  return type;
}

Type Type::array(Type element) {
  Type type(Kind::array);
  type.children_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element)}});
  return type;
}

Type Type::map(Type key, Type value) {
  Type type(Kind::map);
  type.children_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"key", std::move(key)}, {"value", std::move(value)}});
  return type;
}

Type Type::structure(std::vector<Field> fields) {
  Type type(Kind::struct_);
  type.children_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

const std::vector<Field>& Type::fields() const {
  WEIR_ASSERT(children_ != nullptr);
  return *children_;
}

const Type& Type::element() const {
  WEIR_ASSERT(is(Kind::array));
  return fields()[0].type;
}

const Type& Type::key() const {
  WEIR_ASSERT(is(Kind::map));
  return fields()[0].type;
}

const Type& Type::value() const {
  WEIR_ASSERT(is(Kind::map));
  return fields()[1].type;
}

std::string Type::spark_name() const {
  switch (kind_) {
    case Kind::decimal:
      return decimal_name("decimal", *this);
    case Kind::array:
      return "array<" + element().spark_name() + ">";
    case Kind::map:
      return "map<" + key().spark_name() + "," + value().spark_name() + ">";
    case Kind::struct_: {
      std::string text = "struct<";
      for (const Field& field : fields()) {
        if (text.back() != '<') text += ',';
        text += field.name + ":" + field.type.spark_name();
      }
      return text + ">";
    }
    default:
      break;
  }
  for (const NamedKind& entry : named_kinds) {
    if (entry.kind == kind_) return std::string(entry.spark_name);
  }
  return "unknown";
}

std::string Type::duckdb_name() const {
  switch (kind_) {
    case Kind::decimal:
      return decimal_name("DECIMAL", *this);
    case Kind::array:
      return element().duckdb_name() + "[]";
    case Kind::map:
      return "MAP(" + key().duckdb_name() + ", " + value().duckdb_name() + ")";
    case Kind::struct_: {
      std::string text = "STRUCT(";
      for (const Field& field : fields()) {
        if (text.back() != '(') text += ", ";
        text += quoted_identifier(field.name) + " " + field.type.duckdb_name();
      }
      return text + ")";
    }
    default:
      break;
  }
  for (const NamedKind& entry : named_kinds) {
    if (entry.kind == kind_) return std::string(entry.duckdb_name);
  }
  return "VARCHAR";
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_ || a.precision_ != b.precision_ || a.scale_ != b.scale_) return false;
  if (a.children_ == b.children_) return true;
  return a.children_ && b.children_ && *a.children_ == *b.children_;
}

Result<Type> parse_type_json(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth =
      std::size_t{4} * nesting_max;  // a struct inside a struct is four levels of JSON
  const json::value value =
      json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return bad_schema("not JSON (" + error.message() + ")");
  return from_json(value, 0);
}

std::string quoted_identifier(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    text += c;
    if (c == '"') text += '"';
  }
  return text + "\"";
}

std::string quoted_string(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\0') {
      out += "' || chr(0) || '";
    } else {
      out += c;
      if (c == '\'') out += '\'';
    }
  }
  out += "'";
  return text.find('\0') == std::string_view::npos ? out : "(" + out + ")";
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace weir::dialect
