// Days are counted in eras of 400 years that begin in March, so that the leap day is the last of
// its year and no table is needed (the algorithm of Howard Hinnant's "chrono-compatible low-level
// date algorithms", which std::chrono uses for its sixteen bits).
#include "engine/spark/calendar.hpp"

#include <algorithm>
#include <limits>

namespace weir::spark {

namespace {

constexpr std::int64_t year_max = 999'999'999;
constexpr std::int64_t era_years = 400;
constexpr std::int64_t era_days = 146'097;
constexpr std::int64_t epoch_shift = 719'468;  // days from 0000-03-01 to 1970-01-01

// DuckDB's least timestamp, 290309-12-22 before Christ; below it lies no whole day.
constexpr std::int64_t moment_min = -9'223'372'022'400'000'000;

bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int last_day(std::int64_t year, int month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

std::optional<std::int64_t> days_of(const Civil& civil) {
  if (civil.year < -year_max || civil.year > year_max || civil.month < 1 || civil.month > 12)
    return std::nullopt;
  if (civil.day < 1 || civil.day > last_day(civil.year, civil.month)) return std::nullopt;
  const std::int64_t year = civil.year - (civil.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(year, era_years);
  const std::int64_t of_era = year - era * era_years;
  const std::int64_t of_year = (153 * (civil.month + (civil.month > 2 ? -3 : 9)) + 2) / 5;
  const std::int64_t days = of_era * 365 + of_era / 4 - of_era / 100 + of_year + civil.day - 1;
  return era * era_days + days - epoch_shift;
}

Civil civil_of(std::int64_t days) {
  days += epoch_shift;
  const std::int64_t era = floor_div(days, era_days);
  const std::int64_t of_era = days - era * era_days;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;  // from March
  Civil out;
  out.day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
  out.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  out.year = year + era * era_years + (out.month <= 2 ? 1 : 0);
  return out;
}

std::int64_t add_months(std::int64_t days, std::int32_t months) {
  Civil civil = civil_of(days);
  const std::int64_t all = civil.year * 12 + civil.month - 1 + months;
  civil.year = floor_div(all, 12);
  civil.month = static_cast<int>(all - civil.year * 12) + 1;
  civil.day = std::min(civil.day, last_day(civil.year, civil.month));
  return days_of(civil).value_or(0);
}

int weekday_of(std::int64_t days) {
  const std::int64_t from_thursday = days - floor_div(days, 7) * 7;  // 1970-01-01 was one
  return static_cast<int>((from_thursday + 3) % 7) + 1;
}

std::optional<Day> day_in_range(std::int64_t days) {
  constexpr std::int64_t infinite = std::numeric_limits<std::int32_t>::max();
  if (days <= -infinite || days >= infinite) return std::nullopt;
  return Day{static_cast<std::int32_t>(days)};
}

std::optional<Moment> moment_of(std::int64_t count, std::int64_t unit_us, std::int64_t rest_us) {
  std::int64_t us = 0;
  if (__builtin_mul_overflow(count, unit_us, &us) || __builtin_add_overflow(us, rest_us, &us))
    return std::nullopt;
  if (us < moment_min || us == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return Moment{us};
}

}  // namespace weir::spark
