// Inference follows Spark's JsonInferSchema: two types of one place become one that holds both, and
// a text where there is none.

#include "engine/dialect/schema_ddl.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <simdjson.h>

#include "engine/dialect/coercion.hpp"

namespace weir::dialect {

namespace {

namespace ondemand = simdjson::ondemand;
using Json = ondemand::json_type;

constexpr int nesting_max = 60;

std::string name_of(const std::string& name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_plain = [&](char c) {
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (!name.empty() && std::all_of(name.begin(), name.end(), is_plain) &&
      !std::all_of(name.begin(), name.end(), is_digit))
    return name;
  std::string out = "`";
  for (const char c : name)
    out += c == '`' ? "``" : std::string(1, c);
  return out + "`";
}

Type number_type(std::string_view token) {
  if (token.find_first_of(".eE") != std::string_view::npos) return Kind::double_;
  const std::string_view digits = token.substr(token.starts_with('-') ? 1 : 0);
  constexpr std::string_view most = "9223372036854775807";
  if (digits.size() < most.size() || (digits.size() == most.size() && digits <= most))
    return Kind::long_;
  return digits.size() <= 38 ? Type::decimal(static_cast<int>(digits.size()), 0)
                             : Type(Kind::double_);
}

Type met(const Type& a, const Type& b);

Type structure_of(const std::map<std::string, Type>& fields) {
  std::vector<Field> all;
  all.reserve(fields.size());
  for (const auto& [name, type] : fields)
    all.push_back({name, type});
  return Type::structure(std::move(all));
}

Type met_structs(const Type& a, const Type& b) {
  std::map<std::string, Type> fields;
  for (const Field& field : a.fields())
    fields[field.name] = field.type;
  for (const Field& field : b.fields()) {
    const auto [place, is_new] = fields.emplace(field.name, field.type);
    if (!is_new) place->second = met(place->second, field.type);
  }
  return structure_of(fields);
}

Type met(const Type& a, const Type& b) {
  if (a.is(Kind::null_)) return b;
  if (b.is(Kind::null_)) return a;
  if (a.is(Kind::struct_) && b.is(Kind::struct_)) return met_structs(a, b);
  if (a.is(Kind::array) && b.is(Kind::array)) return Type::array(met(a.element(), b.element()));
  if (a.is_nested() || b.is_nested()) return Kind::string;
  return wider_type_without_text(a, b).value_or(Kind::string);
}

std::string_view token_of(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ')
    token.remove_suffix(1);
  return token;
}

/// Ends the reading as simdjson does.
void refuse_json(simdjson::error_code error) {
  static_cast<void>(simdjson::simdjson_result<bool>(error).value());
}

/// Throws simdjson_error for what is no JSON.
Type inferred(ondemand::value value, int depth) {
  if (depth > nesting_max) refuse_json(simdjson::DEPTH_ERROR);
  switch (value.type().value()) {
    case Json::object: {
      std::map<std::string, Type> fields;
      for (ondemand::field each : value.get_object()) {
        const std::string name(std::string_view(each.unescaped_key()));
        const Type type = inferred(each.value(), depth + 1);
        const auto [place, is_new] = fields.emplace(name, type);
        if (!is_new) place->second = met(place->second, type);
      }
      return structure_of(fields);
    }
    case Json::array: {
      Type element;
      for (ondemand::value each : value.get_array())
        element = met(element, inferred(each, depth + 1));
      return Type::array(element);
    }
    case Json::number:
      return number_type(token_of(value.raw_json_token()));
    case Json::boolean:
      static_cast<void>(value.get_bool().value());
      return Kind::boolean;
    case Json::string:
      static_cast<void>(value.get_string().value());
      return Kind::string;
    case Json::null:
      break;
  }
  if (!value.is_null()) refuse_json(simdjson::N_ATOM_ERROR);
  return {};
}

/// What was null all along is a text; a struct without fields is nothing.
std::optional<Type> settled(const Type& type) {
  if (type.is(Kind::null_)) return Type(Kind::string);
  if (type.is(Kind::array)) {
    auto element = settled(type.element());
    return element ? std::optional(Type::array(std::move(*element))) : std::nullopt;
  }
  if (!type.is(Kind::struct_)) return type;
  std::vector<Field> fields;
  for (const Field& field : type.fields()) {
    if (auto inner = settled(field.type)) fields.push_back({field.name, std::move(*inner)});
  }
  return fields.empty() ? std::nullopt : std::optional(Type::structure(std::move(fields)));
}

Type type_of_text(const simdjson::padded_string& text) {
  ondemand::parser parser;
  ondemand::document document = parser.iterate(text);
  switch (document.type().value()) {
    case Json::number:
      return number_type(token_of(document.raw_json_token().value()));
    case Json::boolean:
      static_cast<void>(document.get_bool().value());
      return Kind::boolean;
    case Json::string:
      return Kind::string;
    case Json::null:
      return {};
    default:
      return inferred(document.get_value(), 0);
  }
}

}  // namespace

std::string schema_ddl(const Type& type) {
  switch (type.kind()) {
    case Kind::array:
      return "ARRAY<" + schema_ddl(type.element()) + ">";
    case Kind::map:
      return "MAP<" + schema_ddl(type.key()) + ", " + schema_ddl(type.value()) + ">";
    case Kind::struct_: {
      std::string text = "STRUCT<";
      for (const Field& field : type.fields()) {
        text +=
            (text.back() == '<' ? "" : ", ") + name_of(field.name) + ": " + schema_ddl(field.type);
      }
      return text + ">";
    }
    default:
      break;
  }
  return type.spark_ddl();
}

Result<Type> schema_of_json(std::string_view json) {
  if (std::all_of(json.begin(), json.end(), [](char c) { return c == ' ' || c == '\n'; }))
    return Type(Kind::string);
  try {
    return settled(type_of_text(simdjson::padded_string(json))).value_or(Type::structure({}));
  } catch (const simdjson::simdjson_error& error) {
    return fail(Errc::bad_request, std::string("the text is no JSON: ") + error.what());
  }
}

}  // namespace weir::dialect
