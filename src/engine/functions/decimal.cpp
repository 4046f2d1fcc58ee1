// Results have up to 38 digits, but what they are rounded from has more: a product 76, the
// numerator of a quotient 114. Where all fits into 128 bits, it is computed in these; else in 512,
// which hold every case, so that nothing here can overflow or allocate.

#include "engine/functions/decimal.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include <boost/multiprecision/cpp_int.hpp>

#include "engine/dialect/java_number.hpp"

namespace weir::engine {

namespace {

using Wide = boost::multiprecision::int512_t;

constexpr int digits_max = 38;

template <class Int>
Int power_of_ten(int exponent) {
  Int value = 1;
  for (int i = 0; i < exponent; ++i)
    value *= 10;
  return value;
}

const Int128* powers() {
  static const auto all = [] {
    std::array<Int128, digits_max + 1> out{};
    for (int i = 0; i <= digits_max; ++i)
      out[static_cast<std::size_t>(i)] = power_of_ten<Int128>(i);
    return out;
  }();
  return all.data();
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
  const Int128 limit = powers()[precision];
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
  const Wide limit = widened(powers()[precision]);
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

/// The first of ten digits of each script in Unicode's basic plane.
constexpr char32_t zeros[] = {
    U'0',      U'\u0660', U'\u06F0', U'\u07C0', U'\u0966', U'\u09E6', U'\u0A66', U'\u0AE6',
    U'\u0B66', U'\u0BE6', U'\u0C66', U'\u0CE6', U'\u0D66', U'\u0DE6', U'\u0E50', U'\u0ED0',
    U'\u0F20', U'\u1040', U'\u1090', U'\u17E0', U'\u1810', U'\u1946', U'\u19D0', U'\u1A80',
    U'\u1A90', U'\u1B50', U'\u1BB0', U'\u1C40', U'\u1C50', U'\uA620', U'\uA8D0', U'\uA900',
    U'\uA9D0', U'\uA9F0', U'\uAA50', U'\uABF0', U'\uFF10'};

/// Takes a digit off the front of a text.
std::optional<int> take_digit(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  char32_t code = byte(0);
  std::size_t size = 1;
  if (code >= 0xC0 && code < 0xE0 && text.size() > 1) {
    code = (code & 0x1FU) << 6 | (byte(1) & 0x3FU);
    size = 2;
  } else if (code >= 0xE0 && code < 0xF0 && text.size() > 2) {
    code = (code & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    size = 3;
  }
  const auto* after = std::upper_bound(std::begin(zeros), std::end(zeros), code);
  if (after == std::begin(zeros) || code - *std::prev(after) > 9) return std::nullopt;
  text.remove_prefix(size);
  return static_cast<int>(code - *std::prev(after));
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// A number's digits without leading zeros, `point` of them before the point.
struct Digits {
  bool negative = false;
  std::string digits;
  std::int64_t point = 0;
  std::int64_t scale = 0;
};

std::optional<std::int64_t> exponent(std::string_view& text) {
  if (!take(text, 'e') && !take(text, 'E')) return 0;
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  std::int64_t value = 0;
  int count = 0;
  while (const auto digit = take_digit(text)) {
    value = std::min<std::int64_t>(value * 10 + *digit, std::int64_t{1} << 40);
    ++count;
  }
  if (count == 0 || value > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return negative ? -value : value;
}

std::optional<Digits> digits_of(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ')
    text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
    text.remove_suffix(1);
  Digits out;
  out.negative = take(text, '-');
  if (!out.negative) take(text, '+');
  bool any = false;
  bool behind = false;
  while (!text.empty()) {
    if (!behind && take(text, '.')) {
      behind = true;
      continue;
    }
    const auto digit = take_digit(text);
    if (!digit) break;
    any = true;
    if (behind) ++out.scale;
    if (*digit == 0 && out.digits.empty()) {
      if (behind) --out.point;
      continue;
    }
    out.digits += static_cast<char>('0' + *digit);
    if (!behind) ++out.point;
  }
  const auto moved = exponent(text);
  if (!any || !moved || !text.empty()) return std::nullopt;
  out.point += *moved;
  out.scale -= *moved;
  return out;
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
    return within(rounded<Int128>(a.unscaled * b.unscaled, powers()[from - scale]), precision);
  }
  return fitted(widened(a.unscaled) * widened(b.unscaled), from, precision, scale);
}

std::optional<Int128> decimal_quotient(Decimal a, Decimal b, std::int32_t precision,
                                       std::int32_t scale) {
  if (b.unscaled == 0 || !is_decimal_type(precision, scale)) return std::nullopt;
  const int power = scale - a.scale + b.scale;
  if (is_small(a.unscaled) && power >= 0 && power < 19) {
    return within(rounded<Int128>(a.unscaled * powers()[power], b.unscaled), precision);
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

std::optional<Int128> decimal_of_text(std::string_view text, std::int32_t precision,
                                      std::int32_t scale) {
  const auto number = digits_of(text);
  if (!number || !is_decimal_type(precision, scale)) return std::nullopt;
  if (number->digits.empty() && 1 - number->scale > digits_max) return std::nullopt;  // 0E99
  const std::int64_t kept = number->digits.empty() ? 0 : number->point + scale;
  if (kept > precision) return std::nullopt;
  if (kept < 0) return Int128{0};
  const auto size = static_cast<std::int64_t>(number->digits.size());
  Int128 value = 0;
  for (std::int64_t i = 0; i < kept; ++i)
    value = value * 10 + (i < size ? number->digits[static_cast<std::size_t>(i)] - '0' : 0);
  if (kept < size && number->digits[static_cast<std::size_t>(kept)] >= '5') ++value;
  return within(number->negative ? -value : value, precision);
}

std::optional<Int128> decimal_of_fraction(double value, std::int32_t precision,
                                          std::int32_t scale) {
  return decimal_of_text(dialect::java_text(value), precision, scale);
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
