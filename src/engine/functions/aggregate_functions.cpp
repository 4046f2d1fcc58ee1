// DuckDB's variance fails the query where a number is infinite or too large to be squared, and its
// sum of decimals where it has more than 38 digits; Spark has NaN, Infinity and NULL. These take
// the same steps as Spark's aggregates, so that they end alike.

#include "engine/functions/aggregate_functions.hpp"

#include <cmath>
#include <new>
#include <optional>
#include <string>

#include "engine/functions/native.hpp"

namespace weir::engine {

namespace {

/// Count, mean and the sum of squared distances from it.
struct Spread {
  double count = 0;
  double mean = 0;
  double squares = 0;

  using Value = double;
  void add(double value) {
    count += 1;
    const double distance = value - mean;
    const double step = distance / count;
    mean += step;
    squares += distance * (distance - step);
  }
  void merge(const Spread& other) {
    const double all = count + other.count;
    const double distance = other.mean - mean;
    const double step = all == 0 ? 0 : distance / all;
    mean += step * other.count;
    squares += other.squares + distance * step * count * other.count;
    count = all;
  }
};

std::optional<double> var_pop(const Spread& all) {
  if (all.count == 0) return std::nullopt;
  return all.squares / all.count;
}
std::optional<double> var_samp(const Spread& all) {
  if (all.count < 2) return std::nullopt;
  return all.squares / (all.count - 1);
}
std::optional<double> stddev_pop(const Spread& all) {
  const auto variance = var_pop(all);
  return variance ? std::optional(std::sqrt(*variance)) : std::nullopt;
}
std::optional<double> stddev_samp(const Spread& all) {
  const auto variance = var_samp(all);
  return variance ? std::optional(std::sqrt(*variance)) : std::nullopt;
}

/// Unscaled; the values of one column have one scale.
struct DecimalSum {
  std::uint64_t low = 0;  // DuckDB keeps states at multiples of 8, an Int128 wants 16
  std::int64_t high = 0;
  bool any = false;
  bool overflown = false;  // for good, as in Spark

  using Value = Decimal;
  [[nodiscard]] Int128 sum() const { return (static_cast<Int128>(high) << 64) | low; }
  void add(Decimal value) { add_unscaled(value.unscaled); }
  void merge(const DecimalSum& other) {
    overflown = overflown || other.overflown;
    if (other.any && !other.overflown) add_unscaled(other.sum());
  }
  void add_unscaled(Int128 value) {
    constexpr Int128 half = 10'000'000'000'000'000'000U;
    constexpr Int128 limit = half * half;  // 10^38
    any = true;
    if (overflown) return;
    // Twice 10^38 would not fit into 127 bits, so the limit is checked before the addition.
    const Int128 before = sum();
    overflown = value > 0 ? before >= limit - value : before <= -limit - value;
    if (overflown) return;
    low = static_cast<std::uint64_t>(before + value);
    high = static_cast<std::int64_t>((before + value) >> 64);
  }
};

std::optional<Int128> decimal_sum(const DecimalSum& all) {
  if (!all.any || all.overflown) return std::nullopt;
  return all.sum();
}

template <class State>
void update(duckdb_function_info /*info*/, duckdb_data_chunk input,
            duckdb_aggregate_state* states) {
  const Argument<typename State::Value> values(duckdb_data_chunk_get_vector(input, 0));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    if (!values.is_null(row)) reinterpret_cast<State*>(states[row])->add(values.at(row));
  }
}

template <class State>
void combine(duckdb_function_info /*info*/, duckdb_aggregate_state* from,
             duckdb_aggregate_state* into, idx_t count) {
  for (idx_t i = 0; i < count; ++i)
    reinterpret_cast<State*>(into[i])->merge(*reinterpret_cast<State*>(from[i]));
}

template <class State, auto Final>
void finalize(duckdb_function_info /*info*/, duckdb_aggregate_state* states, duckdb_vector out,
              idx_t count, idx_t offset) {
  duckdb_vector_ensure_validity_writable(out);
  std::uint64_t* validity = duckdb_vector_get_validity(out);
  for (idx_t i = 0; i < count; ++i) {
    const idx_t row = offset + i;
    if (const auto value = Final(*reinterpret_cast<State*>(states[i]))) {
      put(out, row, *value);
    } else {
      validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
    }
  }
}

template <class State, auto Final, class Out>
Result<void> add_aggregate(duckdb_connection connection, const char* name) {
  duckdb_aggregate_function function = duckdb_create_aggregate_function();
  duckdb_aggregate_function_set_name(function, name);
  duckdb_logical_type argument = duckdb_create_logical_type(type_of<typename State::Value>);
  duckdb_aggregate_function_add_parameter(function, argument);
  duckdb_destroy_logical_type(&argument);
  duckdb_logical_type result = duckdb_create_logical_type(type_of<Out>);
  duckdb_aggregate_function_set_return_type(function, result);
  duckdb_destroy_logical_type(&result);
  duckdb_aggregate_function_set_functions(
      function, [](duckdb_function_info) -> idx_t { return sizeof(State); },
      [](duckdb_function_info, duckdb_aggregate_state state) { new (state) State(); },
      update<State>, combine<State>, finalize<State, Final>);
  const duckdb_state state = duckdb_register_aggregate_function(connection, function);
  duckdb_destroy_aggregate_function(&function);
  if (state == DuckDBError)
    return fail(Errc::internal, std::string("DuckDB refused the function ") + name);
  return {};
}

}  // namespace

Result<void> add_aggregate_functions(duckdb_connection connection) {
  WEIR_CHECK((add_aggregate<Spread, var_pop, double>(connection, "spark_var_pop")));
  WEIR_CHECK((add_aggregate<Spread, var_samp, double>(connection, "spark_var_samp")));
  WEIR_CHECK((add_aggregate<Spread, stddev_pop, double>(connection, "spark_stddev_pop")));
  WEIR_CHECK((add_aggregate<Spread, stddev_samp, double>(connection, "spark_stddev_samp")));
  return add_aggregate<DecimalSum, decimal_sum, Int128>(connection, "spark_decimal_sum");
}

}  // namespace weir::engine
