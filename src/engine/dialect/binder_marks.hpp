#pragma once

#include <cstddef>
#include <string_view>

/// The bounds of a query that is being bound, and what stands in its texts and names for what is
/// known only later. Private to the binder.
namespace weir::dialect {

/// Column names derived from long expressions are cut at this length.
inline constexpr std::size_t name_bytes_max = 4096;
inline constexpr std::size_t query_bytes_max = std::size_t{64} << 20;

/// Groups and windows inside one another: DuckDB's time to plan them doubles with each.
inline constexpr int levels_max = 14;

/// Stands in the text of a window where the SELECT's ties come, which are known when it is bound.
/// No text that a query writes holds it: in a string the quote would be doubled, in a name the
/// other.
inline constexpr std::string_view ties_mark = "\x01'\"\x01";

/// The same for what GROUPING_ID() is about: all that the SELECT groups by.
inline constexpr std::string_view groups_mark = "\x02'\"\x02";

/// The qualifier of a window of time that a SELECT adds to its rows.
inline constexpr std::string_view window_mark = "\x03'\"\x03";

inline constexpr std::string_view origin_column = "weir_origin";

}  // namespace weir::dialect
