#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir {

/// A line of one text, of the other, or of both.
struct DiffLine {
  enum class Change : std::uint8_t { same, removed, added };
  Change change = Change::same;
  std::string_view text;  // without its end; into the text that was given
  bool operator==(const DiffLine&) const = default;
};

/// What turns `before` into `after`: the lines of both in order, removed ones before those added in
/// their place. A line is up to a line feed; the carriage return before it is a part of it. It is
/// the shortest difference, unless what lies between the common beginning and end is so long that
/// finding it takes more than line_diff_cells_max steps: all of that is then removed and added.
std::vector<DiffLine> line_diff(std::string_view before, std::string_view after);

inline constexpr std::size_t line_diff_cells_max = 1'000'000;

}  // namespace weir
