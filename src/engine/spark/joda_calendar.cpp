// Each function is the one of the Java class of that field, in its order of checks: which of two
// contradicting fields wins, and what stays of the other, follows from nothing simpler.
#include "engine/spark/joda_calendar.hpp"

#include <algorithm>

namespace weir::spark::joda {

namespace {

constexpr std::int64_t hour_us = 3600 * second_us;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t halfday_us = 12 * hour_us;
constexpr int days_a_week = 7;
constexpr std::int64_t year_min = -292'275'054;
constexpr std::int64_t year_max = 292'278'993;
constexpr Local least{-106'751'991'168,
                      60'424'192 * std::int64_t{1000}};  // Java's least long, as ms

bool within(std::int64_t value, std::int64_t least_value, std::int64_t most) {
  return value >= least_value && value <= most;
}

std::int64_t first_day(std::int64_t year) {
  return *days_of({year, 1, 1});
}

bool is_leap(std::int64_t year) {
  return first_day(year + 1) - first_day(year) == 366;
}

std::int64_t month_days(const Civil& civil) {
  for (int day = 31; day > 28; --day)
    if (days_of({civil.year, civil.month, day})) return day;
  return 28;
}

std::int64_t year_of(const Local& local) {
  return civil_of(local.days).year;
}

struct Week {
  std::int64_t year;
  std::int64_t number;
};

/// A week is of the year that its Thursday is of.
Week week_of(std::int64_t days) {
  const std::int64_t thursday = days - weekday_of(days) + 4;
  const std::int64_t year = civil_of(thursday).year;
  return {year, (thursday - first_day(year)) / days_a_week + 1};
}

std::int64_t weeks_in(std::int64_t year) {
  return week_of(*days_of({year, 12, 28})).number;
}

void put_year(std::int64_t year, Local& local) {
  const std::int64_t before = year_of(local);
  std::int64_t of_year = local.days - first_day(before);
  constexpr std::int64_t last_of_february = 31 + 28 - 1;
  if (of_year > last_of_february) of_year += int{is_leap(year)} - int{is_leap(before)};
  local.days = first_day(year) + of_year;
}

bool set_year(std::int64_t year, Local& local) {
  if (!within(year, year_min, year_max)) return false;
  put_year(year, local);
  return true;
}

bool set_era(std::int64_t era, Local& local) {
  const std::int64_t year = year_of(local);
  if (int{year > 0} == era) return true;
  return set_year(-year, local);
}

bool set_year_of_era(std::int64_t year, Local& local) {
  if (!within(year, 1, year_max)) return false;
  return set_year(year_of(local) <= 0 ? 1 - year : year, local);
}

bool set_century(std::int64_t century, Local& local) {
  const std::int64_t year = year_of(local);
  if (!within(century, 0, year_max / 100)) return false;
  const std::int64_t moved = century * 100 + (year < 0 ? -year : year) % 100;
  if (moved > year_max) return false;
  return set_year(year < 0 ? -moved : moved, local);
}

bool set_weekyear(std::int64_t year, Local& local) {
  if (!within(year < 0 ? -year : year, year_min, year_max)) return false;
  const Week before = week_of(local.days);
  if (before.year == year) return true;
  const int weekday = weekday_of(local.days);
  const std::int64_t week = std::min({before.number, weeks_in(before.year), weeks_in(year)});
  put_year(year, local);
  if (const Week close = week_of(local.days); close.year != year)
    local.days += close.year < year ? days_a_week : -days_a_week;
  local.days += (week - week_of(local.days).number) * days_a_week;
  local.days += weekday - weekday_of(local.days);
  return true;
}

bool set_month(std::int64_t month, Local& local) {
  if (!within(month, 1, 12)) return false;
  Civil civil = civil_of(local.days);
  civil.month = static_cast<int>(month);
  civil.day = static_cast<int>(std::min<std::int64_t>(civil.day, month_days(civil)));
  local.days = *days_of(civil);
  return true;
}

bool set_week(std::int64_t number, Local& local) {
  const Week week = week_of(local.days);
  if (!within(number, 1, number > 52 ? weeks_in(week.year) : 52)) return false;
  local.days += (number - week.number) * days_a_week;
  return true;
}

bool set_day_of_year(std::int64_t day, Local& local) {
  const std::int64_t year = year_of(local);
  if (!within(day, 1, is_leap(year) ? 366 : 365)) return false;
  local.days = first_day(year) + day - 1;
  return true;
}

bool set_day_of_month(std::int64_t day, Local& local) {
  const Civil civil = civil_of(local.days);
  if (!within(day, 1, month_days(civil))) return false;
  local.days += day - civil.day;
  return true;
}

/// Sets a part of the day that is so many units of `unit_us` long, as one of [0, count).
bool set_part(std::int64_t value, std::int64_t count, std::int64_t unit_us, Local& local) {
  if (!within(value, 0, count - 1)) return false;
  const std::int64_t now = local.us / unit_us % count;
  local.us += (value - now) * unit_us;
  return true;
}

/// The same counted from 1, where the last means the first: 24 o'clock is 0.
bool set_clock_part(std::int64_t value, std::int64_t count, std::int64_t unit_us, Local& local) {
  return within(value, 1, count) && set_part(value % count, count, unit_us, local);
}

void round_day(Local& local, std::int64_t unit_us) {
  local.us -= local.us % unit_us;
}

}  // namespace

int rank(Field field) {
  if (field == Field::year_of_era || field == Field::weekyear) return static_cast<int>(Field::year);
  if (field == Field::clockhour) return static_cast<int>(Field::hour);
  if (field == Field::clockhour_of_halfday) return static_cast<int>(Field::hour_of_halfday);
  return static_cast<int>(field);
}

bool lies_within_a_year(Field field) {
  return field >= Field::month && field <= Field::day_of_week;
}

bool set(Field field, std::int64_t value, Local& local) {
  switch (field) {
    case Field::era:
      return set_era(value, local);
    case Field::century:
      return set_century(value, local);
    case Field::year:
      return set_year(value, local);
    case Field::year_of_era:
      return set_year_of_era(value, local);
    case Field::weekyear:
      return set_weekyear(value, local);
    case Field::month:
      return set_month(value, local);
    case Field::week:
      return set_week(value, local);
    case Field::day_of_year:
      return set_day_of_year(value, local);
    case Field::day_of_month:
      return set_day_of_month(value, local);
    case Field::day_of_week:
      if (!within(value, 1, days_a_week)) return false;
      local.days += value - weekday_of(local.days);
      return true;
    case Field::halfday:
      return set_part(value, 2, halfday_us, local);
    case Field::hour:
      return set_part(value, 24, hour_us, local);
    case Field::clockhour:
      return set_clock_part(value, 24, hour_us, local);
    case Field::hour_of_halfday:
      return set_part(value, 12, hour_us, local);
    case Field::clockhour_of_halfday:
      return set_clock_part(value, 12, hour_us, local);
    case Field::minute:
      return set_part(value, 60, minute_us, local);
    case Field::second:
      return set_part(value, 60, second_us, local);
    case Field::fraction:
      return set_part(value, second_us, 1, local);
  }
  return false;
}

void round_down(Field field, Local& local) {
  switch (field) {
    case Field::era:
      local = year_of(local) > 0 ? Local{first_day(1), 0} : least;
      return;
    case Field::century: {
      const std::int64_t year = year_of(local);
      local = {first_day(year - year % 100), 0};
      return;
    }
    case Field::year:
    case Field::year_of_era:
      local = {first_day(year_of(local)), 0};
      return;
    case Field::weekyear: {
      const Week week = week_of(local.days);
      local = {local.days - weekday_of(local.days) + 1 - (week.number - 1) * days_a_week, 0};
      return;
    }
    case Field::month: {
      local = {local.days - civil_of(local.days).day + 1, 0};
      return;
    }
    case Field::week:
      local = {local.days - weekday_of(local.days) + 1, 0};
      return;
    case Field::day_of_year:
    case Field::day_of_month:
    case Field::day_of_week:
      local.us = 0;
      return;
    case Field::halfday:
      return round_day(local, halfday_us);
    case Field::hour:
    case Field::clockhour:
    case Field::hour_of_halfday:
    case Field::clockhour_of_halfday:
      return round_day(local, hour_us);
    case Field::minute:
      return round_day(local, minute_us);
    case Field::second:
      return round_day(local, second_us);
    case Field::fraction:
      return;
  }
}

}  // namespace weir::spark::joda
