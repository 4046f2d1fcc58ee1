#pragma once

#include <cstdint>

#include "engine/spark/calendar.hpp"

/// The fields of a date and time as Joda-Time sets them (its ISO chronology): a text's fields are
/// set one after the other, and each keeps what it can of the others. Pure functions.
namespace weir::spark::joda {

/// A date and a time of day as written, without a zone.
struct Local {
  std::int64_t days = 0;  // since 1970
  std::int64_t us = 0;    // of the day
};

/// In the order in which Joda sets them: fields of a longer range first, then those of a longer
/// unit. Fields of one `rank` are set in the order of the pattern.
enum class Field : std::uint8_t {
  era,
  century,
  year,
  year_of_era,
  weekyear,
  month,
  week,
  day_of_year,
  day_of_month,
  day_of_week,
  halfday,
  hour,
  clockhour,
  hour_of_halfday,
  clockhour_of_halfday,
  minute,
  second,
  fraction,
};

[[nodiscard]] int rank(Field field);

/// A text whose first field is one of these and that has no year means one of the year 2000.
[[nodiscard]] bool lies_within_a_year(Field field);

/// Sets the field; `value` of an era is 0 or 1, of a halfday likewise, of a fraction microseconds.
/// False where the field cannot have the value there: 2023-02-29, week 53 of a year of 52.
[[nodiscard]] bool set(Field field, std::int64_t value, Local& local);

/// The begin of the field's unit: of the year, the day, the hour.
void round_down(Field field, Local& local);

}  // namespace weir::spark::joda
