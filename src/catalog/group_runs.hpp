#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// A group's run with all that its next step depends on, read in one transaction.
struct GroupRunView {
  Run run;
  std::uint64_t version = 0;  // of the run as read; each change of it is another
  std::vector<RunTask> tasks;
  std::vector<Run> children;    // the runs that it made
  bool runtime_told = false;    // people know that it takes long
  bool behind_another = false;  // an earlier run of the group is not over
};

/// What a step of a group's run has decided.
struct GroupRunStep {
  RunState state = RunState::scheduled;
  std::string error{};
  std::optional<Time>
      not_before{};  // it is looked at again then, or when something it waits for ends
  std::uint64_t warnings = 0;
  std::vector<RunTask> tasks{};  // new and changed ones
  std::vector<Run> children{};   // new ones
  std::vector<RunNotice> notices{};
  struct Covered {
    std::string courier_id;
    Day to;
  };
  std::vector<Covered> covered{};  // of the group's couriers, when the run is over
};

/// Runs of courier groups. A group's run loads nothing itself: it makes runs of couriers and waits
/// for them, so its steps are short, and each is one transaction. No step holds a lease: it is
/// refused if the run has changed since it was read, whoever changed it.
class GroupRuns {
 public:
  explicit GroupRuns(Database& database) : database_(database) {}

  /// Adds a run of a group by hand; it comes without id and creation time. not_found: the tenant
  /// has no such group.
  Result<Run> add(std::uint32_t tenant_no, Run run, const std::string& notice);
  /// Ids of runs to be looked at now, those that wait longest first.
  Result<std::vector<std::string>> due(std::uint32_t most);
  /// When a run is to be looked at next; nullopt: none is.
  Result<std::optional<Time>> next_due();
  /// nullopt when there is none that is not over.
  Result<std::optional<GroupRunView>> view(const std::string& run_id);
  /// Whether a run of the group is not over.
  Result<bool> at_work(const std::string& group_id);
  /// Writes a step, all or nothing. conflict: the run has changed since it was read; read it again.
  Result<void> save(const GroupRunView& read, const GroupRunStep& step);

  /// Looks at a run that could not be looked at again after `time`.
  Result<void> put_off(const std::string& run_id, std::chrono::milliseconds time);

 private:
  Database& database_;
};

}  // namespace weir::catalog
