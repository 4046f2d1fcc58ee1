#pragma once

#include <cstdint>
#include <optional>

/// The proleptic Gregorian calendar in 64 bits: std::chrono::year ends at 32767, Spark's and
/// DuckDB's years do not.
namespace weir::spark {

/// A DATE: days since 1970-01-01.
struct Day {
  std::int32_t days = 0;
};

/// A TIMESTAMP: microseconds since 1970-01-01 00:00 UTC.
struct Moment {
  std::int64_t us = 0;
};

inline constexpr std::int64_t second_us = 1'000'000;
inline constexpr std::int64_t day_s = 86'400;
inline constexpr std::int64_t day_us = day_s * second_us;

/// Division that rounds towards negative infinity; `by` is greater than 0.
[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

struct Civil {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
};

/// Days since 1970; nullopt where there is no such day. Years within +-999,999,999, as in Java.
[[nodiscard]] std::optional<std::int64_t> days_of(const Civil& civil);
[[nodiscard]] Civil civil_of(std::int64_t days);
/// Adds months; the day becomes the last one of the month if the month is shorter.
[[nodiscard]] std::int64_t add_months(std::int64_t days, std::int32_t months);
/// 1 for Monday to 7 for Sunday.
[[nodiscard]] int weekday_of(std::int64_t days);

/// nullopt outside of DuckDB's range, whose two ends mean infinity there. A timestamp is `count`
/// units plus `rest_us` microseconds.
[[nodiscard]] std::optional<Day> day_in_range(std::int64_t days);
[[nodiscard]] std::optional<Moment> moment_of(std::int64_t count, std::int64_t unit_us,
                                              std::int64_t rest_us = 0);

}  // namespace weir::spark
