#include "engine/duckdb/feed_text.hpp"

#include <array>
#include <vector>

#include "base/assert.hpp"
#include "engine/duckdb/joda_pattern.hpp"
#include "engine/duckdb/spark_text.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine {

namespace {

// The order is the one of spec/feeds.md 5.
constexpr std::array<std::string_view, 9> date_patterns{"yyyyMMdd",   "yyyy-MM-dd",  "yyyy/MM/dd",
                                                        "MM/dd/yyyy", "MM/dd/yy",    "dd-MMM-yyyy",
                                                        "dd-MMM-yy",  "dd MMM yyyy", "ddMMMyyyy"};
constexpr std::array<std::string_view, 14> time_patterns{"HHmmssZ",
                                                         "HHmmss",
                                                         "HHmmss.SSSSSSSSSZ",
                                                         "HHmmss.SSSSSSSSS",
                                                         "HH:mm:ss.SSS z",
                                                         "HH:mm:ss.SSSSSSSSSZ",
                                                         "HH:mm:ss.SSSSSSSSS",
                                                         "HH:mm:ssZ",
                                                         "HH:mm:ss",
                                                         "HH:mm",
                                                         "HH",
                                                         "hh:mm:ss a",
                                                         "hh:mm a",
                                                         "hh:mma z"};
// ISO 8601 allows these too; none of them fits a pattern above.
constexpr std::array<std::string_view, 2> more_time_patterns{"HH:mmZ", "HH:mm:ss z"};

std::vector<JodaPattern> compiled(auto... lists) {
  std::vector<JodaPattern> out;
  const auto add = [&out](const auto& list) {
    for (const std::string_view text : list) {
      auto pattern = JodaPattern::parse(text);
      WEIR_ASSERT(pattern.has_value());
      out.push_back(*std::move(pattern));
    }
  };
  (add(lists), ...);
  return out;
}

/// The first pattern that reads the front of a text and leaves it where a date may end.
std::optional<Moment> taken_date(TextScan& scan) {
  static const std::vector<JodaPattern> patterns = compiled(date_patterns);
  for (const JodaPattern& pattern : patterns) {
    TextScan ahead = scan;
    const auto date = pattern.take(ahead);
    if (!date || (!ahead.done() && ahead.peek() != ' ' && ahead.peek() != 'T')) continue;
    scan = ahead;
    return date;
  }
  return std::nullopt;
}

std::optional<Moment> read_time(std::string_view text) {
  static const std::vector<JodaPattern> patterns = compiled(time_patterns, more_time_patterns);
  for (const JodaPattern& pattern : patterns) {
    if (const auto time = pattern.read(text)) return time;
  }
  return std::nullopt;
}

std::optional<Moment> read_moment(std::string_view text) {
  TextScan scan(trim(text));
  auto moment = taken_date(scan);
  if (!moment || scan.done()) return moment;
  if (!scan.take('T')) scan.take(' ');
  const auto time = read_time(trim(scan.rest()));
  if (!time) return std::nullopt;
  moment->time_us = time->time_us;
  moment->offset_minutes = time->offset_minutes;
  return moment;
}

}  // namespace

std::optional<bool> feed_boolean(std::string_view text) {
  text = trim(text);
  if (equal_ignoring_case(text, "yes")) return true;
  if (equal_ignoring_case(text, "no")) return false;
  return boolean_from_text(text);
}

std::optional<std::string_view> feed_number(std::string_view text) {
  text = trim(text);
  TextScan scan(text);
  if (!scan.take('-') && scan.take('+')) text.remove_prefix(1);
  const auto skipped = [&scan] {
    std::size_t count = 0;
    while (scan.digits(1, 1))
      ++count;
    return count;
  };
  std::size_t digits = skipped();
  if (scan.take('.')) digits += skipped();
  if (digits == 0) return std::nullopt;
  if (scan.take('e') || scan.take('E')) {
    if (!scan.take('-')) scan.take('+');
    if (skipped() == 0) return std::nullopt;
  }
  if (!scan.done()) return std::nullopt;
  return text;
}

std::optional<std::int64_t> feed_integer(std::string_view text) {
  if (const auto plain = whole_from_text(text)) return plain;
  // Six more digits than a whole number of 64 bits has, so that a fraction does not round away.
  constexpr int precision = 38;
  constexpr int scale = 18;
  Int128 one = 1;
  for (int i = 0; i < scale; ++i)
    one *= 10;
  const auto number = feed_number(text);
  const auto scaled = number ? decimal_from_text(*number, precision, scale) : std::nullopt;
  if (!scaled || *scaled % one != 0) return std::nullopt;
  const Int128 value = *scaled / one;
  const auto narrow = static_cast<std::int64_t>(value);
  if (narrow != value) return std::nullopt;
  return narrow;
}

std::optional<std::int32_t> feed_date(std::string_view text) {
  const auto moment = read_moment(text);
  if (!moment) return std::nullopt;
  return moment->day;
}

std::optional<std::int64_t> feed_datetime(std::string_view text) {
  const auto moment = read_moment(text);
  if (!moment) return std::nullopt;
  return moment->utc_us();
}

}  // namespace weir::engine
