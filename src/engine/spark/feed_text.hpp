#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/spark/calendar.hpp"

/// Converts the text of an incoming value to a feed's type (spec/feeds.md 4). nullopt: the text is
/// not such a value, which is an error of its row. Blank text is NULL; the caller handles it. No
/// state; any thread.
namespace weir::spark {

/// true false yes no 0 1, without regard to case.
[[nodiscard]] std::optional<bool> feed_boolean(std::string_view text);
/// A number that a double can hold: the nearest one, 0 for 1e-400. No NaN, no infinity.
[[nodiscard]] std::optional<double> feed_float(std::string_view text);
/// By the list of date formats (spec/feeds.md 5), the first that fits; a time or a zone behind it
/// is dropped. Two digits of a year are read from `this_year` (joda_pattern.hpp).
[[nodiscard]] std::optional<Day> feed_date(std::string_view text, int this_year);
/// By the lists of date and time formats there, the first that fits: a date, then a space or T
/// and a time, or a date alone, which is its midnight. Zones are heeded; without one it is UTC.
[[nodiscard]] std::optional<Moment> feed_datetime(std::string_view text, int this_year);
/// The same for a date without a time; a zone may be behind it.
[[nodiscard]] std::optional<Day> feed_date_alone(std::string_view text, int this_year);

}  // namespace weir::spark
