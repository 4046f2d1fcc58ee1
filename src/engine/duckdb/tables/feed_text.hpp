#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Converts the text of an incoming value to a feed's type (spec/feeds.md 4). nullopt: the text is
/// not such a value, which is an error of its row. Blank text is NULL; the caller handles it.
namespace weir::engine::duckdb {

/// true false yes no 0 1, without regard to case.
std::optional<bool> feed_boolean(std::string_view text);
/// A number that a double can hold: the nearest one, 0 for 1e-400. No NaN, no infinity.
std::optional<double> feed_float(std::string_view text);
/// By the list of date formats (spec/feeds.md 5), the first that fits; a time or a zone behind it
/// is dropped. Days since 1970. Two digits of a year are read from `this_year` (joda_pattern.hpp).
std::optional<std::int32_t> feed_date(std::string_view text, int this_year);
/// By the lists of date and time formats there, the first that fits: a date, then a space or T
/// and a time, or a date alone, which is its midnight. Zones are heeded; without one it is UTC.
/// Microseconds since 1970.
std::optional<std::int64_t> feed_datetime(std::string_view text, int this_year);

}  // namespace weir::engine::duckdb
