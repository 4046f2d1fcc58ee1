#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Spark's functions over the letters of a text and their places, characters being code points of
/// UTF-8. A view that is returned is a part of what was given. No state; any thread.
namespace weir::spark {

/// As Java's toUpperCase and toLowerCase do: ß becomes SS, and a Σ at the end of a word ς.
[[nodiscard]] std::string upper_letters(std::string_view text);
[[nodiscard]] std::string lower_letters(std::string_view text);
/// In lower case but for the first letter and each behind a blank.
[[nodiscard]] std::string title_letters(std::string_view text);

/// SUBSTRING: `position` counts from 1, 0 meaning 1 too, or from the end where it is negative.
[[nodiscard]] std::string_view sub_text(std::string_view text, std::int32_t position,
                                        std::int32_t count);
[[nodiscard]] std::string_view first_letters(std::string_view text, std::int32_t count);
[[nodiscard]] std::string_view last_letters(std::string_view text, std::int32_t count);
/// LOCATE: where `part` is first, counted from 1 and looked for from `from` on; 0: nowhere.
[[nodiscard]] std::int32_t place_of(std::string_view part, std::string_view text,
                                    std::int32_t from);

}  // namespace weir::spark
