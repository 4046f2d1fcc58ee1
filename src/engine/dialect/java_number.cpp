// The digits are developed one by one from an exact quotient of integers, until what is left lies
// within half a unit of the number's last binary place. std::to_chars would be shorter and faster,
// but it finds the shortest digits, and Java's writer before version 19 does not always: it
// measures the distance to the neighbours as if they were equally far on both sides, stops on a tie
// where its numbers are large and goes on where they fit in a machine word. These three widths are
// kept apart here for that reason; the word-sized ones also carry nearly all numbers, and fast.

#include "engine/dialect/java_number.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <boost/multiprecision/cpp_int.hpp>

namespace weir::dialect {

namespace {

using Large = boost::multiprecision::cpp_int;

constexpr int mantissa_bits = 52;

/// 0.digits times ten to the power of `point`.
struct Written {
  std::string digits;
  int point = 0;
};

/// A positive number as a binary fraction: `bits` has its first bit at place 52, which stands for
/// two to the power of `exponent`.
struct Binary {
  std::uint64_t bits = 0;
  int exponent = 0;
  int significant = 0;  // bits that the type keeps at this exponent
};

constexpr int five_bits[] = {0,  3,  5,  7,  10, 12, 14, 17, 19, 21, 24, 26, 28, 31,
                             33, 35, 38, 40, 42, 45, 47, 49, 52, 54, 56, 59, 61};
constexpr int fives_max = 26;  // in a signed word of 64 bits

int bits_of_five(int power) {
  return power <= fives_max ? five_bits[power] : 3 * power;
}

template <class Int>
Int scaled(std::uint64_t factor, int fives, int twos) {
  if constexpr (std::is_same_v<Int, Large>) {
    return (Large(factor) * boost::multiprecision::pow(Large(5), static_cast<unsigned>(fives)))
           << twos;
  } else {
    std::uint64_t value = factor;
    for (int i = 0; i < fives; ++i)
      value *= 5;
    return static_cast<Int>(value << twos);
  }
}

// Words wrap here as Java's do; the stopping test relies on it.
template <class Int>
Int times_ten(const Int& value) {
  if constexpr (std::is_same_v<Int, Large>) {
    return value * 10;
  } else {
    return static_cast<Int>(static_cast<std::make_unsigned_t<Int>>(value) * 10U);
  }
}
template <class Int>
bool reaches(const Int& rest, const Int& half, const Int& tens) {
  if constexpr (std::is_same_v<Int, Large>) {
    return rest + half >= tens;
  } else {
    using Unsigned = std::make_unsigned_t<Int>;
    return static_cast<Int>(static_cast<Unsigned>(rest) + static_cast<Unsigned>(half)) > tens;
  }
}

/// Whether twice the rest is less, as much or more than ten: -1, 0, 1.
template <class Int>
int against_half(const Int& rest, const Int& tens) {
  if constexpr (std::is_same_v<Int, Large>) {
    return Large(rest + rest).compare(tens);
  } else {
    using Unsigned = std::make_unsigned_t<Int>;
    const auto over =
        static_cast<Int>(static_cast<Unsigned>(rest) * 2U - static_cast<Unsigned>(tens));
    return over == 0 ? 0 : over > 0 ? 1 : -1;
  }
}

void round_up(Written& number) {
  const std::size_t last = number.digits.find_last_not_of('9');
  if (last == std::string::npos) {
    std::fill(number.digits.begin() + 1, number.digits.end(), '0');
    number.digits[0] = '1';
    ++number.point;
    return;
  }
  std::fill(number.digits.begin() + static_cast<std::ptrdiff_t>(last) + 1, number.digits.end(),
            '0');
  ++number.digits[last];
}

/// The digits of rest / unit, which is the number over ten to the power of `exponent`; half / unit
/// is half the distance to the next number.
template <class Int>
Written developed(Int rest, const Int& unit, Int half, int exponent) {
  Written out;
  const Int tens = times_ten(unit);
  const auto next = [&] {
    const auto digit = static_cast<char>('0' + static_cast<int>(rest / unit));
    rest = times_ten(Int(rest % unit));
    half = times_ten(half);
    return digit;
  };
  char digit = next();
  bool low = rest < half;
  bool high = reaches(rest, half, tens);
  if (digit == '0' && !high) {
    --exponent;  // the estimate was one too high
  } else {
    out.digits += digit;
  }
  if (exponent < -3 || exponent >= 8) low = high = false;  // two digits at least: 1.0E10
  while (!low && !high) {
    digit = next();
    const bool wrapped = !std::is_same_v<Int, Large> && half <= 0;
    low = wrapped || rest < half;
    high = wrapped || reaches(rest, half, tens);
    out.digits += digit;
  }
  out.point = exponent + 1;
  const int side = against_half(rest, tens);
  const bool odd = (out.digits.back() - '0') % 2 != 0;
  if (high && (!low || side > 0 || (side == 0 && odd))) round_up(out);
  return out;
}

/// Of a whole number below 2^63: the digits that its last binary place says nothing about are
/// zeros.
Written whole(const Binary& number) {
  std::uint64_t value = number.exponent >= mantissa_bits
                            ? number.bits << (number.exponent - mantissa_bits)
                            : number.bits >> (mantissa_bits - number.exponent);
  int zeros = 0;
  const int unsaid = number.exponent - number.significant - 1;
  if (number.exponent > number.significant && unsaid > 1) {
    std::uint64_t power = 1;
    const auto limit = std::uint64_t{1} << unsaid;
    while (power <= limit / 10) {
      power *= 10;
      ++zeros;
    }
    const bool up = power > 1 && value % power >= power / 2;
    value = value / power + (up ? 1 : 0);
  }
  Written out;
  out.digits = std::to_string(value);
  out.point = static_cast<int>(out.digits.size()) + zeros;
  out.digits.erase(out.digits.find_last_not_of('0') + 1);
  return out;
}

Written written(const Binary& number) {
  const int trailing = std::countr_zero(number.bits);
  const int used = mantissa_bits + 1 - trailing;
  const int behind = std::max(0, used - number.exponent - 1);  // bits behind the point
  if (behind == 0 && number.exponent <= 62 && number.exponent >= -21) return whole(number);
  const double mantissa =
      std::bit_cast<double>(std::uint64_t{1023} << mantissa_bits |
                            (number.bits & ((std::uint64_t{1} << mantissa_bits) - 1)));
  const auto exponent = static_cast<int>(std::floor((mantissa - 1.5) * 0.289529654 + 0.176091259 +
                                                    number.exponent * 0.301029995663981));
  const int fives = std::max(0, -exponent);
  int twos = fives + behind + number.exponent;
  const int unit_fives = std::max(0, exponent);
  int unit_twos = unit_fives + behind;
  int half_twos = twos - number.significant;
  twos -= used - 1;
  const int common = std::min(twos, unit_twos);
  twos -= common;
  unit_twos -= common;
  half_twos -= common;
  if (used == 1) --half_twos;  // below a power of two the next number is half as far
  if (half_twos < 0) {
    twos -= half_twos;
    unit_twos -= half_twos;
    half_twos = 0;
  }
  const std::uint64_t bits = number.bits >> trailing;
  const int rest_bits = used + twos + bits_of_five(fives);
  const int tens_bits = unit_twos + 1 + bits_of_five(unit_fives + 1);
  const auto digits = [&]<class Int>(std::type_identity<Int>) {
    return developed(scaled<Int>(bits, fives, twos), scaled<Int>(1, unit_fives, unit_twos),
                     scaled<Int>(1, fives, half_twos), exponent);
  };
  if (rest_bits < 32 && tens_bits < 32) return digits(std::type_identity<std::int32_t>());
  if (rest_bits < 64 && tens_bits < 64) return digits(std::type_identity<std::int64_t>());
  return digits(std::type_identity<Large>());
}

std::string placed(const Written& number) {
  const std::string& digits = number.digits;
  const auto size = static_cast<int>(digits.size());
  if (number.point > 0 && number.point < 8) {
    const auto point = static_cast<std::size_t>(number.point);
    if (size <= number.point) return digits + std::string(point - digits.size(), '0') + ".0";
    return digits.substr(0, point) + "." + digits.substr(point);
  }
  if (number.point <= 0 && number.point > -3) {
    return "0." + std::string(static_cast<std::size_t>(-number.point), '0') + digits;
  }
  return digits.substr(0, 1) + "." + (size > 1 ? digits.substr(1) : "0") + "E" +
         std::to_string(number.point - 1);
}

/// `bits` of an IEEE number without its sign, with a mantissa of `width` bits.
std::string text_of(std::uint64_t bits, int width, int bias) {
  Binary number;
  const auto exponent = static_cast<int>(bits >> width);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << width) - 1);
  if (exponent == 0) {
    const int shift = width - (std::bit_width(mantissa) - 1);
    mantissa <<= shift;
    number.exponent = 1 - shift - bias;
    number.significant = width + 1 - shift;
  } else {
    mantissa |= std::uint64_t{1} << width;
    number.exponent = exponent - bias;
    number.significant = width + 1;
  }
  number.bits = mantissa << (mantissa_bits - width);
  return placed(written(number));
}

template <class Fraction>
std::string signed_text(Fraction value, std::uint64_t bits, int width, int bias) {
  if (std::isnan(value)) return "NaN";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "Infinity";
  if (value == 0) return sign + "0.0";
  return sign + text_of(bits, width, bias);
}

}  // namespace

std::string java_text(double value) {
  return signed_text(value, std::bit_cast<std::uint64_t>(std::abs(value)), mantissa_bits, 1023);
}

std::string java_text(float value) {
  return signed_text(value, std::bit_cast<std::uint32_t>(std::abs(value)), 23, 127);
}

JavaDigits java_digits(double value) {
  std::string text = java_text(std::abs(value));
  int exponent = 0;
  if (const std::size_t e = text.find('E'); e != std::string::npos) {
    std::from_chars(text.data() + e + 1, text.data() + text.size(), exponent);
    text.resize(e);
  }
  const std::size_t point = text.find('.');
  text.erase(point, 1);
  return {std::move(text), static_cast<int>(point) + exponent};
}

std::string java_text(bool negative, std::string digits, int scale) {
  const std::string sign = negative ? "-" : "";
  const auto size = static_cast<int>(digits.size());
  const int first = size - 1 - scale;  // the power of ten of the first digit
  if (first < -6) {
    if (size > 1) digits.insert(1, ".");
    return sign + digits + "E" + std::to_string(first);
  }
  if (size <= scale) digits.insert(0, static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  return sign + digits;
}

}  // namespace weir::dialect
