// Our own parsers, without allocation, since they run once per value. std::from_chars and strptime
// accept other texts than Spark.

#include "engine/duckdb/spark_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "engine/duckdb/moment_range.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine {

namespace {

/// A number's text taken apart: its digits without leading zeros, and where its point is.
struct Digits {
  bool negative = false;
  std::string text;
  std::int64_t point = 0;  // so many digits are before it; may lie outside of the text
};

std::optional<std::int64_t> taken_exponent(TextScan& scan) {
  if (!scan.take('e') && !scan.take('E')) return 0;
  const bool negative = scan.take('-');
  if (!negative) scan.take('+');
  const auto value = scan.digits(1, std::string_view::npos);
  if (!value) return std::nullopt;
  return negative ? -std::int64_t{*value} : *value;
}

std::optional<Digits> digits_of(std::string_view text) {
  Digits number;
  TextScan scan(trim(text));
  number.negative = scan.take('-');
  if (!number.negative) scan.take('+');
  bool any = false;
  bool after_point = false;
  while (true) {
    if (!after_point && scan.take('.')) {
      after_point = true;
      continue;
    }
    const char c = scan.peek();
    if (c < '0' || c > '9') break;
    scan.take(c);
    any = true;
    if (number.text.empty() && c == '0') {
      if (after_point) --number.point;
      continue;
    }
    number.text += c;
    if (!after_point) ++number.point;
  }
  const auto exponent = taken_exponent(scan);
  if (!any || !exponent || !scan.done()) return std::nullopt;
  number.point += *exponent;
  return number;
}

std::optional<std::int32_t> taken_date(TextScan& scan) {
  const bool negative = scan.take('-');
  if (!negative) scan.take('+');
  const auto year = scan.digits(4, 7);
  if (!year) return std::nullopt;
  std::optional<int> month = 1;
  std::optional<int> day = 1;
  if (scan.take('-')) {
    month = scan.digits(1, 2);
    if (scan.take('-')) day = scan.digits(1, 2);
  }
  if (!month || !day) return std::nullopt;
  return day_number(
      {negative ? -*year : *year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)});
}

/// Microseconds of the day.
std::optional<std::int64_t> taken_time(TextScan& scan) {
  const auto hour = scan.digits(1, 2);
  std::optional<int> minute = 0;
  std::optional<int> second = 0;
  std::optional<int> fraction = 0;
  if (scan.take(':')) {
    minute = scan.digits(1, 2);
    if (scan.take(':')) {
      second = scan.digits(1, 2);
      if (scan.take('.')) fraction = scan.fraction(std::string_view::npos);
    }
  }
  if (!hour || !minute || !second || !fraction) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return (std::int64_t{*hour} * 3600 + std::int64_t{*minute} * 60 + *second) * 1'000'000 +
         *fraction;
}

}  // namespace

std::optional<bool> boolean_from_text(std::string_view text) {
  text = trim(text);
  if (text == "1" || equal_ignoring_case(text, "true")) return true;
  if (text == "0" || equal_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

std::optional<std::int64_t> whole_from_text(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> integer_from_text(std::string_view text) {
  if (const auto plain = whole_from_text(text)) return plain;
  auto number = digits_of(text);
  if (!number) return std::nullopt;
  number->text.erase(number->text.find_last_not_of('0') + 1);
  if (number->text.empty()) return 0;
  const auto size = static_cast<std::int64_t>(number->text.size());
  constexpr std::int64_t digits_max = std::numeric_limits<std::int64_t>::digits10 + 1;
  if (number->point < size || number->point > digits_max) return std::nullopt;
  number->text.append(static_cast<std::size_t>(number->point - size), '0');
  return whole_from_text((number->negative ? "-" : "") + number->text);
}

std::optional<double> double_from_text(std::string_view text) {
  text = trim(text);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity" || text == "+Infinity" || text == "INF" || text == "+INF") return infinity;
  if (text == "-Infinity" || text == "-INF") return -infinity;
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (error == std::errc{}) return value;
  const auto number = digits_of(text);  // out of range: nothing or infinite, as in Java
  if (!number) return std::nullopt;
  const double size = number->point > 0 ? infinity : 0.0;
  return number->negative ? -size : size;
}

std::optional<Int128> decimal_from_text(std::string_view text, int precision, int scale) {
  const auto number = digits_of(text);
  if (!number) return std::nullopt;
  const std::int64_t kept = number->text.empty() ? 0 : number->point + scale;
  if (kept > precision) return std::nullopt;
  if (kept < 0) return Int128{0};
  Int128 value = 0;
  const auto size = static_cast<std::int64_t>(number->text.size());
  for (std::int64_t i = 0; i < kept; ++i)
    value = value * 10 + (i < size ? number->text[static_cast<std::size_t>(i)] - '0' : 0);
  if (kept < size && number->text[static_cast<std::size_t>(kept)] >= '5') ++value;
  Int128 limit = 1;
  for (int i = 0; i < precision; ++i)
    limit *= 10;
  if (value >= limit) return std::nullopt;
  return number->negative ? -value : value;
}

std::optional<std::int32_t> date_from_text(std::string_view text) {
  TextScan scan(trim(text));
  const auto date = taken_date(scan);
  if (!date || scan.done() || scan.peek() == ' ' || scan.peek() == 'T') return date;
  // xs:date may have a zone, which is ignored: the day is the one written.
  if (!take_offset(scan) || !scan.done()) return std::nullopt;
  return date;
}

std::optional<std::int64_t> timestamp_from_text(std::string_view text) {
  TextScan scan(trim(text));
  const auto date = taken_date(scan);
  if (!date) return std::nullopt;
  if (scan.done()) return moment_us(*date, 0, 0);
  if (!scan.take(' ') && !scan.take('T')) return std::nullopt;
  const auto time = taken_time(scan);
  if (!time) return std::nullopt;
  scan.take(' ');
  const auto zone = scan.done() ? 0 : take_zone(scan);
  if (!zone || !scan.done()) return std::nullopt;
  return moment_us(*date, *time, *zone);
}

}  // namespace weir::engine
