#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

std::string_view to_string(RunState state);

/// Workflow runs and their tasks. A run is done by whichever process claims it with a lease; one
/// whose lease ran out is claimed again and its unfinished tasks are done again.
class Runs {
 public:
  explicit Runs(Database& database) : database_(database) {}
  /// `run` without id and times; state scheduled.
  Result<Run> add(std::uint32_t tenant_no, Run run);
  Result<Run> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<Run>> list(std::uint32_t tenant_no, const PageRequest& page);
  Result<std::vector<RunTask>> tasks(const std::string& run_id);

  /// The oldest run that is scheduled, or left behind by an owner whose lease is over, now
  /// `owner`'s; nullopt when there is none.
  Result<std::optional<Run>> claim(const std::string& owner, std::chrono::seconds lease);
  Result<void> renew(const std::string& run_id, const std::string& owner,
                     std::chrono::seconds lease);
  /// Inserts the task, or replaces what is known of it (same id).
  Result<void> save_task(const RunTask& task);
  /// Writes state, error and ended_at, and gives the lease back.
  Result<void> finish(const std::string& run_id, RunState state, const std::string& error);
  /// Asks for a stop: a scheduled run is stopped at once, a running one is `stopping`.
  Result<Run> stop(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
