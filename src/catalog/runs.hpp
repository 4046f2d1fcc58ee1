#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/lease.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"
#include "env/random.hpp"

namespace weir::catalog {

class Database;

std::string_view to_string(RunState state);
std::optional<RunState> parse_run_state(std::string_view text);
/// Succeeded, failed, stopped, skipped or canceled: nothing happens to it any more.
bool is_over(RunState state);

/// "wf-20270302-04711-Kq81xZ": what runs and tasks are called (spec/vocabulary.md 4).
std::string dated_id(Random& random, std::string_view prefix, Time now);

/// A run, and what entitles to change it.
struct ClaimedRun {
  Run run;
  RunLease lease;
};

/// Workflow runs and their tasks. A run is done by whichever process claims it with a lease; one
/// whose lease ran out is claimed again and done again from its start. Every change that the one
/// who does a run makes to it shows the lease, and is refused (conflict) when the run is over or
/// another has claimed it since: then leave the run alone. A lease that ran out and was taken by
/// nobody is still good, since nobody else has begun.
class Runs {
 public:
  explicit Runs(Database& database) : database_(database) {}
  /// `run` without id, times and name, which is its courier's; state scheduled. The courier must be
  /// the tenant's (not_found).
  Result<Run> add(std::uint32_t tenant_no, Run run);
  Result<Run> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<Run>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// In the order of their positions.
  Result<std::vector<RunTask>> tasks(const std::string& run_id);

  /// The oldest run that is scheduled, or left behind by an owner whose lease is over, now
  /// `owner`'s for `time`; nullopt when there is none. It is `running`, or still `stopping` when a
  /// stop was asked for before its owner was gone.
  Result<std::optional<ClaimedRun>> claim(const std::string& owner, std::chrono::milliseconds time);
  /// From now on it is good for `time`.
  Result<void> renew(const RunLease& lease, std::chrono::milliseconds time);
  /// Ends the time of every lease, for a process that knows all their owners to be gone: it is the
  /// only one that may have this catalog, and has claimed nothing yet. Returns how many there were.
  Result<std::uint64_t> end_leases();
  /// Inserts the task of the lease's run, or replaces what is known of it (same id). Ids: dated_id
  /// with id_prefix::workflow_task.
  Result<void> save_task(const RunLease& lease, const RunTask& task);
  /// Writes state, error and ended_at, and gives the lease back.
  Result<void> finish(const RunLease& lease, RunState state, const std::string& error);
  /// Asks for a stop: a scheduled run is stopped at once, a running one is `stopping` until its
  /// owner finishes it. Conflict when it is over.
  Result<Run> stop(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
