#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// A point in time, UTC, in microseconds: the log stamps records with it.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
/// A UTC calendar day.
using Day = std::chrono::sys_days;

constexpr Day day_of(Time time) {
  return std::chrono::floor<std::chrono::days>(time);
}

/// The UTC hour of the day, 0..23.
constexpr int hour_of(Time time) {
  return static_cast<int>(std::chrono::floor<std::chrono::hours>(time - day_of(time)).count());
}

/// A day of the Gregorian calendar, also of years that std::chrono::year, 16 bits wide, does not
/// have: there it silently is another one.
struct CalendarDay {
  std::int64_t year = 0;
  unsigned month = 0;
  unsigned day = 0;
};
CalendarDay calendar_day(Day day);
/// nullopt when the month has no such day, or the year more than nine digits.
std::optional<Day> day_of(const CalendarDay& date);

/// "2027-03-02"; years of more than four digits as "+12027-03-02", those before 0 as "-0044-03-15".
std::string to_string(Day day);
/// "2027-03-02T08:00:00.000123Z" (RFC 3339), with years as above.
std::string to_string(Time time);
/// Accepts exactly the form "2027-03-02".
std::optional<Day> parse_day(std::string_view text);
/// Accepts RFC 3339 with any offset; keeps up to six fraction digits.
std::optional<Time> parse_time(std::string_view text);

}  // namespace weir
