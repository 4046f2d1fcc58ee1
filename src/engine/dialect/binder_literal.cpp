// Literals are read here, not by DuckDB: Spark takes shorter dates, exponents in decimals, and
// intervals of words. Each is written for DuckDB in its full form, so that there is one reading of
// it.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/java_number.hpp"
#include "engine/spark/interval.hpp"

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

// -12.50E-3: a sign, digits with or without a point, an exponent.
struct DecimalText {
  bool negative = false;
  std::string digits;  // without zeros in front
  int scale = 0;
};

std::optional<DecimalText> decimal_text(std::string_view text) {
  DecimalText out;
  out.negative = text.starts_with('-');
  if (out.negative) text.remove_prefix(1);
  int exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view shown = text.substr(e + 1);
    if (shown.starts_with('+')) shown.remove_prefix(1);
    const auto read = std::from_chars(shown.data(), shown.data() + shown.size(), exponent);
    if (read.ec != std::errc{} || std::abs(exponent) > 1000) return std::nullopt;
    text = text.substr(0, e);
  }
  out.digits = text;
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    out.digits.erase(point, 1);
    out.scale = static_cast<int>(out.digits.size() - point);
  }
  out.digits.erase(0, std::min(out.digits.find_first_not_of('0'), out.digits.size() - 1));
  out.scale -= exponent;
  if (out.scale < 0) {  // 12E2 is 1200, and 0E2 is a zero of three digits
    out.digits.append(static_cast<std::size_t>(-out.scale), '0');
    out.scale = 0;
  }
  return out;
}

std::string upper_case(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

/// What may be written in an interval beside the fields of its type.
struct Unit {
  std::string_view name;
  spark::IntervalField field;  // that it counts as
  std::int64_t size;
};
constexpr Unit units[] = {{"WEEK", spark::IntervalField::day, 7 * std::int64_t{86'400'000'000}},
                          {"MILLISECOND", spark::IntervalField::second, 1000},
                          {"MICROSECOND", spark::IntervalField::second, 1}};

Typed interval_constant(Position at, const Type& type, std::int64_t count) {
  Typed value =
      constant(at, type, "CAST('" + std::to_string(count) + "' AS " + type.duckdb_name() + ")",
               spark::interval_to_text(type, count));
  value.interval = count;
  return value;
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
      const std::string shown = upper_case(digits);
      return constant(expr.at, Kind::binary, "unhex('" + digits + "')", "X'" + shown + "'");
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
    const bool fits = !single || std::abs(read) <= double{std::numeric_limits<float>::max()};
    if (end.ec != std::errc{} || !fits) {
      return fail_at(expr.at, "the number " + expr.text + " is out of the range of its type");
    }
    return constant(expr.at, type, "CAST('" + text + "' AS " + type.duckdb_name() + ")",
                    single ? java_text(static_cast<float>(read)) : java_text(read));
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
  const auto read = decimal_text(text);
  const int precision = read ? std::max(static_cast<int>(read->digits.size()), read->scale) : 0;
  if (!read || precision > 38)
    return fail_at(expr.at, "the number " + expr.text + " has more than 38 digits");
  const Type type = Type::decimal(precision, read->scale);
  std::string digits = read->digits;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const bool negative = read->negative && digits != "0";  // Java's decimals have one zero
  std::string plain = digits;
  const auto scale = static_cast<std::size_t>(read->scale);
  if (plain.size() <= scale) plain.insert(0, scale - plain.size() + 1, '0');
  if (scale > 0) plain.insert(plain.size() - scale, ".");
  return constant(
      expr.at, type,
      std::string("CAST('") + (negative ? "-" : "") + plain + "' AS " + type.duckdb_name() + ")",
      java_text(negative, digits, read->scale));
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
  if (!expr.type.is(Kind::timestamp_ntz)) return constant(expr.at, Kind::timestamp, text, text);
  return constant(expr.at, Kind::timestamp_ntz, text, "TIMESTAMP_NTZ '" + date + " " + time + "'");
}

Result<Typed> Binder::interval(const Expr& expr) {
  if (expr.parts.empty()) {
    const auto count = spark::interval_from_text(expr.type, expr.text);
    if (count) return interval_constant(expr.at, expr.type, *count);
    return fail_at(expr.at, "'" + expr.text + "' is no " + expr.type.spark_name() +
                                "; write it as in INTERVAL '1-2' YEAR TO MONTH or INTERVAL "
                                "'1 02:03:04' DAY TO SECOND");
  }
  std::int64_t all = 0;
  auto first = spark::IntervalField::second;
  auto last = spark::IntervalField::year;
  bool fits = true;
  for (std::size_t i = 0; i < expr.parts.size(); i += 2) {
    std::string_view text = expr.parts[i];
    const std::string& word = expr.parts[i + 1];
    const auto* unit = std::find_if(std::begin(units), std::end(units),
                                    [&](const Unit& known) { return known.name == word; });
    const bool other = unit != std::end(units);
    const spark::IntervalField field = other ? unit->field : *spark::interval_field(word);
    std::optional<std::int64_t> count;
    if (!other) {
      count = spark::interval_from_text(Type::interval(field, field), text);
    } else {
      if (text.starts_with('+')) text.remove_prefix(1);
      std::int64_t number = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
      if (read.ec == std::errc{} && read.ptr == text.data() + text.size() &&
          !__builtin_mul_overflow(number, unit->size, &number))
        count = number;
    }
    if (!count) {
      return fail_at(expr.at, "the interval has \"" + std::string(text) +
                                  "\" where a whole number of " + word + " should be");
    }
    first = std::min(first, field);
    last = std::max(last, field);
    fits = fits && !__builtin_add_overflow(all, *count, &all);
  }
  if (first <= spark::IntervalField::month && last > spark::IntervalField::month) {
    return fail_at(expr.at, "an interval of months and of days cannot be one; add them one by one");
  }
  const Type type = Type::interval(first, last);
  if (type.is(Kind::year_month)) fits = fits && all >= INT32_MIN && all <= INT32_MAX;
  if (!fits) return fail_at(expr.at, "the interval is too long");
  return interval_constant(expr.at, type, all);
}

}  // namespace weir::dialect
