// Results have up to 38 digits, but what they are rounded from has more: a product 76, the
// numerator of a quotient 114. Where all fits into 128 bits, it is computed in these; else in 512,
// which hold every case, so that nothing here can overflow or allocate.

#include "engine/functions/decimal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/multiprecision/cpp_int.hpp>

#include "engine/dialect/java_number.hpp"
#include "engine/spark/decimal_text.hpp"

namespace weir::engine {

namespace {

using Wide = boost::multiprecision::int512_t;

constexpr int digits_max = spark::decimal_digits_max;

template <class Int>
Int power_of_ten(int exponent) {
  Int value = 1;
  for (int i = 0; i < exponent; ++i)
    value *= 10;
  return value;
}

Int128 ten_to(int digits) {
  return spark::powers_of_ten[static_cast<std::size_t>(digits)];
}

Int128 narrow(const Wide& value) {
  const bool negative = value < 0;
  const Wide size = negative ? Wide(-value) : value;
  constexpr std::uint64_t all_ones = std::numeric_limits<std::uint64_t>::max();
  const auto low = static_cast<std::uint64_t>(size & all_ones);
  const auto high = static_cast<std::uint64_t>((size >> 64) & all_ones);
  const auto whole = static_cast<Int128>((static_cast<UInt128>(high) << 64) | low);
  return negative ? -whole : whole;
}

Wide widened(Int128 value) {
  const bool negative = value < 0;
  const auto size = negative ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
  Wide out = static_cast<std::uint64_t>(size >> 64);
  out <<= 64;
  out |= static_cast<std::uint64_t>(size);
  return negative ? Wide(-out) : out;
}

bool is_small(Int128 value) {
  return value >= std::numeric_limits<std::int64_t>::min() &&
         value <= std::numeric_limits<std::int64_t>::max();
}

/// value / divisor, halves away from zero.
template <class Int>
Int rounded(const Int& value, const Int& divisor) {
  if constexpr (std::is_same_v<Int, Int128>) {  // a division of 128 bits costs ten times as much
    if (is_small(value) && is_small(divisor) && divisor > 0) {
      const auto small = static_cast<std::int64_t>(value);
      const auto unit = static_cast<std::int64_t>(divisor);
      const std::int64_t quotient = small / unit;
      const std::int64_t rest = small % unit;
      const std::int64_t size = rest < 0 ? -rest : rest;
      if (size < unit - size) return quotient;
      return Int128{quotient} + (small < 0 ? -1 : 1);
    }
  }
  Int quotient = value / divisor;
  const Int rest = value % divisor;
  const Int size = rest < 0 ? Int(-rest) : rest;
  const Int unit = divisor < 0 ? Int(-divisor) : divisor;
  if (size < unit - size) return quotient;
  return (value < 0) != (divisor < 0) ? Int(quotient - 1) : Int(quotient + 1);
}

bool is_decimal_type(int precision, int scale) {
  return precision >= 1 && precision <= digits_max && scale >= 0 && scale <= digits_max;
}

std::optional<Int128> within(Int128 value, int precision) {
  const Int128 limit = ten_to(precision);
  if (value >= limit || value <= -limit) return std::nullopt;
  return value;
}

/// A value of one scale at another, if it then has no more than `precision` digits.
std::optional<Int128> fitted(Wide value, int from, int precision, int to) {
  if (!is_decimal_type(precision, to)) return std::nullopt;
  if (from > to) {
    value = rounded(value, power_of_ten<Wide>(from - to));
  } else {
    value *= power_of_ten<Wide>(to - from);
  }
  const Wide limit = widened(ten_to(precision));
  if (value >= limit || value <= -limit) return std::nullopt;
  return narrow(value);
}

struct Aligned {
  Wide a;
  Wide b;
  int scale = 0;
};

Aligned aligned(Decimal a, Decimal b) {
  const int scale = std::max(a.scale, b.scale);
  return {widened(a.unscaled) * power_of_ten<Wide>(scale - a.scale),
          widened(b.unscaled) * power_of_ten<Wide>(scale - b.scale), scale};
}

}  // namespace

std::optional<Int128> decimal_sum(Decimal a, Decimal b, std::int32_t precision,
                                  std::int32_t scale) {
  const Aligned both = aligned(a, b);
  return fitted(both.a + both.b, both.scale, precision, scale);
}

std::optional<Int128> decimal_difference(Decimal a, Decimal b, std::int32_t precision,
                                         std::int32_t scale) {
  const Aligned both = aligned(a, b);
  return fitted(both.a - both.b, both.scale, precision, scale);
}

std::optional<Int128> decimal_product(Decimal a, Decimal b, std::int32_t precision,
                                      std::int32_t scale) {
  if (!is_decimal_type(precision, scale)) return std::nullopt;
  const int from = a.scale + b.scale;
  if (is_small(a.unscaled) && is_small(b.unscaled) && from >= scale && from - scale <= digits_max) {
    return within(rounded<Int128>(a.unscaled * b.unscaled, ten_to(from - scale)), precision);
  }
  return fitted(widened(a.unscaled) * widened(b.unscaled), from, precision, scale);
}

std::optional<Int128> decimal_quotient(Decimal a, Decimal b, std::int32_t precision,
                                       std::int32_t scale) {
  if (b.unscaled == 0 || !is_decimal_type(precision, scale)) return std::nullopt;
  const int power = scale - a.scale + b.scale;
  if (is_small(a.unscaled) && power >= 0 && power < 19) {
    return within(rounded<Int128>(a.unscaled * ten_to(power), b.unscaled), precision);
  }
  Wide numerator = widened(a.unscaled);
  Wide denominator = widened(b.unscaled);
  (power >= 0 ? numerator : denominator) *= power_of_ten<Wide>(power >= 0 ? power : -power);
  return fitted(rounded(numerator, denominator), scale, precision, scale);
}

std::optional<Int128> decimal_remainder(Decimal a, Decimal b, std::int32_t precision,
                                        std::int32_t scale) {
  if (b.unscaled == 0) return std::nullopt;
  const Aligned both = aligned(a, b);
  return fitted(both.a % both.b, both.scale, precision, scale);
}

std::optional<Int128> decimal_positive_remainder(Decimal a, Decimal b, std::int32_t precision,
                                                 std::int32_t scale) {
  if (b.unscaled == 0) return std::nullopt;
  const Aligned both = aligned(a, b);
  Wide rest = both.a % both.b;
  if (rest < 0) rest = (rest + both.b) % both.b;
  return fitted(rest, both.scale, precision, scale);
}

std::optional<std::int64_t> decimal_whole_quotient(Decimal a, Decimal b) {
  if (b.unscaled == 0) return std::nullopt;
  const Aligned both = aligned(a, b);
  const Wide whole = both.a / both.b;
  if (!fitted(whole, 0, digits_max, 0)) return std::nullopt;  // an error in Spark
  const Wide low = Wide(1) << 64;
  Wide bits = whole % low;
  if (bits < 0) bits += low;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(bits));
}

std::optional<std::int64_t> clear_units(double value, std::int32_t digits) {
  constexpr double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  constexpr double whole_max = 1e11;  // products up to here are off by 1e-4 at most
  constexpr double unclear = 1e-3;
  if (digits < 0 || digits >= static_cast<std::int32_t>(std::size(powers))) return std::nullopt;
  const double product = std::abs(value) * powers[digits];
  if (!(product < whole_max)) return std::nullopt;
  const double whole = std::floor(product);
  const double rest = product - whole;
  if (std::abs(rest - 0.5) < unclear) return std::nullopt;
  const auto units = static_cast<std::int64_t>(rest > 0.5 ? whole + 1 : whole);
  return value < 0 ? -units : units;
}

std::optional<Int128> decimal_of_fraction(double value, std::int32_t precision,
                                          std::int32_t scale) {
  constexpr std::int32_t surely_fits = 12;  // digits of the largest of clear units
  if (precision >= surely_fits) {
    if (const auto units = clear_units(value, scale)) return *units;
  }
  return spark::decimal_from_text(dialect::java_text(value), precision, scale);
}

Int128 rounded_quotient(Int128 value, Int128 unit, Rounding rounding) {
  const Int128 quotient = value / unit;
  const Int128 rest = value % unit;
  if (rest == 0) return quotient;
  const bool negative = rest < 0;
  const Int128 size = negative ? -rest : rest;
  const Int128 away = quotient + (negative ? -1 : 1);
  switch (rounding) {
    case Rounding::floor:
      return negative ? away : quotient;
    case Rounding::ceiling:
      return negative ? quotient : away;
    case Rounding::half_even:
      if (size == unit - size) return quotient % 2 == 0 ? quotient : away;
      [[fallthrough]];
    case Rounding::half_up:
      return size >= unit - size ? away : quotient;
  }
  return quotient;
}

namespace {

/// Puts the point into whole digits: no more than a copy, where a cast and a multiplication by one
/// unit cost DuckDB 45 ns.
void put_point(duckdb_function_info /*info*/, duckdb_data_chunk input, duckdb_vector out) {
  const Argument<Int128> digits(duckdb_data_chunk_get_vector(input, 0));
  duckdb_vector_ensure_validity_writable(out);
  std::uint64_t* validity = duckdb_vector_get_validity(out);
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    const auto value = digits.is_null(row) ? std::nullopt : within(digits.at(row), digits_max);
    if (value) {
      put(out, row, *value);
    } else {
      duckdb_validity_set_row_invalid(validity, row);
    }
  }
}

/// Of two whose digits together are no more than 38, so that nothing overflows; of any others that
/// a person wrote for DuckDB, what is left.
void multiply_exactly(duckdb_function_info /*info*/, duckdb_data_chunk input, duckdb_vector out) {
  const Argument<Decimal> a(duckdb_data_chunk_get_vector(input, 0));
  const Argument<Decimal> b(duckdb_data_chunk_get_vector(input, 1));
  duckdb_vector_ensure_validity_writable(out);
  std::uint64_t* validity = duckdb_vector_get_validity(out);
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    if (a.is_null(row) || b.is_null(row)) {
      duckdb_validity_set_row_invalid(validity, row);
      continue;
    }
    Int128 product = 0;
    if (__builtin_mul_overflow(a.at(row).unscaled, b.at(row).unscaled, &product) ||
        !within(product, digits_max)) {
      duckdb_validity_set_row_invalid(validity, row);
    } else {
      put(out, row, product);
    }
  }
}

Result<void> add_of_scale(duckdb_connection connection, const std::string& name, int scale,
                          duckdb_type parameter, int parameters, duckdb_scalar_function_t run) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(function, name.c_str());
  duckdb_logical_type type = duckdb_create_logical_type(parameter);
  for (int i = 0; i < parameters; ++i)
    duckdb_scalar_function_add_parameter(function, type);
  duckdb_destroy_logical_type(&type);
  type = duckdb_create_decimal_type(digits_max, static_cast<std::uint8_t>(scale));
  duckdb_scalar_function_set_return_type(function, type);
  duckdb_destroy_logical_type(&type);
  duckdb_scalar_function_set_function(function, run);
  const duckdb_state state = duckdb_register_scalar_function(connection, function);
  duckdb_destroy_scalar_function(&function);
  if (state == DuckDBError) return fail(Errc::internal, "DuckDB refused the function " + name);
  return {};
}

}  // namespace

Result<void> add_decimals_of_scales(duckdb_connection connection) {
  for (int scale = 0; scale <= digits_max; ++scale) {
    const std::string number = std::to_string(scale);
    WEIR_CHECK(add_of_scale(connection, "spark_point_" + number, scale, DUCKDB_TYPE_HUGEINT, 1,
                            put_point));
    WEIR_CHECK(add_of_scale(connection, "spark_product_" + number, scale, DUCKDB_TYPE_ANY, 2,
                            multiply_exactly));
  }
  return {};
}

std::string decimal_text(Decimal value) {
  const bool negative = value.unscaled < 0;
  auto rest =
      negative ? -static_cast<UInt128>(value.unscaled) : static_cast<UInt128>(value.unscaled);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  return dialect::java_text(negative, std::move(digits), value.scale);
}

}  // namespace weir::engine
