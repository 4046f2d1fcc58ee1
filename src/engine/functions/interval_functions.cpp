// An interval is a number of months or microseconds to DuckDB; its type comes along as DDL where
// its text is wanted.

#include "engine/functions/interval_functions.hpp"

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "engine/dialect/parser.hpp"
#include "engine/functions/native.hpp"
#include "engine/spark/calendar.hpp"
#include "engine/spark/datetime_text.hpp"
#include "engine/spark/interval.hpp"

namespace weir::engine {

namespace {

/// nullptr where the text is no type of an interval.
const spark::Type* interval_type(std::string_view ddl) {
  thread_local std::string last;
  thread_local std::optional<spark::Type> type;
  if (!type || last != ddl) {
    const auto parsed = dialect::parse_type_ddl(ddl);
    if (!parsed || !parsed->is_interval()) return nullptr;
    type = *parsed;
    last = ddl;
  }
  return &*type;
}

std::optional<std::string> interval_to_text(std::int64_t count, std::string_view ddl) {
  const spark::Type* type = interval_type(ddl);
  return type == nullptr ? std::nullopt : std::optional(spark::interval_to_text(*type, count));
}

std::optional<std::int64_t> interval_from_text(std::string_view text, std::string_view ddl) {
  const spark::Type* type = interval_type(ddl);
  return type == nullptr ? std::nullopt : spark::interval_from_text(*type, text);
}

/// A zone behind the time moves nothing, but must be one.
std::optional<spark::Moment> timestamp_ntz_from_text(std::string_view text) {
  const auto moment = spark::timestamp_from_text(text, std::nullopt);
  const std::size_t clock = text.find(':');
  if (!moment || clock == std::string_view::npos) return moment;
  const std::size_t end = text.find_first_not_of("0123456789:.", clock);
  return spark::timestamp_from_text(text.substr(0, end), std::nullopt);
}

using spark::CalendarInterval;
using spark::Day;
using spark::Moment;
static_assert(sizeof(CalendarInterval) == sizeof(duckdb_interval));

template <class T>
std::optional<T> fitting(Int128 value) {
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())
    return std::nullopt;
  return static_cast<T>(value);
}

std::optional<CalendarInterval> of_parts(Int128 months, Int128 days, Int128 us) {
  const auto whole_months = fitting<std::int32_t>(months);
  const auto whole_days = fitting<std::int32_t>(days);
  const auto whole_us = fitting<std::int64_t>(us);
  if (!whole_months || !whole_days || !whole_us) return std::nullopt;
  return CalendarInterval{*whole_months, *whole_days, *whole_us};
}

/// `seconds` have six digits behind the point.
std::optional<CalendarInterval> made(std::int32_t years, std::int32_t months, std::int32_t weeks,
                                     std::int32_t days, std::int32_t hours, std::int32_t minutes,
                                     Decimal seconds) {
  return of_parts(Int128{years} * 12 + months, Int128{weeks} * 7 + days,
                  Int128{hours} * 3'600'000'000 + Int128{minutes} * 60'000'000 + seconds.unscaled);
}
std::optional<CalendarInterval> sum(CalendarInterval a, CalendarInterval b) {
  return of_parts(Int128{a.months} + b.months, Int128{a.days} + b.days, Int128{a.us} + b.us);
}
std::optional<CalendarInterval> negated(CalendarInterval a) {
  return of_parts(-Int128{a.months}, -Int128{a.days}, -Int128{a.us});
}
std::optional<std::string> text_of(CalendarInterval interval) {
  return spark::calendar_interval_to_text(interval);
}
std::optional<Moment> moved_moment(Moment moment, CalendarInterval by) {
  const std::int64_t days = spark::floor_div(moment.us, spark::day_us);
  const auto begin = spark::moment_of(spark::add_months(days, by.months) + by.days, spark::day_us,
                                      moment.us - days * spark::day_us);
  return begin ? spark::moment_of(begin->us, 1, by.us) : std::nullopt;
}
/// The day of the moment that is reached.
std::optional<Day> moved_day(Day day, CalendarInterval by) {
  const std::int64_t days = spark::add_months(day.days, by.months) + by.days;
  return spark::day_in_range(days + spark::floor_div(by.us, spark::day_us));
}

}  // namespace

Result<void> add_interval_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<interval_to_text>(connection, "spark_interval_to_string"));
  WEIR_CHECK(add_native<interval_from_text>(connection, "spark_string_to_interval"));
  WEIR_CHECK(add_native<made>(connection, "spark_make_interval"));
  WEIR_CHECK(add_native<sum>(connection, "spark_intervals_sum"));
  WEIR_CHECK(add_native<negated>(connection, "spark_interval_negated"));
  WEIR_CHECK(add_native<text_of>(connection, "spark_calendar_to_string"));
  WEIR_CHECK(add_native<moved_moment>(connection, "spark_timestamp_moved"));
  WEIR_CHECK(add_native<moved_day>(connection, "spark_date_moved"));
  return add_native<timestamp_ntz_from_text>(connection, "spark_string_to_timestamp_ntz");
}

}  // namespace weir::engine
