// Spark's tables of types that meet, as functions over Type. They are four and not one because
// Spark has four: a union, a comparison and LEAST treat text in different ways.

#include "engine/dialect/coercion.hpp"

#include <algorithm>

namespace weir::dialect {

namespace {

constexpr int digits_max = 38;
constexpr int scale_kept = 6;

using Rule = std::optional<Type> (*)(const Type&, const Type&);

// Arrays, maps and structs meet where their parts do.
std::optional<Type> nested_type(const Type& a, const Type& b, Rule rule) {
  if (a.kind() != b.kind() || !a.is_nested() || a.fields().size() != b.fields().size()) {
    return std::nullopt;
  }
  std::vector<Field> fields;
  for (std::size_t i = 0; i < a.fields().size(); ++i) {
    const Field& left = a.fields()[i];
    const Field& right = b.fields()[i];
    if (!same_name(left.name, right.name)) return std::nullopt;
    auto type = rule(left.type, right.type);
    if (!type) return std::nullopt;
    fields.push_back({left.name, std::move(*type)});
  }
  if (a.is(Kind::array)) return Type::array(fields[0].type);
  if (a.is(Kind::map)) return Type::map(fields[0].type, fields[1].type);
  return Type::structure(std::move(fields));
}

std::optional<Type> decimal_type(const Type& a, const Type& b) {
  const bool decimals = a.is(Kind::decimal) || b.is(Kind::decimal);
  if (!decimals || !a.is_numeric() || !b.is_numeric()) return std::nullopt;
  if (a.is_fractional() || b.is_fractional()) return Type(Kind::double_);
  const Type left = a.is(Kind::decimal) ? a : decimal_of(a);
  const Type right = b.is(Kind::decimal) ? b : decimal_of(b);
  const int scale = std::max(left.scale(), right.scale());
  const int whole = std::max(left.precision() - left.scale(), right.precision() - right.scale());
  return Type::decimal(std::min(whole + scale, digits_max), std::min(scale, digits_max));
}

std::optional<Type> text_type(const Type& a, const Type& b) {
  const auto joins = [](const Type& type) {
    return !type.is_nested() && !type.is(Kind::binary) && !type.is(Kind::boolean) &&
           !type.is_interval() && !type.is(Kind::calendar);
  };
  if ((a.is(Kind::string) && joins(b)) || (b.is(Kind::string) && joins(a))) {
    return Type(Kind::string);
  }
  return std::nullopt;
}

std::optional<Type> folded(const std::vector<Type>& types, Rule rule) {
  std::optional<Type> all = Type(Kind::null_);
  for (const Type& type : types) {
    if (all) all = rule(*all, type);
  }
  return all;
}

bool has_text(const Type& type) {
  return type.is(Kind::string) || (type.is(Kind::array) && has_text(type.element()));
}

}  // namespace

Type decimal_of(const Type& integral) {
  switch (integral.kind()) {
    case Kind::byte:
      return Type::decimal(3, 0);
    case Kind::short_:
      return Type::decimal(5, 0);
    case Kind::int_:
      return Type::decimal(10, 0);
    default:
      return Type::decimal(20, 0);
  }
}

Type adjusted_decimal(int precision, int scale) {
  if (precision <= digits_max) return Type::decimal(precision, scale);
  const int whole = precision - scale;
  const int kept = std::min(scale, scale_kept);
  return Type::decimal(digits_max, std::max(digits_max - whole, kept));
}

std::optional<Type> tightest_type(const Type& a, const Type& b) {
  if (a == b || b.is(Kind::null_)) return a;
  if (a.is(Kind::null_)) return b;
  if (a.is(Kind::decimal) || b.is(Kind::decimal)) {
    const Type& decimal = a.is(Kind::decimal) ? a : b;
    const Type& other = a.is(Kind::decimal) ? b : a;
    if (!other.is_integral()) return std::nullopt;
    const Type exact = decimal_of(other);
    if (decimal.precision() - decimal.scale() >= exact.precision()) return decimal;
    return std::nullopt;
  }
  if (a.is_numeric() && b.is_numeric()) return Type(std::max(a.kind(), b.kind()));
  if (a.is_datetime() && b.is_datetime()) {
    const bool zoned = a.is(Kind::timestamp) || b.is(Kind::timestamp);
    return Type(zoned ? Kind::timestamp : Kind::timestamp_ntz);
  }
  if (a.is_interval() && a.kind() == b.kind()) {
    return Type::interval(std::min(a.first_field(), b.first_field()),
                          std::max(a.last_field(), b.last_field()));
  }
  return nested_type(a, b, tightest_type);
}

std::optional<Type> wider_type(const Type& a, const Type& b) {
  if (auto type = tightest_type(a, b)) return type;
  if (auto type = decimal_type(a, b)) return type;
  if (auto type = text_type(a, b)) return type;
  return nested_type(a, b, wider_type);
}

std::optional<Type> wider_type_without_text(const Type& a, const Type& b) {
  if (auto type = tightest_type(a, b)) return type;
  if (auto type = decimal_type(a, b)) return type;
  return nested_type(a, b, wider_type_without_text);
}

std::optional<Type> wider_type(const std::vector<Type>& types) {
  std::vector<Type> ordered;
  std::copy_if(types.begin(), types.end(), std::back_inserter(ordered), has_text);
  std::copy_if(types.begin(), types.end(), std::back_inserter(ordered),
               [](const Type& type) { return !has_text(type); });
  return folded(ordered, wider_type);
}

std::optional<Type> wider_type_without_text(const std::vector<Type>& types) {
  return folded(types, wider_type_without_text);
}

std::optional<Type> comparison_type(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.is(Kind::string) || b.is(Kind::string)) {
    const Type& other = a.is(Kind::string) ? b : a;
    if (other.is(Kind::null_)) return Type(Kind::string);
    if (other.is(Kind::decimal)) return Type(Kind::double_);
    if (other.is_nested() || other.is_interval()) return std::nullopt;
    return other;
  }
  if (auto type = tightest_type(a, b)) return type;
  if (auto type = decimal_type(a, b)) return type;
  return nested_type(a, b, tightest_type);
}

}  // namespace weir::dialect
