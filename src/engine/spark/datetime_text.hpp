#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/spark/calendar.hpp"

/// Spark's CAST between text and dates or timestamps, with ANSI mode off and the session in UTC:
/// text that is no such value, or none in DuckDB's range, is nullopt.
namespace weir::spark {

/// What may follow a whole date: a space or T and anything, or also the zone of an xs:date.
enum class DateTail { time, time_or_zone };

/// [+-]yyyy[yyy][-[m]m[-[d]d]], and the tail behind a whole date. A zone moves nothing.
[[nodiscard]] std::optional<Day> date_from_text(std::string_view text,
                                                DateTail tail = DateTail::time);
/// A date as above with up to six digits of a year, then [ T][h]h:[m]m[:[s]s[.fraction][zone]]; or
/// a time alone, which is today's. `now` is the current time; without it a time alone is nullopt.
[[nodiscard]] std::optional<Moment> timestamp_from_text(std::string_view text,
                                                        std::optional<Moment> now);

/// 2024-01-15; +10000-01-01 beyond four digits, -0001-01-01 before the year 0.
[[nodiscard]] std::string date_to_text(Day day);
/// The same with 12:00:00 behind it, and a fraction without zeros at its end.
[[nodiscard]] std::string timestamp_to_text(Moment moment);
/// The year as both write it.
[[nodiscard]] std::string year_to_text(std::int64_t year);

}  // namespace weir::spark
