// Texts are read by the functions that read data files, so that a value means the same in a file
// and within a text. DuckDB's from_json() then only takes apart what is certain to fit: a scalar
// function of its C interface cannot make a type that depends on an argument.

#include "engine/functions/declared.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "engine/dialect/java_number.hpp"
#include "engine/dialect/parser.hpp"
#include "engine/functions/decimal.hpp"
#include "engine/functions/json_text.hpp"
#include "engine/functions/native_value.hpp"
#include "engine/spark/file_text.hpp"

namespace weir::engine {

namespace {

using dialect::Kind;
using dialect::Type;

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

/// 0044-03-15 (BC), as DuckDB writes and reads years before the first.
void append_day(std::string& out, std::int64_t days) {
  const spark::Civil civil = spark::civil_of(days);
  append_padded(out, civil.year > 0 ? civil.year : 1 - civil.year, 4);
  out += '-';
  append_padded(out, civil.month, 2);
  out += '-';
  append_padded(out, civil.day, 2);
  if (civil.year <= 0) out += " (BC)";
}

template <class T>
bool fits(std::int64_t value) {
  return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
}

bool append_whole(std::string& out, Kind kind, std::string_view text) {
  const auto value = spark::long_from_file(text);
  if (!value || (kind == Kind::byte && !fits<std::int8_t>(*value)) ||
      (kind == Kind::short_ && !fits<std::int16_t>(*value)) ||
      (kind == Kind::int_ && !fits<std::int32_t>(*value)))
    return false;
  out += std::to_string(*value);
  return true;
}

template <class T>
bool append_fraction(std::string& out, const std::optional<T>& value) {
  if (!value) return false;
  if (std::isfinite(*value)) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, *value);
    out.append(text, end.ptr);
  } else {
    out += '"' + dialect::java_text(*value) + '"';
  }
  return true;
}

bool append_date(std::string& out, std::string_view text, const DeclaredFormats& formats) {
  std::optional<std::int64_t> days;
  if (formats.date) {
    if (const auto moment = formats.date->read(text))
      days = spark::floor_div(moment->us, spark::day_us);
  } else if (const auto day = spark::date_from_file(text)) {
    days = day->days;
  }
  if (!days) return false;
  out += '"';
  append_day(out, *days);
  out += '"';
  return true;
}

bool append_timestamp(std::string& out, std::string_view text, const DeclaredFormats& formats) {
  const auto moment =
      formats.timestamp ? formats.timestamp->read(text) : spark::timestamp_from_file(text);
  if (moment) append_moment(out, *moment);
  return moment.has_value();
}

}  // namespace

Shape::Shape(Type of) : type(std::move(of)) {
  if (!type.is_nested()) return;
  parts.reserve(type.fields().size());
  for (const dialect::Field& field : type.fields()) {
    places.emplace(field.name, parts.size());
    parts.emplace_back(field.type);
  }
}

Result<Declared> Declared::parse(std::string_view type, std::string_view timestamp_format,
                                 std::string_view date_format, std::string_view corrupt_field) {
  WEIR_TRY(Type parsed, dialect::parse_type_ddl(type));
  Declared declared{Shape(std::move(parsed)), {}, std::string(corrupt_field)};
  constexpr auto use = spark::DatetimePattern::Use::read;
  if (!timestamp_format.empty()) {
    WEIR_TRY(declared.formats.timestamp, spark::DatetimePattern::parse(timestamp_format, use));
  }
  if (!date_format.empty()) {
    WEIR_TRY(declared.formats.date, spark::DatetimePattern::parse(date_format, use));
  }
  return declared;
}

bool append_declared(std::string& out, const Type& type, std::string_view text,
                     const DeclaredFormats& formats) {
  switch (type.kind()) {
    case Kind::string:
      append_json_text(out, text);
      return true;
    case Kind::boolean:
      if (text != "true" && text != "false") return false;
      out += text;
      return true;
    case Kind::byte:
    case Kind::short_:
    case Kind::int_:
    case Kind::long_:
      return append_whole(out, type.kind(), text);
    case Kind::float_:
      return append_fraction(out, spark::float_from_file(text));
    case Kind::double_:
      return append_fraction(out, spark::double_from_file(text));
    case Kind::decimal: {
      const auto value = spark::decimal_from_text(text, type.precision(), type.scale());
      if (value) out += '"' + decimal_text({*value, type.scale()}) + '"';
      return value.has_value();
    }
    case Kind::date:
      return append_date(out, text, formats);
    case Kind::timestamp:
      return append_timestamp(out, text, formats);
    default:
      return false;
  }
}

std::string struct_json(const Shape& shape, const std::vector<std::string>& values) {
  std::string out = "{";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append_json_text(out, shape.type.fields()[i].name);
    out += ':' + values[i];
  }
  return out + "}";
}

void append_moment(std::string& out, spark::Moment moment) {
  const std::int64_t days = spark::floor_div(moment.us, spark::day_us);
  const std::int64_t rest = moment.us - days * spark::day_us;
  out += '"';
  append_day(out, days);
  out += ' ';
  append_padded(out, rest / 3'600'000'000, 2);
  out += ':';
  append_padded(out, rest / 60'000'000 % 60, 2);
  out += ':';
  append_padded(out, rest / 1'000'000 % 60, 2);
  out += '.';
  append_padded(out, rest % 1'000'000, 6);
  out += '"';
}

}  // namespace weir::engine
