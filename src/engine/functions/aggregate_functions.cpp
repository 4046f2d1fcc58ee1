// DuckDB's variance fails the query where a number is infinite or too large to be squared, and its
// sum of decimals where it has more than 38 digits; Spark has NaN, Infinity and NULL. These take
// the same steps as Spark's aggregates, so that they end alike.

#include "engine/functions/aggregate_functions.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "engine/functions/native.hpp"

namespace weir::engine {

namespace {

/// Count, mean and the sum of squared distances from it.
struct Spread {
  double count = 0;
  double mean = 0;
  double squares = 0;

  using Values = std::tuple<double>;
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

  using Values = std::tuple<Decimal>;
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

std::optional<Int128> sum_of_decimals(const DecimalSum& all) {
  if (!all.any || all.overflown) return std::nullopt;
  return all.sum();
}

/// Spread, and the sums of the third and fourth powers.
struct Powers {
  double count = 0;
  double mean = 0;
  double second = 0;
  double third = 0;
  double fourth = 0;

  using Values = std::tuple<double>;
  void add(double value) {
    Powers one;
    one.count = 1;
    one.mean = value;
    merge(one);
  }
  void merge(const Powers& other) {
    const double a = count;
    const double b = other.count;
    const double all = a + b;
    if (b == 0) return;
    const double distance = other.mean - mean;
    const double step = distance / all;
    fourth += other.fourth + distance * step * step * step * a * b * (a * a - a * b + b * b) +
              6 * step * step * (a * a * other.second + b * b * second) +
              4 * step * (a * other.third - b * third);
    third += other.third + distance * step * step * a * b * (a - b) +
             3 * step * (a * other.second - b * second);
    second += other.second + distance * step * a * b;
    mean += step * b;
    count = all;
  }
};

std::optional<double> skewness(const Powers& all) {
  if (all.count == 0 || all.second == 0) return std::nullopt;
  return std::sqrt(all.count) * all.third / std::sqrt(all.second * all.second * all.second);
}
std::optional<double> kurtosis(const Powers& all) {
  if (all.count == 0 || all.second == 0) return std::nullopt;
  return all.count * all.fourth / (all.second * all.second) - 3.0;
}

/// Two columns, of the rows that have both.
struct Pairs {
  double count = 0;
  double mean_a = 0;
  double mean_b = 0;
  double squares_a = 0;
  double squares_b = 0;
  double products = 0;

  using Values = std::tuple<double, double>;
  void add(double a, double b) {
    Pairs one;
    one.count = 1;
    one.mean_a = a;
    one.mean_b = b;
    merge(one);
  }
  void merge(const Pairs& other) {
    if (other.count == 0) return;
    const double all = count + other.count;
    const double a = other.mean_a - mean_a;
    const double b = other.mean_b - mean_b;
    const double share = count * other.count / all;
    squares_a += other.squares_a + a * a * share;
    squares_b += other.squares_b + b * b * share;
    products += other.products + a * b * share;
    mean_a += a * other.count / all;
    mean_b += b * other.count / all;
    count = all;
  }
};

std::optional<double> divided(double a, double b) {
  return b == 0 ? std::nullopt : std::optional(a / b);
}
std::optional<double> if_any(const Pairs& all, double value) {
  return all.count == 0 ? std::nullopt : std::optional(value);
}
std::optional<double> corr(const Pairs& all) {
  return divided(all.products, std::sqrt(all.squares_a * all.squares_b));
}
std::optional<double> covar_pop(const Pairs& all) {
  return divided(all.products, all.count);
}
std::optional<double> covar_samp(const Pairs& all) {
  return all.count == 0 ? std::nullopt : divided(all.products, all.count - 1);
}
std::optional<std::int64_t> regr_count(const Pairs& all) {
  return static_cast<std::int64_t>(all.count);
}
std::optional<double> regr_avgy(const Pairs& all) {
  return if_any(all, all.mean_a);
}
std::optional<double> regr_avgx(const Pairs& all) {
  return if_any(all, all.mean_b);
}
std::optional<double> regr_syy(const Pairs& all) {
  return if_any(all, all.squares_a);
}
std::optional<double> regr_sxx(const Pairs& all) {
  return if_any(all, all.squares_b);
}
std::optional<double> regr_sxy(const Pairs& all) {
  return if_any(all, all.products);
}
std::optional<double> regr_slope(const Pairs& all) {
  return divided(all.products, all.squares_b);
}
std::optional<double> regr_intercept(const Pairs& all) {
  const auto slope = regr_slope(all);
  return slope ? std::optional(all.mean_a - *slope * all.mean_b) : std::nullopt;
}
std::optional<double> regr_r2(const Pairs& all) {
  if (all.count == 0 || all.squares_a == 0) return std::nullopt;
  if (all.squares_b == 0) return 1.0;
  const auto correlation = corr(all);
  return correlation ? std::optional(*correlation * *correlation) : std::nullopt;
}

/// A bitmap of 4096 bytes, as Spark's are; made when the first value comes.
class Bitmap {
 public:
  static constexpr std::size_t bytes = 4096;

  void set(std::int64_t place) {
    if (place < 0 || place >= static_cast<std::int64_t>(bytes * 8)) {
      outside_ = true;
      return;
    }
    bits()[static_cast<std::size_t>(place) / 8] |= static_cast<char>(1U << (place % 8));
  }
  void set_all(std::string_view other) {
    std::string& all = bits();
    for (std::size_t i = 0; i < std::min(bytes, other.size()); ++i)
      all[i] = static_cast<char>(static_cast<unsigned char>(all[i]) |
                                 static_cast<unsigned char>(other[i]));
  }
  void merge(const Bitmap& other) {
    outside_ = outside_ || other.outside_;
    if (other.bits_) set_all(*other.bits_);
  }
  /// NULL where a place was outside, for which Spark raises an error.
  [[nodiscard]] std::optional<OwnedBytes> all() const {
    if (outside_) return std::nullopt;
    return OwnedBytes{bits_ ? *bits_ : std::string(bytes, '\0')};
  }

 private:
  std::string& bits() {
    if (!bits_) bits_ = std::make_unique<std::string>(bytes, '\0');
    return *bits_;
  }

  std::unique_ptr<std::string> bits_;  // DuckDB moves states as bytes, which a pointer bears
  bool outside_ = false;
};

struct BitmapOfPlaces : Bitmap {
  using Values = std::tuple<std::int64_t>;
  void add(std::int64_t place) { set(place); }
};
struct BitmapOfBitmaps : Bitmap {
  using Values = std::tuple<Bytes>;
  void add(Bytes other) { set_all(other.bytes); }
};
std::optional<OwnedBytes> whole_bitmap(const Bitmap& bitmap) {
  return bitmap.all();
}

/// Adds the rows in which no value is NULL.
template <class State, class Values>
struct Updates;
template <class State, class... Value>
struct Updates<State, std::tuple<Value...>> {
  static void run(duckdb_function_info /*info*/, duckdb_data_chunk input,
                  duckdb_aggregate_state* states) {
    over(input, states, std::index_sequence_for<Value...>());
  }
  static void declare(duckdb_aggregate_function function) {
    const auto parameter = [function](duckdb_logical_type type) {
      duckdb_aggregate_function_add_parameter(function, type);
      duckdb_destroy_logical_type(&type);
    };
    (parameter(duckdb_create_logical_type(type_of<Value>)), ...);
  }

 private:
  template <std::size_t... I>
  static void over(duckdb_data_chunk input, duckdb_aggregate_state* states,
                   std::index_sequence<I...>) {
    const std::tuple<Argument<Value>...> all{
        Argument<Value>(duckdb_data_chunk_get_vector(input, I))...};
    const idx_t rows = duckdb_data_chunk_get_size(input);
    for (idx_t row = 0; row < rows; ++row) {
      if ((std::get<I>(all).is_null(row) || ...)) continue;
      reinterpret_cast<State*>(states[row])->add(std::get<I>(all).at(row)...);
    }
  }
};

template <class State>
void combine(duckdb_function_info /*info*/, duckdb_aggregate_state* from,
             duckdb_aggregate_state* into, idx_t count) {
  for (idx_t i = 0; i < count; ++i)
    reinterpret_cast<State*>(into[i])->merge(*reinterpret_cast<State*>(from[i]));
}

template <class State>
void destroy(duckdb_aggregate_state* states, idx_t count) {
  for (idx_t i = 0; i < count; ++i)
    std::destroy_at(reinterpret_cast<State*>(states[i]));
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
  using Update = Updates<State, typename State::Values>;
  Update::declare(function);
  duckdb_logical_type result = duckdb_create_logical_type(type_of<Out>);
  duckdb_aggregate_function_set_return_type(function, result);
  duckdb_destroy_logical_type(&result);
  duckdb_aggregate_function_set_functions(
      function, [](duckdb_function_info) -> idx_t { return sizeof(State); },
      [](duckdb_function_info, duckdb_aggregate_state state) { new (state) State(); }, Update::run,
      combine<State>, finalize<State, Final>);
  if constexpr (!std::is_trivially_destructible_v<State>)
    duckdb_aggregate_function_set_destructor(function, destroy<State>);
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
  WEIR_CHECK((add_aggregate<Powers, skewness, double>(connection, "spark_skewness")));
  WEIR_CHECK((add_aggregate<Powers, kurtosis, double>(connection, "spark_kurtosis")));
  WEIR_CHECK((add_aggregate<Pairs, corr, double>(connection, "spark_corr")));
  WEIR_CHECK((add_aggregate<Pairs, covar_pop, double>(connection, "spark_covar_pop")));
  WEIR_CHECK((add_aggregate<Pairs, covar_samp, double>(connection, "spark_covar_samp")));
  WEIR_CHECK((add_aggregate<Pairs, regr_count, std::int64_t>(connection, "spark_regr_count")));
  WEIR_CHECK((add_aggregate<Pairs, regr_avgy, double>(connection, "spark_regr_avgy")));
  WEIR_CHECK((add_aggregate<Pairs, regr_avgx, double>(connection, "spark_regr_avgx")));
  WEIR_CHECK((add_aggregate<Pairs, regr_syy, double>(connection, "spark_regr_syy")));
  WEIR_CHECK((add_aggregate<Pairs, regr_sxx, double>(connection, "spark_regr_sxx")));
  WEIR_CHECK((add_aggregate<Pairs, regr_sxy, double>(connection, "spark_regr_sxy")));
  WEIR_CHECK((add_aggregate<Pairs, regr_slope, double>(connection, "spark_regr_slope")));
  WEIR_CHECK((add_aggregate<Pairs, regr_intercept, double>(connection, "spark_regr_intercept")));
  WEIR_CHECK((add_aggregate<Pairs, regr_r2, double>(connection, "spark_regr_r2")));
  WEIR_CHECK((add_aggregate<BitmapOfPlaces, whole_bitmap, OwnedBytes>(connection,
                                                                      "spark_bitmap_of_places")));
  WEIR_CHECK(
      (add_aggregate<BitmapOfBitmaps, whole_bitmap, OwnedBytes>(connection, "spark_bitmap_or")));
  return add_aggregate<DecimalSum, sum_of_decimals, Int128>(connection, "spark_decimal_sum");
}

}  // namespace weir::engine
