#pragma once

#include <chrono>
#include <cstdint>

namespace weir::engine::duckdb {

/// Whose replaced and removed rows are kept: those of the changes of a table that are within both
/// bounds, so that neither many small loads nor few large ones fill the disk. 0 loads: none.
struct HistoryBounds {
  std::uint64_t loads = 30;  // and other changes: removals, undos
  std::chrono::hours age = std::chrono::days(7);
};

}  // namespace weir::engine::duckdb
