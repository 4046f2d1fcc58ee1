#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Spark's functions over text, characters being code points of UTF-8. No state; any thread.
namespace weir::spark {

/// The code of the first character; 0 for an empty text.
[[nodiscard]] std::int32_t first_code(std::string_view text);
/// The character of the code's lowest byte (Latin-1); empty below 0.
[[nodiscard]] std::string latin_character(std::int64_t code);
/// Puts `part` in the place of `count` characters from `position` on (from 1); of as many as it has
/// where `count` is negative.
[[nodiscard]] std::string overlaid(std::string_view text, std::string_view part,
                                   std::int32_t position, std::int32_t count);
/// SUBSTRING of bytes: from 1, or from the end where `position` is negative.
[[nodiscard]] std::string sub_bytes(std::string_view bytes, std::int32_t position,
                                    std::int32_t count);
/// overlaid() of bytes.
[[nodiscard]] std::string overlaid_bytes(std::string_view bytes, std::string_view part,
                                         std::int32_t position, std::int32_t count);
/// Filled up to so many bytes at one end, or cut to them; nullopt over `text_bytes_max`.
[[nodiscard]] std::optional<std::string> padded_bytes(std::string_view bytes, std::int32_t size,
                                                      std::string_view filling, bool left);
/// The part of that number between separators: from 1, negative ones from the end. Empty where
/// there is none; nullopt for part 0.
[[nodiscard]] std::optional<std::string> split_part(std::string_view text,
                                                    std::string_view separator, std::int32_t part);
/// What stands before so many separators, or behind them where `count` is negative.
[[nodiscard]] std::string substring_index(std::string_view text, std::string_view separator,
                                          std::int32_t count);
/// The place (from 1) in a list parted by commas; 0 where it is not there or has a comma itself.
[[nodiscard]] std::int32_t find_in_set(std::string_view word, std::string_view list);
/// How many characters must be changed, added or removed; -1 where that is more than `most`.
[[nodiscard]] std::int32_t levenshtein(std::string_view a, std::string_view b, std::int32_t most);
/// The Soundex code of an English name.
[[nodiscard]] std::string soundex(std::string_view text);
/// Each kind of character replaced by one; an empty replacement keeps the kind.
[[nodiscard]] std::string masked(std::string_view text, std::string_view upper,
                                 std::string_view lower, std::string_view digit,
                                 std::string_view other);
/// Whether digits end with their check digit by Luhn.
[[nodiscard]] bool luhn_holds(std::string_view digits);

}  // namespace weir::spark
