#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/spark/calendar.hpp"

/// Scalars as texts in data files: what Spark's readers of files take otherwise than its CAST does.
/// Each function says the difference, and leaves the rest to CAST's reader (number_text.hpp,
/// datetime_text.hpp); a decimal is the same for both (decimal_text.hpp). nullopt: it is no such
/// value. No state shared by threads.
namespace weir::spark {

/// true, false, 1 and 0: CAST's other words are none.
[[nodiscard]] std::optional<bool> boolean_from_file(std::string_view text);
/// Digits and a sign: CAST would cut a fraction off, and 12.9 is not 12.
[[nodiscard]] std::optional<std::int64_t> long_from_file(std::string_view text);
/// A number in decimal digits, NaN, and Infinity or INF with or without a sign: no suffix (1d), no
/// hexadecimal digits, no other spelling of these words.
[[nodiscard]] std::optional<double> double_from_file(std::string_view text);
/// The same, rounded once.
[[nodiscard]] std::optional<float> float_from_file(std::string_view text);
/// Also with a zone behind it, as an xs:date may have; it moves nothing: the day is as written.
[[nodiscard]] std::optional<Day> date_from_file(std::string_view text);
/// No time alone, which CAST takes for today's: a load that is run again has to give the same
/// value.
[[nodiscard]] std::optional<Moment> timestamp_from_file(std::string_view text);

}  // namespace weir::spark
