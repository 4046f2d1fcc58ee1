// Spark's rules that are more than a line are native functions, not macros: DuckDB expands a macro
// in place, reads its text again with every query, and runs a lambda for each value.
//
// Integers wrap on overflow here, as Java's do, where DuckDB's operators fail the whole query.
// They are computed without a sign, since overflow with one is not defined in C++.

#include "engine/functions/number_functions.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <type_traits>

#include "engine/dialect/java_number.hpp"
#include "engine/functions/decimal.hpp"
#include "engine/functions/native.hpp"

namespace weir::engine {

namespace {

template <class T>
T wrapped(std::uint64_t value) {
  return static_cast<T>(static_cast<std::make_unsigned_t<T>>(value));
}
template <class T>
std::uint64_t bits(T value) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

template <class T>
std::optional<T> sum(T a, T b) {
  return wrapped<T>(bits(a) + bits(b));
}
template <class T>
std::optional<T> difference(T a, T b) {
  return wrapped<T>(bits(a) - bits(b));
}
template <class T>
std::optional<T> product(T a, T b) {
  return wrapped<T>(bits(a) * bits(b));
}
template <class T>
std::optional<T> absolute(T a) {
  return a < 0 ? wrapped<T>(-bits(a)) : a;
}
// The smallest number over -1 does not fit: Java gives it back, the processor traps.
template <class T>
std::optional<T> remainder(T a, T b) {
  if (b == 0) return std::nullopt;
  return b == -1 ? T{0} : static_cast<T>(a % b);
}
template <class T>
std::optional<T> positive_remainder(T a, T b) {
  const auto rest = remainder(a, b);
  if (!rest || *rest >= 0) return rest;
  return remainder(*sum(*rest, b), b);
}
std::optional<double> remainder_of_fractions(double a, double b) {
  if (b == 0) return std::nullopt;
  const double rest = std::fmod(a, b);
  return rest < 0 ? std::fmod(rest + b, b) : rest;
}
std::optional<std::int64_t> quotient(std::int64_t a, std::int64_t b) {
  if (b == 0) return std::nullopt;
  return b == -1 ? wrapped<std::int64_t>(-bits(a)) : a / b;
}

/// ARRAY_DISTINCT of fractions: zeros differ by their sign, one NaN is like another.
template <class T>
std::optional<NewList<T>> distinct_bits(List<T> list) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  NewList<T> out;
  std::set<std::optional<Bits>> seen;
  for (idx_t i = 0; i < list.size; ++i) {
    const std::optional<T> value = list.at(i);
    std::optional<Bits> bits;
    if (value) {
      bits = std::bit_cast<Bits>(std::isnan(*value) ? std::numeric_limits<T>::quiet_NaN() : *value);
    }
    if (seen.insert(bits).second) out.push_back(value);
  }
  return out;
}
/// COLLECT_SET of fractions: the zeros are one, and no NaN is like another.
template <class T>
std::optional<NewList<T>> distinct_values(List<T> list) {
  NewList<T> out;
  std::set<T> seen;
  for (idx_t i = 0; i < list.size; ++i) {
    const std::optional<T> value = list.at(i);
    if (value && (std::isnan(*value) || seen.insert(*value).second)) out.push_back(value);
  }
  return out;
}

template <class T, class From>
std::optional<T> low_bits(From value) {
  return wrapped<T>(static_cast<std::uint64_t>(value));
}
/// Cut off at the point and kept within bounds; NaN is 0.
template <class T>
std::optional<T> int_of_fraction(double value) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(value)) return T{0};
  if (value >= -static_cast<double>(Limits::min())) return Limits::max();
  if (value <= static_cast<double>(Limits::min())) return Limits::min();
  return static_cast<T>(value);
}

/// Cut off at the point; nothing where it does not fit. 2^63 itself counts as the largest number,
/// since the bound is a fraction to Spark.
std::optional<std::int64_t> fitting_bigint(double value) {
  using Limits = std::numeric_limits<std::int64_t>;
  constexpr double bound = 9223372036854775808.0;  // 2^63
  if (!(std::floor(value) <= bound && std::ceil(value) >= -bound)) return std::nullopt;
  return value >= bound ? Limits::max() : static_cast<std::int64_t>(value);
}

/// A value that is too large becomes infinite.
std::optional<float> float_of_double(double value) {
  return static_cast<float>(value);
}

// C gives 1 for what has no limit there.
std::optional<double> power(double base, double exponent) {
  if (std::abs(base) == 1 && !std::isfinite(exponent))
    return std::numeric_limits<double>::quiet_NaN();
  return std::pow(base, exponent);
}
std::optional<double> sign(double value) {
  if (std::isnan(value) || value == 0) return value;
  return value > 0 ? 1.0 : -1.0;
}

/// 1234 at -2 is 1200; halves away from zero or to the even digit, and what does not fit wraps.
std::optional<std::int64_t> rounded_integer(std::int64_t value, std::int32_t digits, bool even) {
  if (digits >= 0) return value;
  if (digits < -19) return 0;
  const Int128 unit = spark::powers_of_ten[static_cast<std::size_t>(-digits)];
  return low_bits<std::int64_t, Int128>(
      rounded_quotient(value, unit, even ? Rounding::half_even : Rounding::half_up) * unit);
}

/// 1234.5 at -2 is 1200, and 1.25 at 1 is 13: the digits that are kept, without a scale below 0.
std::optional<Int128> rounded_decimal(Decimal value, std::int32_t digits, std::string_view how) {
  const Rounding rounding = how == "half_even" ? Rounding::half_even
                            : how == "floor"   ? Rounding::floor
                            : how == "ceiling" ? Rounding::ceiling
                                               : Rounding::half_up;
  if (digits >= value.scale) return value.unscaled;
  const bool beyond = digits < -38 || value.scale - digits > 38;  // more digits than a decimal has
  if (beyond && (rounding == Rounding::half_up || rounding == Rounding::half_even)) return 0;
  if (beyond) return std::nullopt;
  Int128 rounded = rounded_quotient(
      value.unscaled, spark::powers_of_ten[static_cast<std::size_t>(value.scale - digits)],
      rounding);
  if (digits < 0) {
    const Int128 unit = spark::powers_of_ten[static_cast<std::size_t>(-digits)];
    if (rounded > spark::powers_of_ten[38] / unit || rounded < -spark::powers_of_ten[38] / unit)
      return std::nullopt;
    rounded *= unit;
  }
  return rounded;
}

double number_of(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// A quotient of whole numbers below 2^53 is the number that its text stands for.
std::optional<double> clearly_rounded(double value, std::int32_t digits) {
  const auto units = clear_units(value, digits);
  if (!units || value == 0) return std::nullopt;
  return static_cast<double>(*units) /
         static_cast<double>(spark::powers_of_ten[static_cast<std::size_t>(digits)]);
}

/// Rounded by its decimal text, as BigDecimal does, halves away from zero or to the even digit.
std::optional<double> rounded(double value, std::int32_t digits, bool even) {
  if (const auto clear = clearly_rounded(value, digits)) return clear;
  constexpr int places = 400;  // more than a double has on either side of its point
  if (value == 0) return 0.0;  // BigDecimal has no negative zero
  if (!std::isfinite(value) || digits > places) return value;
  if (digits < -places) return 0.0;
  auto [text, place] = dialect::java_digits(value);  // so many in front of the point
  const int kept = place + digits;
  if (kept >= static_cast<int>(text.size())) return value;
  if (kept < 0) return std::copysign(0.0, 1.0);
  const auto cut = static_cast<std::size_t>(kept);
  const bool half = text[cut] == '5' && text.find_first_not_of('0', cut + 1) == std::string::npos;
  const bool odd = cut > 0 && (text[cut - 1] - '0') % 2 != 0;
  const bool up = even && half ? odd : text[cut] >= '5';
  text.resize(cut);
  text.insert(0, "0");
  if (up) {
    std::size_t i = text.size() - 1;
    while (text[i] == '9')
      text[i--] = '0';
    ++text[i];
  }
  const double size = number_of(text + "e" + std::to_string(place - kept));
  return value < 0 && size != 0 ? -size : size;
}

std::optional<std::string> text_of_double(double value) {
  return dialect::java_text(value);
}
std::optional<std::string> text_of_float(float value) {
  return dialect::java_text(value);
}
std::optional<std::string> text_of_decimal(Decimal value) {
  return decimal_text(value);
}

/// The names end in the type: an untyped literal would choose among overloads.
template <class T>
Result<void> add_integers(duckdb_connection connection, const std::string& type) {
  const auto named = [&type](const char* name) { return name + type; };
  WEIR_CHECK(add_native<sum<T>>(connection, named("spark_add_")));
  WEIR_CHECK(add_native<difference<T>>(connection, named("spark_subtract_")));
  WEIR_CHECK(add_native<product<T>>(connection, named("spark_multiply_")));
  WEIR_CHECK(add_native<absolute<T>>(connection, named("spark_abs_")));
  WEIR_CHECK(add_native<remainder<T>>(connection, named("spark_remainder_")));
  WEIR_CHECK(add_native<positive_remainder<T>>(connection, named("spark_pmod_")));
  return add_native<low_bits<T, std::int64_t>, low_bits<T, Int128>>(connection,
                                                                    named("spark_wrap_"));
}

}  // namespace

Result<void> add_number_functions(duckdb_connection connection) {
  WEIR_CHECK(add_integers<std::int8_t>(connection, "tinyint"));
  WEIR_CHECK(add_integers<std::int16_t>(connection, "smallint"));
  WEIR_CHECK(add_integers<std::int32_t>(connection, "int"));
  WEIR_CHECK(add_integers<std::int64_t>(connection, "bigint"));
  WEIR_CHECK(add_native<quotient>(connection, "spark_div"));
  WEIR_CHECK(add_native<remainder_of_fractions>(connection, "spark_pmod_double"));
  WEIR_CHECK(add_native<int_of_fraction<std::int32_t>>(connection, "spark_double_to_int"));
  WEIR_CHECK(add_native<int_of_fraction<std::int64_t>>(connection, "spark_double_to_bigint"));
  WEIR_CHECK(add_native<fitting_bigint>(connection, "spark_fitting_bigint"));
  WEIR_CHECK(add_native<float_of_double>(connection, "spark_double_to_float"));
  WEIR_CHECK(add_native<power>(connection, "spark_power"));
  WEIR_CHECK(add_native<sign>(connection, "spark_sign"));
  WEIR_CHECK(add_native<rounded_integer>(connection, "spark_round_integer"));
  WEIR_CHECK(add_native<rounded>(connection, "spark_round"));
  WEIR_CHECK((add_native<text_of_double, text_of_float>(connection, "spark_fraction_to_string")));
  WEIR_CHECK(add_native<text_of_decimal>(connection, "spark_decimal_to_string"));
  WEIR_CHECK(add_native<decimal_sum>(connection, "spark_decimal_add"));
  WEIR_CHECK(add_native<decimal_difference>(connection, "spark_decimal_subtract"));
  WEIR_CHECK(add_native<decimal_product>(connection, "spark_decimal_multiply"));
  WEIR_CHECK(add_native<decimal_quotient>(connection, "spark_decimal_divide"));
  WEIR_CHECK(add_native<decimal_remainder>(connection, "spark_decimal_remainder"));
  WEIR_CHECK(add_native<decimal_positive_remainder>(connection, "spark_decimal_pmod"));
  WEIR_CHECK(add_native<decimal_whole_quotient>(connection, "spark_decimal_div"));
  WEIR_CHECK(add_decimals_of_scales(connection));
  WEIR_CHECK(add_native<spark::cast_decimal_from_text>(connection, "spark_decimal_of_text"));
  WEIR_CHECK(add_native<decimal_of_fraction>(connection, "spark_decimal_of_fraction"));
  WEIR_CHECK(
      (add_native<distinct_bits<float>, distinct_bits<double>>(connection, "spark_distinct_bits")));
  WEIR_CHECK((add_native<distinct_values<float>, distinct_values<double>>(
      connection, "spark_distinct_values")));
  return add_native<rounded_decimal>(connection, "spark_round_decimal");
}

}  // namespace weir::engine
