// TO_JSON takes a value of any type, so it is no instance of native.hpp: it walks DuckDB's vectors
// by their types, as Spark's JacksonGenerator walks a row by its schema.
#include "engine/functions/json_functions.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64.hpp"
#include "engine/dialect/java_number.hpp"
#include "engine/functions/decimal.hpp"
#include "engine/functions/json_path.hpp"
#include "engine/functions/json_text.hpp"
#include "engine/functions/native.hpp"
#include "engine/spark/datetime_pattern.hpp"
#include "engine/spark/datetime_text.hpp"

namespace weir::engine {

namespace {

std::optional<NewList<std::string>> json_tuple(std::optional<std::string_view> json,
                                               List<std::string_view> names) {
  std::vector<std::string_view> wanted;
  for (idx_t i = 0; i < names.size; ++i)
    wanted.push_back(names.at(i).value_or(std::string_view()));
  if (!json) return NewList<std::string>(wanted.size());
  return json_fields(*json, wanted);
}

/// Owns a DuckDB type.
class LogicalType {
 public:
  explicit LogicalType(duckdb_logical_type type) : type_(type) {}
  ~LogicalType() { duckdb_destroy_logical_type(&type_); }
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  [[nodiscard]] duckdb_logical_type get() const { return type_; }

 private:
  duckdb_logical_type type_;
};

bool is_null(duckdb_vector vector, idx_t row) {
  const std::uint64_t* validity = duckdb_vector_get_validity(vector);
  return validity != nullptr && (validity[row / 64] >> (row % 64) & 1) == 0;
}

template <class T>
void append_fraction(std::string& out, T value) {
  const bool finite = std::isfinite(value);
  if (!finite) out += '"';
  out += dialect::java_text(value);
  if (!finite) out += '"';
}

/// What the options of TO_JSON say.
struct Style {
  std::optional<spark::DatetimePattern> moment;
  std::optional<spark::DatetimePattern> day;  // none: as CAST writes it
  bool keeps_nulls = false;                   // of structs

  static Style of(std::string_view moment, std::string_view day, bool keeps_nulls) {
    constexpr auto use = spark::DatetimePattern::Use::write;
    Style style;
    style.keeps_nulls = keeps_nulls;
    if (auto pattern = spark::DatetimePattern::parse(
            moment.empty() ? "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'" : moment, use))
      style.moment = *std::move(pattern);
    if (day.empty()) return style;
    if (auto pattern = spark::DatetimePattern::parse(day, use)) style.day = *std::move(pattern);
    return style;
  }
  [[nodiscard]] std::string text(spark::Moment value) const {
    return moment ? moment->write(value) : "";
  }
  [[nodiscard]] std::string text(spark::Day value) const {
    return day ? day->write({value.days * spark::day_us}) : spark::date_to_text(value);
  }
};

void append_value(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row,
                  const Style& style);

void append_struct(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row,
                   const Style& style) {
  out += '{';
  const idx_t count = duckdb_struct_type_child_count(type);
  bool first = true;
  for (idx_t i = 0; i < count; ++i) {
    duckdb_vector child = duckdb_struct_vector_get_child(vector, i);
    if (is_null(child, row) && !style.keeps_nulls) continue;
    char* name = duckdb_struct_type_child_name(type, i);
    if (!first) out += ',';
    first = false;
    append_json_text(out, name);
    duckdb_free(name);
    out += ':';
    append_value(out, child, LogicalType(duckdb_struct_type_child_type(type, i)).get(), row, style);
  }
  out += '}';
}

void append_list(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row,
                 const Style& style) {
  const auto entry = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector))[row];
  duckdb_vector items = duckdb_list_vector_get_child(vector);
  const LogicalType item(duckdb_list_type_child_type(type));
  out += '[';
  for (idx_t i = 0; i < entry.length; ++i) {
    if (i > 0) out += ',';
    append_value(out, items, item.get(), entry.offset + i, style);
  }
  out += ']';
}

void append_map(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row,
                const Style& style) {
  const auto entry = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector))[row];
  duckdb_vector entries = duckdb_list_vector_get_child(vector);
  duckdb_vector keys = duckdb_struct_vector_get_child(entries, 0);
  duckdb_vector values = duckdb_struct_vector_get_child(entries, 1);
  const LogicalType key(duckdb_map_type_key_type(type));
  const LogicalType value(duckdb_map_type_value_type(type));
  out += '{';
  for (idx_t i = 0; i < entry.length; ++i) {
    if (i > 0) out += ',';
    std::string name;
    append_value(name, keys, key.get(), entry.offset + i, style);
    if (name.starts_with('"')) {
      out += name;
    } else {
      append_json_text(out, name);
    }
    out += ':';
    append_value(out, values, value.get(), entry.offset + i, style);
  }
  out += '}';
}

void append_value(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row,
                  const Style& style) {
  if (is_null(vector, row)) {
    out += "null";
    return;
  }
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      out += Argument<bool>(vector).at(row) ? "true" : "false";
      return;
    case DUCKDB_TYPE_TINYINT:
      out += std::to_string(Argument<std::int8_t>(vector).at(row));
      return;
    case DUCKDB_TYPE_SMALLINT:
      out += std::to_string(Argument<std::int16_t>(vector).at(row));
      return;
    case DUCKDB_TYPE_INTEGER:
      out += std::to_string(Argument<std::int32_t>(vector).at(row));
      return;
    case DUCKDB_TYPE_BIGINT:
      out += std::to_string(Argument<std::int64_t>(vector).at(row));
      return;
    case DUCKDB_TYPE_FLOAT:
      append_fraction(out, Argument<float>(vector).at(row));
      return;
    case DUCKDB_TYPE_DOUBLE:
      append_fraction(out, Argument<double>(vector).at(row));
      return;
    case DUCKDB_TYPE_DECIMAL:
      out += decimal_text(Argument<Decimal>(vector).at(row));
      return;
    case DUCKDB_TYPE_VARCHAR:
      append_json_text(out, Argument<std::string_view>(vector).at(row));
      return;
    case DUCKDB_TYPE_BLOB:
      append_json_text(out, to_base64(Argument<Bytes>(vector).at(row).bytes));
      return;
    case DUCKDB_TYPE_DATE:
      append_json_text(out, style.text(Argument<spark::Day>(vector).at(row)));
      return;
    case DUCKDB_TYPE_TIMESTAMP:
      append_json_text(out, style.text(Argument<spark::Moment>(vector).at(row)));
      return;
    case DUCKDB_TYPE_STRUCT:
      return append_struct(out, vector, type, row, style);
    case DUCKDB_TYPE_LIST:
      return append_list(out, vector, type, row, style);
    case DUCKDB_TYPE_MAP:
      return append_map(out, vector, type, row, style);
    default:
      out += "null";  // of no type that the dialect layer has
      return;
  }
}

void to_json(duckdb_function_info /*info*/, duckdb_data_chunk input, duckdb_vector out) {
  duckdb_vector values = duckdb_data_chunk_get_vector(input, 0);
  const LogicalType type(duckdb_vector_get_column_type(values));
  duckdb_vector_ensure_validity_writable(out);
  const idx_t rows = duckdb_data_chunk_get_size(input);
  if (rows == 0) return;
  const Argument<std::string_view> moment(duckdb_data_chunk_get_vector(input, 1));
  const Argument<std::string_view> day(duckdb_data_chunk_get_vector(input, 2));
  const Argument<bool> nulls(duckdb_data_chunk_get_vector(input, 3));
  const bool known = !moment.is_null(0) && !day.is_null(0) && !nulls.is_null(0);
  const Style style = known ? Style::of(moment.at(0), day.at(0), nulls.at(0)) : Style();
  std::string text;
  for (idx_t row = 0; row < rows; ++row) {
    if (is_null(values, row)) {
      duckdb_validity_set_row_invalid(duckdb_vector_get_validity(out), row);
      continue;
    }
    text.clear();
    append_value(text, values, type.get(), row, style);
    put(out, row, text);
  }
}

Result<void> add_to_json(duckdb_connection connection) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(function, "spark_to_json");
  const LogicalType any(duckdb_create_logical_type(DUCKDB_TYPE_ANY));
  const LogicalType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const LogicalType truth(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
  duckdb_scalar_function_add_parameter(function, any.get());
  duckdb_scalar_function_add_parameter(function, text.get());
  duckdb_scalar_function_add_parameter(function, text.get());
  duckdb_scalar_function_add_parameter(function, truth.get());
  duckdb_scalar_function_set_return_type(function, text.get());
  duckdb_scalar_function_set_function(function, to_json);
  const duckdb_state state = duckdb_register_scalar_function(connection, function);
  duckdb_destroy_scalar_function(&function);
  if (state == DuckDBError) return fail(Errc::internal, "DuckDB refused the function to_json");
  return {};
}

}  // namespace

Result<void> add_json_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<json_at>(connection, "spark_get_json_object"));
  WEIR_CHECK(add_native<json_tuple>(connection, "spark_json_tuple"));
  WEIR_CHECK(add_native<json_array_length>(connection, "spark_json_array_length"));
  WEIR_CHECK(add_native<json_object_keys>(connection, "spark_json_object_keys"));
  return add_to_json(connection);
}

}  // namespace weir::engine
