// The documented lists of date and time formats are Joda patterns, tried one after the other. The
// numbers are read as Spark's readers read them (file_text.hpp), so that there is one way from
// text to a number; only a feed's float takes no NaN and no infinity.

#include "engine/duckdb/tables/feed_text.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "base/assert.hpp"
#include "engine/duckdb/tables/joda_pattern.hpp"
#include "engine/duckdb/text_scan.hpp"
#include "engine/spark/file_text.hpp"
#include "engine/spark/zone.hpp"

namespace weir::engine::duckdb {

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

bool may_end(const TextScan& date) {
  return date.done() || date.peek() == ' ' || date.peek() == 'T' || spark::xml_zone_s(date.rest());
}

/// The first pattern that reads the front of a text and leaves it where a date may end.
std::optional<Moment> taken_date(TextScan& scan, int this_year) {
  static const std::vector<JodaPattern> patterns = compiled(date_patterns);
  for (const JodaPattern& pattern : patterns) {
    TextScan ahead = scan;
    const auto date = pattern.take(ahead, this_year);
    if (!date || !may_end(ahead)) continue;
    scan = ahead;
    return date;
  }
  return std::nullopt;
}

std::optional<Moment> read_time(std::string_view text, int this_year) {
  static const std::vector<JodaPattern> patterns = compiled(time_patterns, more_time_patterns);
  for (const JodaPattern& pattern : patterns) {
    if (const auto time = pattern.read(text, this_year)) return time;
  }
  return std::nullopt;
}

std::optional<Moment> read_moment(std::string_view text, int this_year) {
  TextScan scan(trim(text));
  auto moment = taken_date(scan, this_year);
  if (!moment || scan.done()) return moment;
  // The zone of an xs:date, which has no time.
  if (const auto zone_s = spark::xml_zone_s(scan.rest())) {
    moment->offset_minutes = *zone_s / 60;
    return moment;
  }
  if (!scan.take('T')) scan.take(' ');
  const auto time = read_time(trim(scan.rest()), this_year);
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
  return spark::boolean_from_file(text);
}

std::optional<double> feed_float(std::string_view text) {
  const auto value = spark::double_from_file(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::int32_t> feed_date(std::string_view text, int this_year) {
  const auto moment = read_moment(text, this_year);
  if (!moment) return std::nullopt;
  return moment->day;
}

std::optional<std::int64_t> feed_datetime(std::string_view text, int this_year) {
  const auto moment = read_moment(text, this_year);
  return moment ? moment->utc_us() : std::nullopt;
}

}  // namespace weir::engine::duckdb
