#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Converts text to scalars as Spark's readers do with ANSI mode off: text that is not such a value
/// is nullopt (and becomes NULL), never an error. White space at both ends is ignored.
namespace weir::engine {

__extension__ using Int128 = __int128;

std::optional<bool> boolean_from_text(std::string_view text);        // true false 1 0
std::optional<std::int64_t> whole_from_text(std::string_view text);  // +7, -7
/// Any number whose exact value is whole: also 12.00 and 1.2e1, but not 1e-400.
std::optional<std::int64_t> integer_from_text(std::string_view text);
std::optional<double> double_from_text(std::string_view text);  // also NaN, Infinity
/// Rounded half up to the scale, times 10^scale; nothing when it has too many digits.
std::optional<Int128> decimal_from_text(std::string_view text, int precision, int scale);
/// Days since 1970: yyyy, yyyy-[m]m, yyyy-[m]m-[d]d, also with a time or a zone behind it. Years
/// have four to seven digits and maybe a sign.
std::optional<std::int32_t> date_from_text(std::string_view text);
/// Microseconds since 1970 UTC: a date, then T or a space, [h]h:[m]m:[s]s[.fraction], and a zone
/// (Z, UTC, GMT, +hh:mm); without a zone it is UTC.
std::optional<std::int64_t> timestamp_from_text(std::string_view text);

}  // namespace weir::engine
