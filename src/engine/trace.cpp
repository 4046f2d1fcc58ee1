#include "engine/trace.hpp"

#include <algorithm>
#include <array>

namespace weir::engine {

std::string_view to_string(Fate fate) {
  constexpr std::array<std::string_view, 12> names{
      "not_loaded", "over_threshold", "undone",  "loaded",  "replaced", "rejected",
      "lost",       "error",          "dropped", "removed", "several",  "unknown"};
  return names.at(static_cast<std::size_t>(fate));
}

Fate fate_of(const std::vector<TracedRow>& rows) {
  if (rows.empty()) return Fate::dropped;
  const bool all = std::all_of(rows.begin(), rows.end(),
                               [&](const TracedRow& row) { return row.fate == rows[0].fate; });
  return all ? rows[0].fate : Fate::several;
}

}  // namespace weir::engine
