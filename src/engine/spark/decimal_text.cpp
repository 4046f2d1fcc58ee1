// The first 39 digits are collected before any arithmetic, so that a tiny number is rounded by its
// value, and a huge exponent or a long text costs no memory. BigDecimal's own limit on exponents is
// kept: what it refuses, Spark reads as NULL.
#include "engine/spark/decimal_text.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "engine/spark/text_trim.hpp"

namespace weir::spark {

namespace {

/// The first of ten digits of each script in Unicode's basic plane, but for ASCII's.
constexpr char32_t zeros[] = {U'\u0660', U'\u06F0', U'\u07C0', U'\u0966', U'\u09E6', U'\u0A66',
                              U'\u0AE6', U'\u0B66', U'\u0BE6', U'\u0C66', U'\u0CE6', U'\u0D66',
                              U'\u0DE6', U'\u0E50', U'\u0ED0', U'\u0F20', U'\u1040', U'\u1090',
                              U'\u17E0', U'\u1810', U'\u1946', U'\u19D0', U'\u1A80', U'\u1A90',
                              U'\u1B50', U'\u1BB0', U'\u1C40', U'\u1C50', U'\uA620', U'\uA8D0',
                              U'\uA900', U'\uA9D0', U'\uA9F0', U'\uAA50', U'\uABF0', U'\uFF10'};

/// Takes a digit beyond ASCII off the front of a text.
std::optional<int> take_wide_digit(std::string_view& text) {
  if (text.empty() || static_cast<unsigned char>(text.front()) < 0x80) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0U) == 0x80; };
  char32_t code = byte(0);
  std::size_t size = 1;
  if (code >= 0xC0 && code < 0xE0 && follows(1)) {
    code = (code & 0x1FU) << 6 | (byte(1) & 0x3FU);
    size = 2;
  } else if (code >= 0xE0 && code < 0xF0 && follows(1) && follows(2)) {
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

/// The ASCII digits at the front of a text.
std::string_view leading_digits(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= '0' && text[size] <= '9')
    ++size;
  return text.substr(0, size);
}

/// A number's digits without leading zeros, `point` of them before the point.
struct Digits {
  bool negative = false;
  bool has_rest = false;  // a digit that is not 0 behind the first ones
  /// The first of them: as many as a decimal has, and the one that says where to round.
  std::array<char, decimal_digits_max + 1> first{};
  std::int64_t count = 0;
  std::int64_t point = 0;  // may lie outside of them
  std::int64_t scale = 0;  // BigDecimal's

  [[nodiscard]] std::string_view kept() const {
    return {first.data(), std::min(first.size(), static_cast<std::size_t>(count))};
  }
  void add(std::string_view digits) {
    if (count == 0) digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    const std::size_t at = kept().size();
    const std::string_view more = digits.substr(0, first.size() - at);
    std::copy(more.begin(), more.end(), first.begin() + static_cast<std::ptrdiff_t>(at));
    count += static_cast<std::int64_t>(digits.size());
    digits.remove_prefix(more.size());
    if (digits.find_first_not_of('0') != std::string_view::npos) has_rest = true;
  }
};

/// Takes all digits, of any script, off the front of a text, and says how many.
std::int64_t take_digits(std::string_view& text, Digits& out) {
  std::int64_t taken = 0;
  while (true) {
    const std::string_view digits = leading_digits(text);
    out.add(digits);
    text.remove_prefix(digits.size());
    taken += static_cast<std::int64_t>(digits.size());
    const auto wide = take_wide_digit(text);
    if (!wide) return taken;
    const char digit = static_cast<char>('0' + *wide);
    out.add({&digit, 1});
    ++taken;
  }
}

/// The first `size` digits as a number; there are zeros behind the last.
Int128 whole_of(const Digits& number, std::int64_t size) {
  constexpr std::size_t narrow_max = std::numeric_limits<std::uint64_t>::digits10;
  const std::string_view digits = number.kept().substr(0, static_cast<std::size_t>(size));
  std::uint64_t narrow = 0;
  for (const char c : digits.substr(0, narrow_max))
    narrow = narrow * 10 + static_cast<std::uint64_t>(c - '0');
  Int128 value = narrow;
  for (std::size_t i = narrow_max; i < digits.size(); ++i)
    value = value * 10 + (digits[i] - '0');
  return value * powers_of_ten[static_cast<std::size_t>(size) - digits.size()];
}

std::optional<std::int64_t> taken_exponent(std::string_view& text) {
  if (!take(text, 'e') && !take(text, 'E')) return 0;
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  Digits digits;
  constexpr std::int64_t digits_max = std::numeric_limits<std::int32_t>::digits10 + 1;
  if (take_digits(text, digits) == 0 || digits.count > digits_max) return std::nullopt;
  const auto value = static_cast<std::int64_t>(whole_of(digits, digits.count));
  if (value > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return negative ? -value : value;
}

std::optional<Digits> digits_of(std::string_view text) {
  text = java_trim(text);
  Digits out;
  out.negative = take(text, '-');
  if (!out.negative) take(text, '+');
  const std::int64_t before = take_digits(text, out);
  out.scale = take(text, '.') ? take_digits(text, out) : 0;
  if (before + out.scale == 0) return std::nullopt;
  const auto exponent = taken_exponent(text);
  if (!exponent || !text.empty()) return std::nullopt;
  out.point = out.count - out.scale + *exponent;
  out.scale -= *exponent;
  return out;
}

std::optional<Int128> rounded(const Digits& number, std::int32_t precision, std::int32_t scale) {
  if (precision < 1 || precision > decimal_digits_max || scale < 0 || scale > decimal_digits_max)
    return std::nullopt;
  const std::int64_t kept = number.count == 0 ? 0 : number.point + scale;
  if (kept > precision) return std::nullopt;
  if (kept < 0) return Int128{0};
  Int128 value = whole_of(number, kept);
  if (kept < number.count && number.first[static_cast<std::size_t>(kept)] >= '5') ++value;
  if (value >= powers_of_ten[static_cast<std::size_t>(precision)]) return std::nullopt;
  return number.negative ? -value : value;
}

}  // namespace

std::optional<Int128> decimal_from_text(std::string_view text, std::int32_t precision,
                                        std::int32_t scale) {
  const auto number = digits_of(text);
  return number ? rounded(*number, precision, scale) : std::nullopt;
}

std::optional<Int128> cast_decimal_from_text(std::string_view text, std::int32_t precision,
                                             std::int32_t scale) {
  const auto number = digits_of(text);
  if (!number) return std::nullopt;
  if (number->count == 0 && 1 - number->scale > decimal_digits_max) return std::nullopt;
  return rounded(*number, precision, scale);
}

std::optional<std::int64_t> integer_from_text(std::string_view text) {
  const auto number = digits_of(text);
  if (!number) return std::nullopt;
  if (number->has_rest) return std::nullopt;
  const auto size = static_cast<std::int64_t>(number->kept().find_last_not_of('0') + 1);
  if (size == 0) return 0;
  constexpr std::int64_t digits_max = std::numeric_limits<std::int64_t>::digits10 + 1;
  if (number->point < size || number->point > digits_max) return std::nullopt;
  Int128 value = whole_of(*number, number->point);
  if (number->negative) value = -value;
  if (value < std::numeric_limits<std::int64_t>::min() ||
      value > std::numeric_limits<std::int64_t>::max())
    return std::nullopt;
  return static_cast<std::int64_t>(value);
}

}  // namespace weir::spark
