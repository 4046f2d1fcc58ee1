#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "catalog/records.hpp"

/// What a live courier loads next: pure decisions (spec/couriers.md 11).
namespace weir::catalog {

inline constexpr std::uint32_t live_round_batches_max = 1000;
inline constexpr std::chrono::seconds live_wait_max{60};  // between two tries
/// So many tries of a batch fail before a later one is tried, to learn whose fault it is.
inline constexpr std::uint32_t live_failures_before_probe = 6;

/// How far a live courier is.
struct LiveProgress {
  std::uint64_t loaded_to = 0;  // commit number: up to it all batches are loaded or left out
  std::uint32_t span = 0;       // the most batches of the next round; 0: as many as may be
  std::uint32_t failures = 0;   // of rounds, since the last one that moved `loaded_to`
  bool probed = false;          // a batch after the one that fails could be loaded
  std::optional<Time> retry_at = {};
  bool operator==(const LiveProgress&) const = default;
};

/// The round to do now. `waiting`: the commit numbers of batches after `loaded_to`, ascending, at
/// least one, and all or the first live_round_batches_max.
BatchRange next_round(const LiveProgress& progress, const std::vector<std::uint64_t>& waiting);

LiveProgress after_success(LiveProgress progress, const BatchRange& round);

struct AfterFailure {
  LiveProgress progress;
  bool left_out = false;  // the round's batch is, for good
};
AfterFailure after_failure(LiveProgress progress, const BatchRange& round, Time now);

}  // namespace weir::catalog
