// std::from_chars does the numbers, exactly rounded; the grammars around it are Java's and Spark's.
#include "engine/spark/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <string>

#include "engine/spark/text_trim.hpp"

namespace weir::spark {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

template <class Is>
std::size_t count_while(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin());
}

/// Whether `text` is digits with at most one point among them, and takes them off.
template <class Is>
bool take_digits(std::string_view& text, Is is) {
  const std::size_t whole = count_while(text, is);
  text.remove_prefix(whole);
  std::size_t rest = 0;
  if (text.starts_with('.')) {
    rest = count_while(text.substr(1), is);
    text.remove_prefix(1 + rest);
  }
  return whole + rest > 0;
}

bool take_exponent(std::string_view& text) {
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const std::size_t digits = count_while(text, is_digit);
  text.remove_prefix(digits);
  return digits > 0;
}

/// The number's text without what from_chars does not take; nothing when it is no Java number.
struct FloatText {
  std::string_view text;
  bool hex = false;
};
std::optional<FloatText> float_grammar(std::string_view text) {
  FloatText out{text};
  std::string_view rest = text;
  out.hex = rest.starts_with("0x") || rest.starts_with("0X");
  if (out.hex) {
    rest.remove_prefix(2);
    out.text.remove_prefix(2);
    if (!take_digits(rest, is_hex) || (!rest.starts_with('p') && !rest.starts_with('P')))
      return std::nullopt;
    if (!take_exponent(rest)) return std::nullopt;
  } else {
    if (!take_digits(rest, is_digit)) return std::nullopt;
    if ((rest.starts_with('e') || rest.starts_with('E')) && !take_exponent(rest))
      return std::nullopt;
  }
  out.text.remove_suffix(rest.size());
  if (rest.size() > 1 ||
      (rest.size() == 1 && std::string_view("fFdD").find(rest[0]) == std::string_view::npos))
    return std::nullopt;
  return out;
}

template <class Float>
Float out_of_range(const std::string& text) {
  if constexpr (sizeof(Float) == sizeof(float)) return std::strtof(text.c_str(), nullptr);
  return static_cast<Float>(std::strtod(text.c_str(), nullptr));
}

template <class Float>
std::optional<Float> fraction_from_text(std::string_view text) {
  text = java_trim(text);
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  if (has_sign) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  Float value = 0;
  if (!is_digit(text[0]) && text[0] != '.') {
    const std::string word = text.size() > 8 ? "" : small_letters(text);
    if (word == "inf" || word == "infinity") {
      value = std::numeric_limits<Float>::infinity();
    } else if (text == "NaN" || (word == "nan" && !has_sign)) {
      return std::numeric_limits<Float>::quiet_NaN();
    } else {
      return std::nullopt;
    }
  } else {
    const auto number = float_grammar(text);
    if (!number) return std::nullopt;
    const auto format = number->hex ? std::chars_format::hex : std::chars_format::general;
    const char* end = number->text.data() + number->text.size();
    // from_chars wants a digit before the point of a hexadecimal number, and leaves the value alone
    // where it is out of range; the C library says whether that is 0 or infinity.
    const auto read = std::from_chars(number->text.data(), end, value, format);
    if (read.ec != std::errc{} || read.ptr != end)
      value = out_of_range<Float>((number->hex ? "0x" : "") + std::string(number->text));
  }
  return negative ? -value : value;
}

}  // namespace

std::optional<std::int64_t> whole_from_text(std::string_view text) {
  text = trim_all(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  const std::size_t whole = count_while(text, is_digit);
  std::string_view rest = text.substr(whole);
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    rest.remove_prefix(count_while(rest, is_digit));
  }
  if (!rest.empty()) return std::nullopt;
  std::int64_t value = 0;  // counted below zero, where one more fits
  for (const char c : text.substr(0, whole)) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, c - '0', &value))
      return std::nullopt;
  }
  if (!negative && value == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return negative ? value : -value;
}

std::optional<std::int64_t> whole_from_digits(std::string_view text) {
  text = trim_all(text);
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  if (text.size() == sign || !std::all_of(text.begin() + sign, text.end(), is_digit))
    return std::nullopt;
  return whole_from_text(text);
}

std::optional<double> double_from_text(std::string_view text) {
  return fraction_from_text<double>(text);
}

std::optional<float> float_from_text(std::string_view text) {
  return fraction_from_text<float>(text);
}

std::optional<bool> boolean_from_text(std::string_view text) {
  text = trim_all(text);
  if (text.size() > 5) return std::nullopt;
  const std::string word = small_letters(text);
  for (const std::string_view yes : {"t", "true", "y", "yes", "1"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"f", "false", "n", "no", "0"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

}  // namespace weir::spark
