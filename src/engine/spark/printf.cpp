// Java rounds the shortest digits that stand for a double, and not its exact value as the C library
// does: 1.005 with two digits is 1.01. So the digits are taken from to_chars and rounded here.

#include "engine/spark/printf.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weir::spark {

namespace {

constexpr int width_max = 10'000;
constexpr int precision_max = 1000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int take_number(std::string_view& text) {
  int number = 0;
  while (!text.empty() && is_digit(text.front())) {
    number = std::min(number * 10 + (text.front() - '0'), 1'000'000);
    text.remove_prefix(1);
  }
  return number;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string padded(const Conversion& how, std::string text) {
  const std::size_t size = characters(text);
  const auto width = static_cast<std::size_t>(how.width);
  if (size >= width) return text;
  text.insert(how.left ? text.size() : 0, width - size, ' ');
  return text;
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string utf8_of(std::int64_t code) {
  if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return "\xEF\xBF\xBD";
  const auto c = static_cast<unsigned>(code);
  const auto byte = [](unsigned bits) { return static_cast<char>(bits); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6U), byte(0x80 | (c & 0x3FU))};
  if (c < 0x10000)
    return {byte(0xE0 | c >> 12U), byte(0x80 | (c >> 6U & 0x3FU)), byte(0x80 | (c & 0x3FU))};
  return {byte(0xF0 | c >> 18U), byte(0x80 | (c >> 12U & 0x3FU)), byte(0x80 | (c >> 6U & 0x3FU)),
          byte(0x80 | (c & 0x3FU))};
}

std::string grouped(const std::string& digits) {
  const std::size_t whole = std::min(digits.find('.'), digits.size());
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i < whole && (whole - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

/// With its sign, and zeros up to the width.
std::string with_sign(const Conversion& how, bool negative, std::string digits) {
  if (how.groups) digits = grouped(digits);
  std::string before = negative ? (how.bracket ? "(" : "-") : how.plus ? "+" : how.blank ? " " : "";
  const std::string behind = negative && how.bracket ? ")" : "";
  const std::size_t size = before.size() + digits.size() + behind.size();
  const auto width = static_cast<std::size_t>(how.width);
  if (how.zeros && size < width) digits.insert(0, width - size, '0');
  return padded(how, before + digits + behind);
}

/// 0.d1d2... times ten to `exponent`.
struct Digits {
  std::string digits;
  int exponent = 0;

  /// Keeps so many of them, rounding half up.
  void keep(int count) {
    if (count >= static_cast<int>(digits.size())) return;
    const bool up = count >= 0 && digits[static_cast<std::size_t>(count)] >= '5';
    digits.resize(static_cast<std::size_t>(std::max(count, 0)));
    if (!up) return;
    std::size_t i = digits.size();
    while (i > 0 && digits[i - 1] == '9')
      digits[--i] = '0';
    if (i > 0) {
      ++digits[i - 1];
    } else {
      digits.insert(0, 1, '1');
      ++exponent;
    }
  }
};

Digits digits_of(double value) {
  char text[40];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const std::string_view all(text, static_cast<std::size_t>(end - text));
  const std::size_t e = all.find('e');
  Digits out;
  for (const char c : all.substr(0, e)) {
    if (is_digit(c)) out.digits += c;
  }
  std::string_view exponent = all.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), out.exponent);
  ++out.exponent;
  return out;
}

std::string plain(double value, int precision) {
  Digits parts = digits_of(value);
  if (value == 0) parts = {};
  parts.keep(parts.exponent + precision);
  std::string digits = parts.digits;
  if (parts.exponent < 0)
    digits.insert(0, static_cast<std::size_t>(std::min(-parts.exponent, precision)), '0');
  const int whole = std::max(parts.exponent, 0);
  digits.resize(static_cast<std::size_t>(whole) + static_cast<std::size_t>(precision), '0');
  if (whole == 0) digits.insert(0, 1, '0');
  if (precision > 0) digits.insert(digits.size() - static_cast<std::size_t>(precision), 1, '.');
  return digits;
}

std::string scientific(double value, int precision) {
  Digits parts = digits_of(value);
  if (value == 0) parts = {"0", 1};
  parts.keep(precision + 1);
  std::string digits = parts.digits;
  digits.resize(static_cast<std::size_t>(precision) + 1, '0');
  if (precision > 0) digits.insert(1, 1, '.');
  const int exponent = parts.exponent - 1;
  std::string size = std::to_string(std::abs(exponent));
  if (size.size() == 1) size.insert(0, 1, '0');
  return digits + "e" + (exponent < 0 ? "-" : "+") + size;
}

}  // namespace

Result<Conversion> Conversion::parse(std::string_view& text) {
  Conversion out;
  const auto wrong = [](const std::string& what) {
    return fail(Errc::bad_request, what +
                                       "; write %s, %d, %x, %o, %c, %b, %f or %e, with flags "
                                       "-+ 0,( a width and a precision");
  };
  std::string_view ahead = text;
  if (const int number = take_number(ahead); number > 0 && ahead.starts_with('$')) {
    out.argument = number;
    text = ahead.substr(1);
  }
  for (; !text.empty(); text.remove_prefix(1)) {
    bool* const flag = text.front() == '-'   ? &out.left
                       : text.front() == '+' ? &out.plus
                       : text.front() == ' ' ? &out.blank
                       : text.front() == '0' ? &out.zeros
                       : text.front() == ',' ? &out.groups
                       : text.front() == '(' ? &out.bracket
                                             : nullptr;
    if (flag == nullptr) break;
    if (*flag) return wrong("a flag of % is there twice");
    *flag = true;
  }
  out.width = take_number(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (text.empty() || !is_digit(text.front())) return wrong("the precision of % is missing");
    out.precision = take_number(text);
  }
  if (out.width > width_max || out.precision > precision_max)
    return wrong("the width or the precision of % is too large");
  if (text.empty()) return wrong("the text ends behind %");
  out.kind = text.front();
  text.remove_prefix(1);
  if (std::string_view("sSbBdxXocfeEn%").find(out.kind) == std::string_view::npos)
    return wrong("the conversion %" + std::string(1, out.kind) +
                 " is not supported by the embedded engine");
  const bool number = std::string_view("dxXofeE").find(out.kind) != std::string_view::npos;
  const bool signs = out.plus || out.blank || out.zeros || out.groups || out.bracket;
  const bool radix = out.kind == 'x' || out.kind == 'X' || out.kind == 'o';
  if ((!number && signs) || (radix && (out.plus || out.blank || out.groups || out.bracket)) ||
      ((out.kind == 'e' || out.kind == 'E') && out.groups) || (out.plus && out.blank) ||
      (out.left && out.zeros) || ((out.left || out.zeros) && out.width == 0))
    return wrong("the flags of %" + std::string(1, out.kind) + " do not fit it");
  if (out.precision >= 0 && (out.kind == 'd' || radix || out.kind == 'c'))
    return wrong("%" + std::string(1, out.kind) + " takes no precision");
  return out;
}

std::string Conversion::written() const {
  std::string out;
  if (left) out += '-';
  if (plus) out += '+';
  if (blank) out += ' ';
  if (zeros) out += '0';
  if (groups) out += ',';
  if (bracket) out += '(';
  if (width > 0) out += std::to_string(width);
  if (precision >= 0) out += '.' + std::to_string(precision);
  return out + kind;
}

std::string formatted_text(const Conversion& how, std::optional<std::string_view> text) {
  std::string out(text.value_or("null"));
  if (how.kind == 'b' || how.kind == 'B') out = text ? std::string(*text) : "false";
  if (how.precision >= 0) {
    std::size_t end = 0;
    for (int left = how.precision; end < out.size(); ++end) {
      if ((static_cast<unsigned char>(out[end]) & 0xC0U) != 0x80U && left-- == 0) break;
    }
    out.resize(end);
  }
  if (how.kind == 'S' || how.kind == 'B') out = upper(std::move(out));
  return padded(how, std::move(out));
}

std::string formatted_whole(const Conversion& how, std::optional<std::int64_t> value, int bits) {
  if (!value) return padded(how, how.kind == 'X' ? "NULL" : "null");
  if (how.kind == 'c') return padded(how, utf8_of(*value));
  if (how.kind == 'd') {
    std::string digits = std::to_string(*value);
    if (*value < 0) digits.erase(0, 1);
    return with_sign(how, *value < 0, std::move(digits));
  }
  auto rest = static_cast<std::uint64_t>(*value);
  if (bits < 64) rest &= (std::uint64_t{1} << bits) - 1;
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, rest, how.kind == 'o' ? 8 : 16).ptr;
  std::string digits(text, end);
  return with_sign(how, false, how.kind == 'X' ? upper(std::move(digits)) : digits);
}

std::string formatted_fraction(const Conversion& how, std::optional<double> value) {
  const bool capitals = how.kind == 'E';
  if (!value) return padded(how, capitals ? "NULL" : "null");
  const bool negative = std::signbit(*value) && !std::isnan(*value);
  if (!std::isfinite(*value)) {
    Conversion plain_form = how;
    plain_form.zeros = plain_form.groups = false;
    if (std::isnan(*value)) return padded(how, capitals ? "NAN" : "NaN");
    return with_sign(plain_form, negative, capitals ? "INFINITY" : "Infinity");
  }
  const int precision = how.precision < 0 ? 6 : how.precision;
  const double size = std::abs(*value);
  std::string digits = how.kind == 'f' ? plain(size, precision) : scientific(size, precision);
  return with_sign(how, negative, capitals ? upper(std::move(digits)) : std::move(digits));
}

}  // namespace weir::spark
