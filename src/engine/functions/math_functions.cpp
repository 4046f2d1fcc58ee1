// What Java's Math gives for any double: NaN outside of a function's domain, where DuckDB's own
// functions fail the whole query, and NULL where Spark has NULL (logarithms of what is not
// positive).
#include "engine/functions/math_functions.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/dialect/java_number.hpp"
#include "engine/functions/decimal.hpp"
#include "engine/functions/native.hpp"

namespace weir::engine {

namespace {

/// A function of the C library, which never fails.
template <double (*Function)(double)>
std::optional<double> of_one(double x) {
  return Function(x);
}

std::optional<double> cot(double x) {
  return 1.0 / std::tan(x);
}
std::optional<double> sec(double x) {
  return 1.0 / std::cos(x);
}
std::optional<double> csc(double x) {
  return 1.0 / std::sin(x);
}
std::optional<double> atan2(double y, double x) {
  return std::atan2(y + 0.0, x + 0.0);  // Spark takes -0 for 0
}
std::optional<double> hypot(double x, double y) {
  return std::hypot(x, y);
}
// As Spark writes them: log(x + sqrt(x * x + 1)) of a large negative number is not its asinh.
std::optional<double> asinh(double x) {
  if (x == -std::numeric_limits<double>::infinity()) return x;
  return std::log(x + std::sqrt(x * x + 1.0));
}
std::optional<double> acosh(double x) {
  return std::log(x + std::sqrt(x * x - 1.0));
}
std::optional<double> atanh(double x) {
  return 0.5 * (std::log1p(x) - std::log1p(-x));
}

template <double (*Function)(double)>
std::optional<double> logarithm(double x) {
  return x > 0 || std::isnan(x) ? std::optional(Function(x)) : std::nullopt;
}
std::optional<double> log1p(double x) {
  return x > -1 || std::isnan(x) ? std::optional(std::log1p(x)) : std::nullopt;
}
std::optional<double> log_of_base(double base, double x) {
  if (base <= 0 || x <= 0) return std::nullopt;
  return std::log(x) / std::log(base);
}
std::optional<double> nanvl(double x, std::optional<double> otherwise) {
  return std::isnan(x) ? otherwise : x;
}

std::optional<std::int64_t> factorial(std::int32_t n) {
  if (n < 0 || n > 20) return std::nullopt;
  std::int64_t product = 1;
  for (std::int64_t i = 2; i <= n; ++i)
    product *= i;
  return product;
}

std::optional<std::string> digits_of(std::uint64_t value, std::uint64_t base) {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string out;
  do {
    out += digits[value % base];
    value /= base;
  } while (value != 0);
  std::reverse(out.begin(), out.end());
  return out;
}
std::optional<std::string> bin(std::int64_t value) {
  return digits_of(static_cast<std::uint64_t>(value), 2);
}
std::optional<std::string> hex(std::int64_t value) {
  return digits_of(static_cast<std::uint64_t>(value), 16);
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

std::optional<OwnedBytes> unhex(std::string_view text) {
  OwnedBytes out;
  std::size_t at = 0;
  if (text.size() % 2 != 0) {
    const int digit = digit_of(text[at++]);
    if (digit > 15) return std::nullopt;
    out.bytes += static_cast<char>(digit);
  }
  for (; at < text.size(); at += 2) {
    const int high = digit_of(text[at]);
    const int low = digit_of(text[at + 1]);
    if (high > 15 || low > 15) return std::nullopt;
    out.bytes += static_cast<char>(high * 16 + low);
  }
  return out;
}

/// A number of another base, up to the first character that is no digit of it; what does not fit is
/// the largest. A negative base to write in means a number with a sign.
std::optional<std::string> converted(std::string_view text, std::int32_t from, std::int32_t to) {
  constexpr std::int32_t base_max = 36;
  const std::int32_t size = to < 0 ? -to : to;
  if (from < 2 || from > base_max || size < 2 || size > base_max) return std::nullopt;
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto base = static_cast<std::uint64_t>(from);
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(digit_of(c));
    if (digit >= base) break;
    if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / base) {
      value = std::numeric_limits<std::uint64_t>::max();
      break;
    }
    value = value * base + digit;
  }
  bool minus = false;
  if (negative && to > 0) {
    value = static_cast<std::int64_t>(value) < 0 ? std::numeric_limits<std::uint64_t>::max()
                                                 : ~value + 1;
  } else if (to < 0) {
    minus = negative;
    if (static_cast<std::int64_t>(value) < 0 && !negative) {
      minus = true;
      value = ~value + 1;
    }
  }
  std::string out = *digits_of(value, static_cast<std::uint64_t>(size));
  if (minus && value != 0) out.insert(out.begin(), '-');
  return out;
}

std::optional<std::int64_t> width_bucket(double value, double low, double high,
                                         std::int64_t buckets) {
  if (buckets <= 0 || buckets == std::numeric_limits<std::int64_t>::max() || std::isnan(value) ||
      low == high || !std::isfinite(low) || !std::isfinite(high))
    return std::nullopt;
  const bool rising = low < high;
  if (rising ? value < low : value > low) return 0;
  if (rising ? value >= high : value <= high) return buckets + 1;
  const double part = rising ? (value - low) / (high - low) : (low - value) / (low - high);
  return static_cast<std::int64_t>(static_cast<double>(buckets) * part) + 1;
}

std::optional<std::int32_t> bit_count(std::int64_t value) {
  return std::popcount(static_cast<std::uint64_t>(value));
}
std::optional<std::int8_t> bit_at(std::int64_t value, std::int32_t place) {
  if (place < 0 || place > 63) return std::nullopt;
  return static_cast<std::int8_t>(static_cast<std::uint64_t>(value) >> place & 1);
}
// Java takes the distance modulo the width.
template <class T>
std::optional<T> shifted_left(T value, std::int32_t by) {
  using Bits = std::make_unsigned_t<T>;
  return static_cast<T>(static_cast<Bits>(value) << (by & static_cast<int>(sizeof(T) * 8 - 1)));
}
template <class T>
std::optional<T> shifted_right(T value, std::int32_t by) {
  return value >> (by & static_cast<int>(sizeof(T) * 8 - 1));
}
template <class T>
std::optional<T> shifted_right_unsigned(T value, std::int32_t by) {
  using Bits = std::make_unsigned_t<T>;
  return static_cast<T>(static_cast<Bits>(value) >> (by & static_cast<int>(sizeof(T) * 8 - 1)));
}

// Whether a condition holds for some or for all elements; NULL where that hangs on a NULL.
std::optional<bool> some_hold(List<bool> conditions) {
  bool unknown = false;
  for (idx_t i = 0; i < conditions.size; ++i) {
    const auto holds = conditions.at(i);
    if (holds && *holds) return true;
    unknown = unknown || !holds;
  }
  return unknown ? std::nullopt : std::optional(false);
}
std::optional<bool> all_hold(List<bool> conditions) {
  bool unknown = false;
  for (idx_t i = 0; i < conditions.size; ++i) {
    const auto holds = conditions.at(i);
    if (holds && !*holds) return false;
    unknown = unknown || !holds;
  }
  return unknown ? std::nullopt : std::optional(true);
}

template <class T, bool (*Overflows)(T, T, T*)>
std::optional<T> checked(T a, T b) {
  T result{};
  return Overflows(a, b, &result) ? std::nullopt : std::optional(result);
}
template <class T>
bool add_overflows(T a, T b, T* out) {
  return __builtin_add_overflow(a, b, out);
}
template <class T>
bool subtract_overflows(T a, T b, T* out) {
  return __builtin_sub_overflow(a, b, out);
}
template <class T>
bool multiply_overflows(T a, T b, T* out) {
  return __builtin_mul_overflow(a, b, out);
}

/// Groups of three digits before the point. The digits behind it were rounded half to even, as
/// DecimalFormat does.
std::string grouped(std::string digits) {
  const bool negative = digits.starts_with('-');
  if (negative) digits.erase(0, 1);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  for (std::size_t at = point; at > 3; at -= 3)
    digits.insert(digits.begin() + static_cast<std::ptrdiff_t>(at - 3), ',');
  if (negative) digits.insert(digits.begin(), '-');
  return digits;
}
/// The digits that Java has for a number, with zeros behind them, where no more than `places` of
/// them stand behind the point: C would go on with those of the binary fraction.
std::optional<std::string> java_fixed(double value, std::size_t places) {
  auto [rest, before] = dialect::java_digits(value);
  std::string whole = "0";
  if (before > 0) {
    const auto size = static_cast<std::size_t>(before);
    rest.append(size - std::min(rest.size(), size), '0');
    whole = rest.substr(0, size);
    rest.erase(0, size);
  } else {
    rest.insert(0, static_cast<std::size_t>(-before), '0');
  }
  while (rest.ends_with('0'))
    rest.pop_back();
  if (rest.size() > places) return std::nullopt;
  rest.append(places - rest.size(), '0');
  std::string out;
  if (std::signbit(value)) out += '-';
  out += whole;
  if (places > 0) out += '.';
  out += rest;
  return out;
}

std::optional<std::string> format_double(double value, std::int32_t places) {
  constexpr std::int32_t places_max = 340;
  if (places < 0) return std::nullopt;
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-∞" : "∞";
  places = std::min(places, places_max);
  if (auto digits = java_fixed(value, static_cast<std::size_t>(places)))
    return grouped(*std::move(digits));
  std::string digits(static_cast<std::size_t>(places_max) * 2 + 16, '\0');
  const int size = std::snprintf(digits.data(), digits.size(), "%.*f", places, value);
  digits.resize(static_cast<std::size_t>(size));
  return grouped(std::move(digits));
}
std::optional<std::string> format_integer(std::int64_t value, std::int32_t places) {
  constexpr std::int32_t places_max = 340;
  if (places < 0) return std::nullopt;
  std::string digits = std::to_string(value);
  if (places > 0) {
    digits += '.';
    digits.append(static_cast<std::size_t>(std::min(places, places_max)), '0');
  }
  return grouped(std::move(digits));
}
std::optional<std::string> format_decimal(Decimal value, std::int32_t places) {
  constexpr std::int32_t places_max = 340;
  if (places < 0) return std::nullopt;
  places = std::min(places, places_max);
  Int128 unscaled = value.unscaled;
  int scale = value.scale;
  if (places < scale) {
    const Int128 unit = spark::powers_of_ten[static_cast<std::size_t>(scale - places)];
    unscaled = rounded_quotient(unscaled, unit, Rounding::half_even);
    scale = places;
  }
  const bool negative = unscaled < 0;
  UInt128 rest = negative ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  std::string digits;
  while (rest != 0 || digits.size() <= static_cast<std::size_t>(scale)) {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  std::reverse(digits.begin(), digits.end());
  if (places > 0) {
    digits.insert(digits.end() - scale, '.');
    digits.append(static_cast<std::size_t>(places - scale), '0');
  }
  if (negative) digits.insert(digits.begin(), '-');
  return grouped(std::move(digits));
}

template <class T>
Result<void> add_bit_functions(duckdb_connection connection, const std::string& type) {
  WEIR_CHECK(add_native<shifted_left<T>>(connection, "spark_shiftleft_" + type));
  WEIR_CHECK(add_native<shifted_right<T>>(connection, "spark_shiftright_" + type));
  return add_native<shifted_right_unsigned<T>>(connection, "spark_shiftrightunsigned_" + type);
}

template <class T>
Result<void> add_checked(duckdb_connection connection, const std::string& type) {
  WEIR_CHECK((add_native<checked<T, add_overflows<T>>>(connection, "spark_try_add_" + type)));
  WEIR_CHECK(
      (add_native<checked<T, subtract_overflows<T>>>(connection, "spark_try_subtract_" + type)));
  return add_native<checked<T, multiply_overflows<T>>>(connection, "spark_try_multiply_" + type);
}

Result<void> add_fraction_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<of_one<std::sqrt>>(connection, "spark_sqrt"));
  WEIR_CHECK(add_native<of_one<std::cbrt>>(connection, "spark_cbrt"));
  WEIR_CHECK(add_native<of_one<std::expm1>>(connection, "spark_expm1"));
  WEIR_CHECK(add_native<of_one<std::sin>>(connection, "spark_sin"));
  WEIR_CHECK(add_native<of_one<std::cos>>(connection, "spark_cos"));
  WEIR_CHECK(add_native<of_one<std::tan>>(connection, "spark_tan"));
  WEIR_CHECK(add_native<of_one<std::asin>>(connection, "spark_asin"));
  WEIR_CHECK(add_native<of_one<std::acos>>(connection, "spark_acos"));
  WEIR_CHECK(add_native<of_one<std::atan>>(connection, "spark_atan"));
  WEIR_CHECK(add_native<of_one<std::sinh>>(connection, "spark_sinh"));
  WEIR_CHECK(add_native<of_one<std::cosh>>(connection, "spark_cosh"));
  WEIR_CHECK(add_native<of_one<std::tanh>>(connection, "spark_tanh"));
  WEIR_CHECK(add_native<of_one<std::rint>>(connection, "spark_rint"));
  WEIR_CHECK(add_native<cot>(connection, "spark_cot"));
  WEIR_CHECK(add_native<sec>(connection, "spark_sec"));
  WEIR_CHECK(add_native<csc>(connection, "spark_csc"));
  WEIR_CHECK(add_native<atan2>(connection, "spark_atan2"));
  WEIR_CHECK(add_native<hypot>(connection, "spark_hypot"));
  WEIR_CHECK(add_native<asinh>(connection, "spark_asinh"));
  WEIR_CHECK(add_native<acosh>(connection, "spark_acosh"));
  WEIR_CHECK(add_native<atanh>(connection, "spark_atanh"));
  WEIR_CHECK(add_native<logarithm<std::log>>(connection, "spark_ln"));
  WEIR_CHECK(add_native<logarithm<std::log10>>(connection, "spark_log10"));
  WEIR_CHECK(add_native<logarithm<std::log2>>(connection, "spark_log2"));
  WEIR_CHECK(add_native<log1p>(connection, "spark_log1p"));
  WEIR_CHECK(add_native<log_of_base>(connection, "spark_log"));
  return add_native<nanvl>(connection, "spark_nanvl");
}

}  // namespace

Result<void> add_math_functions(duckdb_connection connection) {
  WEIR_CHECK(add_fraction_functions(connection));
  WEIR_CHECK(add_native<factorial>(connection, "spark_factorial"));
  WEIR_CHECK(add_native<bin>(connection, "spark_bin"));
  WEIR_CHECK(add_native<hex>(connection, "spark_hex"));
  WEIR_CHECK(add_native<unhex>(connection, "spark_unhex"));
  WEIR_CHECK(add_native<converted>(connection, "spark_conv"));
  WEIR_CHECK(add_native<width_bucket>(connection, "spark_width_bucket"));
  WEIR_CHECK(add_native<some_hold>(connection, "spark_exists"));
  WEIR_CHECK(add_native<all_hold>(connection, "spark_forall"));
  WEIR_CHECK(add_native<bit_count>(connection, "spark_bit_count"));
  WEIR_CHECK(add_native<bit_at>(connection, "spark_bit_get"));
  WEIR_CHECK(add_bit_functions<std::int32_t>(connection, "int"));
  WEIR_CHECK(add_bit_functions<std::int64_t>(connection, "bigint"));
  WEIR_CHECK(add_checked<std::int8_t>(connection, "tinyint"));
  WEIR_CHECK(add_checked<std::int16_t>(connection, "smallint"));
  WEIR_CHECK(add_checked<std::int32_t>(connection, "int"));
  WEIR_CHECK(add_checked<std::int64_t>(connection, "bigint"));
  WEIR_CHECK(add_native<format_decimal>(connection, "spark_format_decimal"));
  return add_native<format_double, format_integer>(connection, "spark_format_number");
}

}  // namespace weir::engine
