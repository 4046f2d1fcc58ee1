#include "engine/duckdb/moment_range.hpp"

#include "engine/spark/calendar.hpp"

namespace weir::engine {

std::optional<std::int32_t> day_number(const CalendarDay& date) {
  const auto days =
      spark::days_of({date.year, static_cast<int>(date.month), static_cast<int>(date.day)});
  const auto day = days ? spark::day_in_range(*days) : std::nullopt;
  return day ? std::optional(day->days) : std::nullopt;
}

std::optional<std::int64_t> moment_us(std::int32_t day, std::int64_t time_us, int offset_minutes) {
  const std::int64_t offset_us = offset_minutes * 60 * spark::second_us;
  const auto moment = spark::moment_of(day, spark::day_us, time_us - offset_us);
  return moment ? std::optional(moment->us) : std::nullopt;
}

}  // namespace weir::engine
