#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "catalog/live_progress.hpp"
#include "catalog/records.hpp"
#include "catalog/runs.hpp"

namespace weir::catalog {

class Database;

/// How a live courier stands.
struct LiveState {
  LiveProgress progress;
  std::uint64_t waiting = 0;  // batches that are not loaded yet
  std::string run_id;         // its open live run; empty: none
  std::string error;          // of the last round, if it failed
};

/// Runs of live couriers. A round loads the batches that were committed since the round before. All
/// rounds of one UTC day are one run, so that a batch a second does not fill the list of runs; its
/// tasks are those of the last round, and carry the sums of all. Between two rounds the run is
/// `running` and nobody holds it. A round that a dead process left is done again as it was.
class LiveRuns {
 public:
  explicit LiveRuns(Database& database) : database_(database) {}

  /// Claims for `owner`, for `time`, the round that is due and waits longest; nullopt when there is
  /// none. One round of a courier at a time. The run says which batches are the round's.
  Result<std::optional<ClaimedRun>> claim(const std::string& owner, std::chrono::milliseconds time);
  /// Ends the lease's round; all its batches count as loaded. The lease is void then. Errors:
  /// conflict when the lease is no longer the run's newest.
  Result<void> finish_round(const RunLease& lease);
  /// The same for a round that failed: it is tried again later, or, when its one batch is at fault,
  /// the batch is left out, and the run ends as failed and says so. Batches are not lost by that:
  /// a run by hand loads them.
  Result<void> fail_round(const RunLease& lease, const std::string& error);
  /// nullopt when the tenant has no such courier, or it is not live.
  Result<std::optional<LiveState>> state(std::uint32_t tenant_no, const std::string& courier_id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
