#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Spark's CAST from text to numbers and booleans, ANSI mode off unless it says so: nullopt if it
/// is no such value.
namespace weir::spark {

/// `12`, `-12.9` (cut to -12); no exponent.
[[nodiscard]] std::optional<std::int64_t> whole_from_text(std::string_view text);
/// The same of digits alone, as in ANSI mode: `12`, `-12`, no point.
[[nodiscard]] std::optional<std::int64_t> whole_from_digits(std::string_view text);
/// What Java's parseDouble takes, hexadecimal too, and `inf`, `infinity`, `nan` in any case.
[[nodiscard]] std::optional<double> double_from_text(std::string_view text);
/// The same, rounded once.
[[nodiscard]] std::optional<float> float_from_text(std::string_view text);
/// t true y yes 1, f false n no 0, in any case.
[[nodiscard]] std::optional<bool> boolean_from_text(std::string_view text);

}  // namespace weir::spark
