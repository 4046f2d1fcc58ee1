#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

/// The range of dates and timestamps that both Spark and DuckDB hold. A text outside of it is not a
/// date, just like a day that the calendar does not have.
namespace weir::engine {

/// Days since 1970, -5877641-06-25 to +5881580-07-10.
std::optional<std::int32_t> day_number(const CalendarDay& date);

/// Microseconds since 1970 UTC of a time of a day, written `offset_minutes` east of UTC;
/// -290308-12-22 to +294247-01-10T04:00:54.775806Z.
std::optional<std::int64_t> moment_us(std::int32_t day, std::int64_t time_us, int offset_minutes);

}  // namespace weir::engine
