#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
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

/// Workflow runs and their tasks. A run is done by whichever process claims it with a lease; one
/// whose lease ran out is claimed again and its unfinished tasks are done again.
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
  /// `owner`'s; nullopt when there is none. It is `running`, or still `stopping` when a stop was
  /// asked for before its owner was gone.
  Result<std::optional<Run>> claim(const std::string& owner, std::chrono::seconds lease);
  /// Conflict when the lease is another's by now: drop the run, do not finish it.
  Result<void> renew(const std::string& run_id, const std::string& owner,
                     std::chrono::seconds lease);
  /// Inserts the task, or replaces what is known of it (same id). Ids: dated_id with
  /// id_prefix::workflow_task.
  Result<void> save_task(const RunTask& task);
  /// Writes state, error and ended_at, and gives the lease back. Conflict when the run is over
  /// already or, where `owner` is given, when the lease is another's.
  Result<void> finish(const std::string& run_id, RunState state, const std::string& error,
                      const std::string& owner = "");
  /// Asks for a stop: a scheduled run is stopped at once, a running one is `stopping` until its
  /// owner finishes it. Conflict when it is over.
  Result<Run> stop(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
