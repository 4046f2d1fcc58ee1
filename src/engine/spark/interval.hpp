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

}  // namespace weir::spark
