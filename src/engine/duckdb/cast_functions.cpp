#include "engine/duckdb/cast_functions.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/feed_text.hpp"
#include "engine/duckdb/joda_pattern.hpp"

namespace weir::engine {

namespace {

/// The texts of an argument.
class Texts {
 public:
  Texts(duckdb_data_chunk chunk, idx_t column) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
    data_ = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
    validity_ = duckdb_vector_get_validity(vector);
  }
  std::optional<std::string_view> at(idx_t row) const {
    if (validity_ != nullptr && (validity_[row / 64] >> (row % 64) & 1) == 0) return std::nullopt;
    return std::string_view(duckdb_string_t_data(data_ + row), duckdb_string_t_length(data_[row]));
  }

 private:
  duckdb_string_t* data_;
  std::uint64_t* validity_;
};

void put(duckdb_vector out, idx_t row, std::string_view text) {
  duckdb_vector_assign_string_element_len(out, row, text.data(), text.size());
}

template <class T>
void put(duckdb_vector out, idx_t row, T value) {
  static_cast<T*>(duckdb_vector_get_data(out))[row] = value;
}

/// Puts what `read` makes of each row, NULL for nothing.
template <class Read>
void for_each_row(duckdb_data_chunk input, duckdb_vector out, const Read& read) {
  duckdb_vector_ensure_validity_writable(out);
  std::uint64_t* validity = duckdb_vector_get_validity(out);
  const idx_t size = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < size; ++row) {
    if (const auto value = read(row)) {
      put(out, row, *value);
    } else {
      validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
    }
  }
}

template <auto Read>
void cast(duckdb_function_info, duckdb_data_chunk input, duckdb_vector out) {
  const Texts texts(input, 0);
  for_each_row(input, out, [&](idx_t row) {
    const auto text = texts.at(row);
    return text ? Read(*text) : std::nullopt;
  });
}

std::int32_t day_of_moment(const Moment& moment) {
  return moment.day;
}
std::int64_t utc_of_moment(const Moment& moment) {
  return moment.utc_us();
}

/// With a pattern, which is the same text in every row: it is read when it changes.
template <auto Infer, auto From>
void cast_by_pattern(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  const Texts texts(input, 0);
  const Texts patterns(input, 1);
  std::optional<JodaPattern> pattern;
  std::string pattern_text;
  using Value = decltype(Infer(std::string_view()));
  for_each_row(input, out, [&](idx_t row) -> Value {
    const auto text = texts.at(row);
    const auto wanted = patterns.at(row);
    if (!text || !wanted) return std::nullopt;
    if (wanted->empty()) return Infer(*text);
    if (!pattern || pattern_text != *wanted) {
      auto parsed = JodaPattern::parse(*wanted);
      if (!parsed) {
        duckdb_scalar_function_set_error(info, parsed.error().message.c_str());
        return std::nullopt;
      }
      pattern = *std::move(parsed);
      pattern_text = *wanted;
    }
    const auto moment = pattern->read(trim(*text));
    return moment ? Value(From(*moment)) : std::nullopt;
  });
}

Result<void> add(Connection& connection, const char* name, idx_t arguments, duckdb_type result,
                 duckdb_scalar_function_t function) {
  Owned<duckdb_scalar_function, duckdb_destroy_scalar_function> made(
      duckdb_create_scalar_function());
  const LogicalType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const LogicalType type(duckdb_create_logical_type(result));
  duckdb_scalar_function_set_name(made.get(), name);
  for (idx_t i = 0; i < arguments; ++i)
    duckdb_scalar_function_add_parameter(made.get(), text.get());
  duckdb_scalar_function_set_return_type(made.get(), type.get());
  duckdb_scalar_function_set_function(made.get(), function);
  if (duckdb_register_scalar_function(connection.get(), made.get()) == DuckDBError)
    return fail(Errc::internal, std::string("DuckDB refused the function ") + name);
  return {};
}

}  // namespace

Result<void> add_cast_functions(Connection& connection) {
  WEIR_CHECK(add(connection, "weir_boolean", 1, DUCKDB_TYPE_BOOLEAN, cast<feed_boolean>));
  WEIR_CHECK(add(connection, "weir_integer", 1, DUCKDB_TYPE_BIGINT, cast<feed_integer>));
  WEIR_CHECK(add(connection, "weir_number", 1, DUCKDB_TYPE_VARCHAR, cast<feed_number>));
  WEIR_CHECK(
      add(connection, "weir_date", 2, DUCKDB_TYPE_DATE, cast_by_pattern<feed_date, day_of_moment>));
  return add(connection, "weir_datetime", 2, DUCKDB_TYPE_TIMESTAMP,
             cast_by_pattern<feed_datetime, utc_of_moment>);
}

}  // namespace weir::engine
