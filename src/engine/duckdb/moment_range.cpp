// Spark's range is DuckDB's and a day more at either end, where DuckDB keeps its infinities: a
// DATE of 2^31-1 and a TIMESTAMP of 2^63-1, and their negatives.

#include "engine/duckdb/moment_range.hpp"

#include <limits>

namespace weir::engine {

namespace {

constexpr std::int32_t day_max = std::numeric_limits<std::int32_t>::max() - 1;
constexpr std::int64_t us_max = std::numeric_limits<std::int64_t>::max() - 1;
constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t us_min = -106'751'991 * day_us;  // DuckDB begins with a whole day

}  // namespace

std::optional<std::int32_t> day_number(const CalendarDay& date) {
  const auto day = day_of(date);
  if (!day) return std::nullopt;
  const std::int64_t number = day->time_since_epoch().count();
  if (number > day_max || number < -day_max) return std::nullopt;
  return static_cast<std::int32_t>(number);
}

std::optional<std::int64_t> moment_us(std::int32_t day, std::int64_t time_us, int offset_minutes) {
  std::int64_t us = 0;
  if (__builtin_mul_overflow(std::int64_t{day}, day_us, &us) ||
      __builtin_add_overflow(us, time_us - offset_minutes * minute_us, &us))
    return std::nullopt;
  if (us > us_max || us < us_min) return std::nullopt;
  return us;
}

}  // namespace weir::engine
