#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/spark/type.hpp"

/// Lengths of time in the engine's numbers: months for `interval year to month`, microseconds for
/// `interval day to second`. No state; any thread.
namespace weir::spark {

/// The field of a word in capitals, such as MONTH; nullopt for another.
[[nodiscard]] std::optional<IntervalField> interval_field(std::string_view word);
[[nodiscard]] std::string_view interval_word(IntervalField field);
/// How many months or microseconds a field counts.
[[nodiscard]] std::int64_t interval_unit(IntervalField field);

/// INTERVAL '1 02:03' DAY TO MINUTE
[[nodiscard]] std::string interval_to_text(const Type& type, std::int64_t count);
/// What is between those quotes, or the whole of it; nullopt where it is no such length.
[[nodiscard]] std::optional<std::int64_t> interval_from_text(const Type& type,
                                                             std::string_view text);

/// An interval of Kind::calendar: the same three numbers as in DuckDB's INTERVAL. A month is added
/// before a day, and a day before what is less.
struct CalendarInterval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t us = 0;
};

/// "1 years 2 months 25 days 5 hours 6 minutes 7.5 seconds"
[[nodiscard]] std::string calendar_interval_to_text(const CalendarInterval& interval);

}  // namespace weir::spark
