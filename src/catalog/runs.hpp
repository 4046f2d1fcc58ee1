#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
std::string_view to_string(RunKind kind);
std::optional<RunKind> parse_run_kind(std::string_view text);
/// True for succeeded, failed, stopped, skipped and canceled: such a state changes by
/// Runs::resume() only.
bool is_over(RunState state);

/// "wf-20270302-04711-Kq81xZ": the form of the ids of runs and tasks (spec/vocabulary.md 4).
std::string dated_id(Random& random, std::string_view prefix, Time now);

/// The id of a task that is planned ahead.
std::string task_id(const Run& run, int position);

/// A run with the lease that entitles its holder to change it.
struct ClaimedRun {
  Run run;
  RunLease lease;
};

/// What the owner of a run has done, or is about to do.
struct RunStep {
  std::vector<RunTask> tasks = {};  // new and changed ones
  std::vector<RunNotice> notices = {};
  /// A run that is stopping stays so. `scheduled` gives the lease back: the run is claimed again
  /// once the first `not_before` of its open tasks has come; one that is stopping is stopped.
  std::optional<RunState> state = {};
  std::optional<std::uint64_t> warnings = {};
  /// For a run that has none: the settings that it keeps from now on (catalog/run_config.hpp).
  std::string config{};
};

/// What was decided about a run that did not go well (workflow/resolutions.hpp).
struct RunResumption {
  std::vector<RunTask> tasks = {};  // all that it has from now on
  std::string config{};             // empty: it keeps its settings
  std::string notice{};
};

/// Which runs a list is to hold; what is empty restricts nothing.
struct RunFilter {
  std::optional<RunState> state = {};
  std::optional<RunKind> kind = {};
  std::string started_by{};
  std::string group_id{};
  std::string parent{};
  std::string courier_id{};
  bool loads = false;  // no runs of groups
  std::optional<Time> created_from{};
  std::optional<Time> created_to{};  // exclusive
  std::optional<Time> ended_from{};  // with these two, none that is not over
  std::optional<Time> ended_to{};    // exclusive
  /// Those that failed and still need somebody: nothing of their courier or group has succeeded
  /// since. Runs that a group's run made are told with it.
  bool unresolved = false;
};

/// How many runs there are of a kind and state.
struct RunsInState {
  std::string kind;
  std::string state;
  std::uint64_t runs = 0;
};

/// Workflow runs and their tasks. A process executes a run once it has claimed it with a lease. A
/// run whose lease expired can be claimed again; it then goes on at its tasks. Every change
/// that the executing process makes shows the lease. The change is refused (conflict) when the run
/// is over or was claimed again; the process then stops working on it. An expired lease stays valid
/// until the run is claimed again.
class Runs {
 public:
  explicit Runs(Database& database) : database_(database) {}
  /// `run` comes without id, times and name; the name is its courier's. The new run is scheduled,
  /// and keeps the settings of the courier, its feeds and queries as they are now, unless it comes
  /// with some. An ingest job comes with tasks too. not_found when the tenant has no such courier.
  Result<Run> add(std::uint32_t tenant_no, Run run, std::vector<RunTask> tasks = {});
  /// The settings that a run of the courier would keep.
  Result<std::string> config_of(std::uint32_t tenant_no, const std::string& courier_id);
  Result<Run> find(std::uint32_t tenant_no, const std::string& id);
  /// Newest first. They come without the settings that they keep, which may be long.
  Result<Page<Run>> list(std::uint32_t tenant_no, const PageRequest& page,
                         const RunFilter& filter = {});
  /// How many runs the list with this filter and this PageRequest::text has.
  Result<std::uint64_t> count(std::uint32_t tenant_no, const std::string& text,
                              const RunFilter& filter);
  /// The run's tasks, ordered by position.
  Result<std::vector<RunTask>> tasks(const std::string& run_id);

  /// What people were told of the run, oldest first.
  Result<std::vector<RunNotice>> notices(const std::string& run_id);
  /// Of all tenants.
  Result<std::vector<RunsInState>> counts();
  /// Deletes runs that ended before a time, with tasks and notices, at most `most`; returns how
  /// many.
  Result<std::uint64_t> trim(Time before, std::uint32_t most);

  /// Claims for `owner`, for `time`, the oldest run that is scheduled or whose lease has expired,
  /// live runs (LiveRuns::claim) and runs of groups (GroupRuns) aside; nullopt when there is none.
  /// A scheduled run waits until its `not_before`, and while another run that loads into one of its
  /// feeds is at work, or is scheduled with days before its own. The state of a claimed run is
  /// `started`, or still `stopping` if a stop was requested from its previous owner.
  Result<std::optional<ClaimedRun>> claim(const std::string& owner, std::chrono::milliseconds time);
  /// Extends the lease: it expires `time` from now.
  Result<void> renew(const RunLease& lease, std::chrono::milliseconds time);
  /// Expires the leases of runs whose owners' names begin with `owner`, removes those of
  /// catalog::Leases that it has, and returns how many runs there were; of all owners where it is
  /// empty. Only for a process that knows these owners to be dead, and has claimed nothing yet.
  Result<std::uint64_t> end_leases(const std::string& owner = {});
  /// Writes a step, all or nothing. Tasks are of the lease's run; one of the same id is replaced.
  /// The id is made by dated_id with id_prefix::workflow_task.
  Result<void> save(const RunLease& lease, const RunStep& step);
  /// Writes the last step with the run's end, and returns the lease. The step has no state.
  Result<void> finish(const RunLease& lease, RunState state, const std::string& error,
                      const RunStep& step = {});
  /// Puts a run that failed or was stopped back to work; the run of the group that made it goes on
  /// with it. conflict: it is in another state, or has changed since it was `read`.
  /// `children`: the runs that a group's run made and that go on with it, all or nothing.
  Result<Run> resume(const Run& read, const RunResumption& how,
                     const std::vector<std::pair<Run, RunResumption>>& children = {});
  /// Requests a stop. A run that nobody works on is stopped at once; a running one is `stopping`
  /// until its owner finishes it. A group's run is `stopping` until the runs that it made are over;
  /// they are stopped too. Conflict when the run is over.
  Result<Run> stop(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
