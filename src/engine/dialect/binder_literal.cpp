#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"

namespace weir::dialect {

namespace {

bool is_number_text(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "2020-1-5" in its full form; empty where it is no day.
std::string full_date(std::string_view text) {
  int parts[3] = {0, 1, 1};
  std::size_t count = 0;
  while (count < 3) {
    const std::size_t dash = text.find('-');
    const std::string_view part = text.substr(0, dash);
    const std::size_t digits = part.size();
    if (!is_number_text(part) || (count == 0 ? digits != 4 : digits > 2)) return {};
    std::from_chars(part.data(), part.data() + digits, parts[count++]);
    if (dash == std::string_view::npos) break;
    text.remove_prefix(dash + 1);
    if (count == 3) return {};
  }
  constexpr int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (parts[0] % 4 == 0 && parts[0] % 100 != 0) || parts[0] % 400 == 0;
  if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > lengths[parts[1] - 1]) return {};
  if (parts[1] == 2 && parts[2] == 29 && !leap) return {};
  std::string out;
  for (std::size_t i = 0; i < 3; ++i) {
    std::string part = std::to_string(parts[i]);
    part.insert(0, (i == 0 ? 4 : 2) - part.size(), '0');
    out += (i == 0 ? "" : "-") + part;
  }
  return out;
}

// "10:5" as "10:05:00"; empty where it is no time.
std::string full_time(std::string_view text) {
  std::string fraction;
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    fraction = text.substr(dot + 1, 6);
    if (!is_number_text(text.substr(dot + 1))) return {};
    while (!fraction.empty() && fraction.back() == '0')
      fraction.pop_back();
    text = text.substr(0, dot);
  }
  constexpr int limits[] = {23, 59, 59};
  std::string out;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t colon = text.find(':');
    const std::string_view part = i > 0 && text.empty() ? "0" : text.substr(0, colon);
    int value = 0;
    if (!is_number_text(part) || part.size() > 2) return {};
    std::from_chars(part.data(), part.data() + part.size(), value);
    if (value > limits[i]) return {};
    out += (i == 0 ? "" : ":") + std::string(part.size() == 1 ? "0" : "") + std::string(part);
    text = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  }
  if (!text.empty()) return {};
  return fraction.empty() ? out : out + "." + fraction;
}

// As Java writes a double: plainly from 0.001 up to ten million, else with an exponent.
std::string fraction_name(double value, bool single) {
  char text[40];
  const auto end =
      single ? std::to_chars(text, text + sizeof text, static_cast<float>(value),
                             std::chars_format::scientific)
             : std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  std::string_view written(text, static_cast<std::size_t>(end.ptr - text));
  const std::string sign = written.starts_with('-') ? "-" : "";
  written.remove_prefix(sign.size());
  const std::size_t e = written.find('e');
  if (e == std::string_view::npos) return sign + std::string(written);
  std::string digits(1, written[0]);
  if (e > 2) digits += written.substr(2, e - 2);
  int exponent = 0;
  const std::size_t plus = written[e + 1] == '+' ? 1 : 0;
  std::from_chars(written.data() + e + 1 + plus, written.data() + written.size(), exponent);
  const auto size = static_cast<int>(digits.size());
  if (exponent < -3 || exponent >= 7) {
    return sign + digits.substr(0, 1) + "." + (size > 1 ? digits.substr(1) : "0") + "E" +
           std::to_string(exponent);
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  if (size <= exponent + 1) digits.append(static_cast<std::size_t>(exponent + 2 - size), '0');
  return sign + digits.insert(static_cast<std::size_t>(exponent) + 1, ".");
}

}  // namespace

Result<Typed> Binder::literal(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::boolean:
      return constant(expr.at, Kind::boolean, lower_case(expr.text), lower_case(expr.text));
    case ExprKind::string: {
      Typed value = constant(expr.at, Kind::string, quoted_string(expr.text), expr.text);
      value.text = expr.text;
      return value;
    }
    case ExprKind::binary: {
      const bool hex = std::all_of(expr.text.begin(), expr.text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      });
      if (!hex) return fail_at(expr.at, "X'...' takes hexadecimal digits only");
      const std::string digits = (expr.text.size() % 2 == 1 ? "0" : "") + expr.text;
      return constant(expr.at, Kind::binary, "unhex('" + digits + "')", "X'" + digits + "'");
    }
    default:
      return constant(expr.at, Kind::null_, "NULL", "NULL");
  }
}

Result<Typed> Binder::number(const Expr& expr) {
  std::string text = expr.text;
  const auto ends = [&text](std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.resize(text.size() - suffix.size());
    return true;
  };
  if (expr.number == TokenKind::floating) {
    const bool single = ends("F");
    ends("D");
    const Type type = single ? Kind::float_ : Kind::double_;
    double read = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), read);
    if (end.ec != std::errc{}) {
      return fail_at(expr.at, "the number " + expr.text + " is out of the range of its type");
    }
    return constant(expr.at, type, "CAST('" + text + "' AS " + type.duckdb_name() + ")",
                    fraction_name(read, single));
  }
  std::int64_t whole = 0;
  if (expr.number == TokenKind::integer) {
    Type type = Kind::int_;
    std::int64_t low = INT32_MIN;
    std::int64_t high = INT32_MAX;
    const bool suffixed = text.back() > '9';
    if (ends("L")) type = Kind::long_;
    if (ends("S")) type = Kind::short_, low = INT16_MIN, high = INT16_MAX;
    if (ends("Y")) type = Kind::byte, low = INT8_MIN, high = INT8_MAX;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), whole);
    const bool fits = read.ec == std::errc{};
    if (fits && (whole < low || whole > high) && !suffixed) type = Kind::long_;
    if (fits && (type.is(Kind::long_) || (whole >= low && whole <= high))) {
      const std::string name = std::to_string(whole);
      const bool small = type.is(Kind::int_) && whole > INT32_MIN;
      std::string sql = whole < 0 ? "(" + name + ")" : name;
      if (!small) sql = "CAST('" + name + "' AS " + type.duckdb_name() + ")";
      Typed value = constant(expr.at, type, std::move(sql), name);
      value.number = whole;
      return value;
    }
    if (suffixed)
      return fail_at(expr.at, "the number " + expr.text + " is out of the range of its type");
  }
  ends("BD");
  const bool negative = text[0] == '-';
  std::string digits = text.substr(negative ? 1 : 0);
  const std::size_t point = digits.find('.');
  std::string before = digits.substr(0, point);
  const std::string behind = point == std::string::npos ? "" : digits.substr(point + 1);
  before.erase(0, std::min(before.find_first_not_of('0'), before.size()));
  const std::size_t significant =
      before.empty() ? behind.size() - std::min(behind.find_first_not_of('0'), behind.size())
                     : before.size() + behind.size();
  const int scale = static_cast<int>(behind.size());
  const int precision = std::max({static_cast<int>(significant), scale, 1});
  if (precision > 38)
    return fail_at(expr.at, "the number " + expr.text + " has more than 38 digits");
  const Type type = Type::decimal(precision, scale);
  const std::string shown = (negative ? "-" : "") + (before.empty() ? "0" : before) +
                            (behind.empty() ? "" : "." + behind);
  return constant(expr.at, type, "CAST('" + shown + "' AS " + type.duckdb_name() + ")", shown);
}

Result<Typed> Binder::typed_text(const Expr& expr) {
  if (expr.type.is(Kind::date)) {
    const std::string date = full_date(expr.text);
    if (date.empty()) {
      return fail_at(expr.at, "'" + expr.text + "' is no date; write DATE 'yyyy-MM-dd'");
    }
    return constant(expr.at, Kind::date, "DATE '" + date + "'", "DATE '" + date + "'");
  }
  const std::size_t gap = expr.text.find_first_of(" T");
  const std::string date = full_date(std::string_view(expr.text).substr(0, gap));
  const std::string time = gap == std::string::npos
                               ? "00:00:00"
                               : full_time(std::string_view(expr.text).substr(gap + 1));
  if (date.empty() || time.empty()) {
    return fail_at(expr.at, "'" + expr.text +
                                "' is no timestamp that the embedded engine reads; "
                                "write TIMESTAMP 'yyyy-MM-dd HH:mm:ss', which is UTC");
  }
  const std::string text = "TIMESTAMP '" + date + " " + time + "'";
  return constant(expr.at, Kind::timestamp, text, text);
}

Result<Typed> Binder::interval(const Expr& expr) {
  Interval length;
  bool days = false;
  std::string shown;
  for (std::size_t i = 0; i < expr.parts.size(); i += 2) {
    const std::string& unit = expr.parts[i + 1];
    const std::string_view text = expr.parts[i];
    std::int64_t count = 0;
    const std::size_t sign = !text.empty() && text[0] == '+' ? 1 : 0;
    const auto read = std::from_chars(text.data() + sign, text.data() + text.size(), count);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() ||
        std::abs(count) > 100'000'000) {
      return fail_at(
          expr.at, "the interval has \"" + std::string(text) + "\" where a whole number should be");
    }
    struct Unit {
      std::string_view name;
      std::int64_t months;
      std::int64_t days;
      std::int64_t microseconds;
    };
    constexpr Unit units[] = {{"YEAR", 12, 0, 0},
                              {"MONTH", 1, 0, 0},
                              {"WEEK", 0, 7, 0},
                              {"DAY", 0, 1, 0},
                              {"HOUR", 0, 0, 3'600'000'000},
                              {"MINUTE", 0, 0, 60'000'000},
                              {"SECOND", 0, 0, 1'000'000},
                              {"MILLISECOND", 0, 0, 1000},
                              {"MICROSECOND", 0, 0, 1}};
    for (const Unit& known : units) {
      if (known.name != unit) continue;
      length.months += count * known.months;
      length.days += count * known.days;
      length.microseconds += count * known.microseconds;
      length.is_months = length.is_months || known.months > 0;
      days = days || known.months == 0;
      length.has_time = length.has_time || known.microseconds > 0;
    }
    shown = "INTERVAL '" + std::string(text.substr(sign)) + "' " + unit;
  }
  if (length.is_months && days) {
    return fail_at(expr.at, "an interval of months and of days cannot be one; add them one by one");
  }
  Typed value = constant(expr.at, Kind::interval, "", shown);
  value.interval = length;
  return value;
}

}  // namespace weir::dialect
