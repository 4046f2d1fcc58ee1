// Values are written from DuckDB's vectors by their types, because answers promise exact numbers
// and one form for each type.

#include "engine/duckdb/reader/json_value.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "engine/duckdb/reader/json_write.hpp"
#include "engine/spark/decimal_text.hpp"

namespace weir::engine::duckdb {

namespace {

template <class T>
T at(duckdb_vector vector, idx_t row) {
  return static_cast<T*>(duckdb_vector_get_data(vector))[row];
}

bool is_null(duckdb_vector vector, idx_t row) {
  const std::uint64_t* validity = duckdb_vector_get_validity(vector);
  return validity != nullptr && (validity[row / 64] >> (row % 64) & 1) == 0;
}

std::string_view text_at(duckdb_vector vector, idx_t row) {
  duckdb_string_t* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
  return {duckdb_string_t_data(text), duckdb_string_t_length(*text)};
}

using spark::Int128;
using spark::UInt128;

std::string digits_of(UInt128 value) {
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return out;
}

Int128 wide(duckdb_hugeint value) {
  return static_cast<Int128>(static_cast<UInt128>(static_cast<std::uint64_t>(value.upper)) << 64 |
                             value.lower);
}

void append_decimal(std::string& out, Int128 value, std::size_t scale) {
  const auto size = static_cast<UInt128>(value);
  std::string digits = digits_of(value < 0 ? UInt128{0} - size : size);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - scale, 1, '.');
  if (value < 0) out += '-';
  out += digits;
}

void append_decimal(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const std::size_t scale = duckdb_decimal_scale(type);
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT:
      return append_decimal(out, at<std::int16_t>(vector, row), scale);
    case DUCKDB_TYPE_INTEGER:
      return append_decimal(out, at<std::int32_t>(vector, row), scale);
    case DUCKDB_TYPE_BIGINT:
      return append_decimal(out, at<std::int64_t>(vector, row), scale);
    default:
      return append_decimal(out, wide(at<duckdb_hugeint>(vector, row)), scale);
  }
}

template <class T>
void append_double(std::string& out, T value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    char digits[32];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end);
  }
}

/// DuckDB's infinities are its largest number and the negative of that.
template <class T>
bool is_infinite(T value) {
  constexpr T infinity = std::numeric_limits<T>::max();
  return value == infinity || value == -infinity;
}

void append_date(std::string& out, std::int32_t day) {
  if (is_infinite(day)) return append_json_text(out, day > 0 ? "infinity" : "-infinity");
  append_json_text(out, weir::to_string(Day(std::chrono::days(day))));
}

void append_timestamp(std::string& out, std::int64_t us) {
  constexpr std::size_t fraction = std::string_view(".000000Z").size();
  if (is_infinite(us)) return append_json_text(out, us > 0 ? "infinity" : "-infinity");
  std::string text = weir::to_string(Time(std::chrono::microseconds(us)));
  if (us % 1'000'000 == 0) text.replace(text.size() - fraction, fraction, "Z");
  append_json_text(out, text);
}

void append_uuid(std::string& out, duckdb_hugeint value) {
  constexpr std::string_view hex = "0123456789abcdef";
  // DuckDB flips the first bit, so that UUIDs sort as their text does.
  const std::uint64_t upper = static_cast<std::uint64_t>(value.upper) ^ (std::uint64_t{1} << 63);
  std::string text;
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    const std::uint64_t half = digit < 16 ? upper : value.lower;
    text += hex[half >> (60 - digit % 16 * 4) & 15];
  }
  append_json_text(out, text);
}

void append_blob(std::string& out, std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : bytes) {
    out += hex[static_cast<unsigned char>(c) >> 4];
    out += hex[static_cast<unsigned char>(c) & 15];
  }
  out += '"';
}

void append_list(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const LogicalType element(duckdb_list_type_child_type(type));
  duckdb_vector child = duckdb_list_vector_get_child(vector);
  const auto entry = at<duckdb_list_entry>(vector, row);
  out += '[';
  for (idx_t i = 0; i < entry.length && out.size() <= limits::query_bytes_max; ++i) {
    if (i > 0) out += ',';
    append_json_value(out, child, element.get(), entry.offset + i);
  }
  out += ']';
}

void append_struct(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const idx_t count = duckdb_struct_type_child_count(type);
  out += '{';
  for (idx_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    char* name = duckdb_struct_type_child_name(type, i);
    append_json_text(out, name);
    duckdb_free(name);
    out += ':';
    const LogicalType child(duckdb_struct_type_child_type(type, i));
    append_json_value(out, duckdb_struct_vector_get_child(vector, i), child.get(), row);
  }
  out += '}';
}

void append_map(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const LogicalType key(duckdb_map_type_key_type(type));
  const LogicalType value(duckdb_map_type_value_type(type));
  const bool object = duckdb_get_type_id(key.get()) == DUCKDB_TYPE_VARCHAR;
  duckdb_vector pairs = duckdb_list_vector_get_child(vector);
  const auto entry = at<duckdb_list_entry>(vector, row);
  out += object ? '{' : '[';
  const idx_t end = entry.offset + entry.length;
  for (idx_t i = entry.offset; i < end && out.size() <= limits::query_bytes_max; ++i) {
    if (i > entry.offset) out += ',';
    if (!object) out += "{\"key\":";
    append_json_value(out, duckdb_struct_vector_get_child(pairs, 0), key.get(), i);
    out += object ? ":" : ",\"value\":";
    append_json_value(out, duckdb_struct_vector_get_child(pairs, 1), value.get(), i);
    if (!object) out += '}';
  }
  out += object ? '}' : ']';
}

/// As much of a text as shows that it is too much.
std::string_view head_of(std::string_view text) {
  return text.substr(0, limits::query_bytes_max + 1);
}

}  // namespace

bool has_json(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL:
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
    case DUCKDB_TYPE_UUID:
      return true;
    case DUCKDB_TYPE_LIST:
      return has_json(LogicalType(duckdb_list_type_child_type(type)).get());
    case DUCKDB_TYPE_MAP:
      return has_json(LogicalType(duckdb_map_type_key_type(type)).get()) &&
             has_json(LogicalType(duckdb_map_type_value_type(type)).get());
    case DUCKDB_TYPE_STRUCT:
      for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
        if (!has_json(LogicalType(duckdb_struct_type_child_type(type, i)).get())) return false;
      }
      return true;
    default:
      return false;
  }
}

void append_json_value(std::string& out, duckdb_vector vector, duckdb_logical_type type,
                       idx_t row) {
  if (out.size() > limits::query_bytes_max) return;
  if (is_null(vector, row)) {
    out += "null";
    return;
  }
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      out += at<bool>(vector, row) ? "true" : "false";
      return;
    case DUCKDB_TYPE_TINYINT:
      out += std::to_string(at<std::int8_t>(vector, row));
      return;
    case DUCKDB_TYPE_SMALLINT:
      out += std::to_string(at<std::int16_t>(vector, row));
      return;
    case DUCKDB_TYPE_INTEGER:
      out += std::to_string(at<std::int32_t>(vector, row));
      return;
    case DUCKDB_TYPE_BIGINT:
      out += std::to_string(at<std::int64_t>(vector, row));
      return;
    case DUCKDB_TYPE_UTINYINT:
      out += std::to_string(at<std::uint8_t>(vector, row));
      return;
    case DUCKDB_TYPE_USMALLINT:
      out += std::to_string(at<std::uint16_t>(vector, row));
      return;
    case DUCKDB_TYPE_UINTEGER:
      out += std::to_string(at<std::uint32_t>(vector, row));
      return;
    case DUCKDB_TYPE_UBIGINT:
      out += std::to_string(at<std::uint64_t>(vector, row));
      return;
    case DUCKDB_TYPE_HUGEINT:
      return append_decimal(out, wide(at<duckdb_hugeint>(vector, row)), 0);
    case DUCKDB_TYPE_FLOAT:
      return append_double(out, at<float>(vector, row));
    case DUCKDB_TYPE_DOUBLE:
      return append_double(out, at<double>(vector, row));
    case DUCKDB_TYPE_DECIMAL:
      return append_decimal(out, vector, type, row);
    case DUCKDB_TYPE_DATE:
      return append_date(out, at<std::int32_t>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return append_timestamp(out, at<std::int64_t>(vector, row));
    case DUCKDB_TYPE_UUID:
      return append_uuid(out, at<duckdb_hugeint>(vector, row));
    case DUCKDB_TYPE_BLOB:
      return append_blob(out, head_of(text_at(vector, row)));
    case DUCKDB_TYPE_LIST:
      return append_list(out, vector, type, row);
    case DUCKDB_TYPE_STRUCT:
      return append_struct(out, vector, type, row);
    case DUCKDB_TYPE_MAP:
      return append_map(out, vector, type, row);
    default:
      return append_json_text(out, head_of(text_at(vector, row)));
  }
}

}  // namespace weir::engine::duckdb
