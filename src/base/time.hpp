#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// A moment, UTC, to the microsecond: what the log stamps a record with.
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

/// "2027-03-02"
std::string to_string(Day day);
/// "2027-03-02T08:00:00.000123Z" (RFC 3339)
std::string to_string(Time time);
/// Reads exactly "2027-03-02".
std::optional<Day> parse_day(std::string_view text);
/// Reads RFC 3339, with any offset and up to six fraction digits kept.
std::optional<Time> parse_time(std::string_view text);

}  // namespace weir
