#include "answers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weir::sql_test {

namespace {

namespace json = boost::json;

__extension__ typedef __int128 Int128;  // what DuckDB keeps decimals of many digits in
__extension__ typedef unsigned __int128 UInt128;

std::string type_name(duckdb_logical_type type);

std::string owned(char* text) {
  std::string copy(text);
  duckdb_free(text);
  return copy;
}

std::string child_name(duckdb_logical_type child) {
  std::string name = type_name(child);
  duckdb_destroy_logical_type(&child);
  return name;
}

// The Spark type that a DuckDB type holds; see duckdb_name() of the dialect.
std::string type_name(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return "boolean";
    case DUCKDB_TYPE_TINYINT:
      return "tinyint";
    case DUCKDB_TYPE_SMALLINT:
      return "smallint";
    case DUCKDB_TYPE_INTEGER:
      return "int";
    case DUCKDB_TYPE_BIGINT:
      return "bigint";
    case DUCKDB_TYPE_FLOAT:
      return "float";
    case DUCKDB_TYPE_DOUBLE:
      return "double";
    case DUCKDB_TYPE_VARCHAR:
      return "string";
    case DUCKDB_TYPE_BLOB:
      return "binary";
    case DUCKDB_TYPE_DATE:
      return "date";
    case DUCKDB_TYPE_TIMESTAMP:
      return "timestamp";
    case DUCKDB_TYPE_DECIMAL:
      return "decimal(" + std::to_string(duckdb_decimal_width(type)) + "," +
             std::to_string(duckdb_decimal_scale(type)) + ")";
    case DUCKDB_TYPE_LIST:
      return "array<" + child_name(duckdb_list_type_child_type(type)) + ">";
    case DUCKDB_TYPE_MAP:
      return "map<" + child_name(duckdb_map_type_key_type(type)) + "," +
             child_name(duckdb_map_type_value_type(type)) + ">";
    case DUCKDB_TYPE_STRUCT: {
      std::string text = "struct<";
      for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
        text += (i == 0 ? "" : ",") + owned(duckdb_struct_type_child_name(type, i)) + ":" +
                child_name(duckdb_struct_type_child_type(type, i));
      }
      return text + ">";
    }
    default:
      return "DuckDB type " + std::to_string(duckdb_get_type_id(type));
  }
}

json::value number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

template <class T>
T at(duckdb_vector vector, idx_t row) {
  return static_cast<T*>(duckdb_vector_get_data(vector))[row];
}

std::string text_of(duckdb_vector vector, idx_t row) {
  auto value = at<duckdb_string_t>(vector, row);
  return {duckdb_string_t_data(&value), duckdb_string_t_length(value)};
}

std::string date_text(duckdb_date days) {
  const duckdb_date_struct date = duckdb_from_date(days);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, int{date.month}, int{date.day});
  return text;
}

std::string timestamp_text(duckdb_timestamp moment) {
  const duckdb_timestamp_struct parts = duckdb_from_timestamp(moment);
  char text[32];
  std::snprintf(text, sizeof text, " %02d:%02d:%02d", int{parts.time.hour}, int{parts.time.min},
                int{parts.time.sec});
  std::string out = date_text(duckdb_to_date(parts.date)) + text;
  if (parts.time.micros != 0) {
    std::snprintf(text, sizeof text, ".%06d", int{parts.time.micros});
    out += text;
  }
  return out;
}

std::string hex_text(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    char text[4];
    std::snprintf(text, sizeof text, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += text;
  }
  return out;
}

std::string decimal_text(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  Int128 value = 0;
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT:
      value = at<std::int16_t>(vector, row);
      break;
    case DUCKDB_TYPE_INTEGER:
      value = at<std::int32_t>(vector, row);
      break;
    case DUCKDB_TYPE_BIGINT:
      value = at<std::int64_t>(vector, row);
      break;
    default: {
      const auto huge = at<duckdb_hugeint>(vector, row);
      value = (static_cast<Int128>(huge.upper) << 64) | huge.lower;
      break;
    }
  }
  const std::size_t scale = duckdb_decimal_scale(type);
  std::string digits;
  for (auto rest = value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
       rest != 0 || digits.size() <= scale; rest /= 10) {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  }
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - scale, ".");
  return (value < 0 ? "-" : "") + digits;
}

json::value value_at(duckdb_vector vector, duckdb_logical_type type, idx_t row);

json::value child_at(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  json::value value = value_at(vector, type, row);
  duckdb_destroy_logical_type(&type);
  return value;
}

json::array list_at(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const auto entry = at<duckdb_list_entry>(vector, row);
  duckdb_vector items = duckdb_list_vector_get_child(vector);
  json::array out;
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    out.push_back(child_at(items, duckdb_list_type_child_type(type), i));
  }
  return out;
}

json::array map_at(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const auto entry = at<duckdb_list_entry>(vector, row);
  duckdb_vector entries = duckdb_list_vector_get_child(vector);
  json::array out;
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    json::array pair;
    pair.push_back(
        child_at(duckdb_struct_vector_get_child(entries, 0), duckdb_map_type_key_type(type), i));
    pair.push_back(
        child_at(duckdb_struct_vector_get_child(entries, 1), duckdb_map_type_value_type(type), i));
    out.push_back(std::move(pair));
  }
  std::sort(out.begin(), out.end(), [](const json::value& a, const json::value& b) {
    return json::serialize(a.get_array()[0]) < json::serialize(b.get_array()[0]);
  });
  return out;
}

json::array struct_at(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  json::array out;
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    out.push_back(child_at(duckdb_struct_vector_get_child(vector, i),
                           duckdb_struct_type_child_type(type, i), row));
  }
  return out;
}

json::value value_at(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  std::uint64_t* valid = duckdb_vector_get_validity(vector);
  if (valid != nullptr && !duckdb_validity_row_is_valid(valid, row)) return nullptr;
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return at<bool>(vector, row);
    case DUCKDB_TYPE_TINYINT:
      return at<std::int8_t>(vector, row);
    case DUCKDB_TYPE_SMALLINT:
      return at<std::int16_t>(vector, row);
    case DUCKDB_TYPE_INTEGER:
      return at<std::int32_t>(vector, row);
    case DUCKDB_TYPE_BIGINT:
      return at<std::int64_t>(vector, row);
    case DUCKDB_TYPE_UHUGEINT:  // an origin; those of the tests are small
      return at<duckdb_uhugeint>(vector, row).lower;
    case DUCKDB_TYPE_FLOAT:
      return number(at<float>(vector, row));
    case DUCKDB_TYPE_DOUBLE:
      return number(at<double>(vector, row));
    case DUCKDB_TYPE_VARCHAR:
      return json::value(text_of(vector, row));
    case DUCKDB_TYPE_BLOB:
      return json::value(hex_text(text_of(vector, row)));
    case DUCKDB_TYPE_DATE:
      return json::value(date_text(at<duckdb_date>(vector, row)));
    case DUCKDB_TYPE_TIMESTAMP:
      return json::value(timestamp_text(at<duckdb_timestamp>(vector, row)));
    case DUCKDB_TYPE_DECIMAL:
      return json::value(decimal_text(vector, type, row));
    case DUCKDB_TYPE_LIST:
      return list_at(vector, type, row);
    case DUCKDB_TYPE_MAP:
      return map_at(vector, type, row);
    case DUCKDB_TYPE_STRUCT:
      return struct_at(vector, type, row);
    default:
      return "a value of another type";
  }
}

}  // namespace

Answer read_answer(duckdb_result& result) {
  Answer answer;
  const idx_t width = duckdb_column_count(&result);
  std::vector<duckdb_logical_type> types;
  for (idx_t i = 0; i < width; ++i) {
    types.push_back(duckdb_column_logical_type(&result, i));
    answer.columns.emplace_back(duckdb_column_name(&result, i), type_name(types.back()));
  }
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk); ++row) {
      json::array values;
      for (idx_t i = 0; i < width; ++i) {
        values.push_back(value_at(duckdb_data_chunk_get_vector(chunk, i), types[i], row));
      }
      answer.rows.push_back(std::move(values));
    }
    duckdb_destroy_data_chunk(&chunk);
  }
  for (duckdb_logical_type& type : types) {
    duckdb_destroy_logical_type(&type);
  }
  return answer;
}

bool same_value(const json::value& a, const json::value& b) {
  if (a.is_array() && b.is_array()) {
    const json::array& left = a.get_array();
    const json::array& right = b.get_array();
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_value);
  }
  if (a.is_double() || b.is_double()) {
    if (!a.is_number() || !b.is_number()) return false;
    const double left = a.to_number<double>();
    const double right = b.to_number<double>();
    return std::abs(left - right) <= 1e-9 * std::max(std::abs(left), std::abs(right));
  }
  return a == b;
}

}  // namespace weir::sql_test
