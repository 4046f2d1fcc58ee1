#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "engine/engine.hpp"
#include "env/clock.hpp"
#include "pipeline/courier/landing.hpp"
#include "pipeline/feed/load_operations.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::courier {

/// Executes workflow runs, and the rounds of live ones: writes all tasks ahead (run_plan.hpp), then
/// does one after the other. A run that a dead process left goes on at the task at which it was; a
/// task can be repeated at any time, since repeating a load changes nothing. Several runners may
/// work at once, each on one thread. A runner whose run was claimed by another, or may be since its
/// lease could not be renewed in time, stops working on it and writes nothing more about it.
class Runner {
 public:
  struct Options {
    std::string owner;  // unique among the processes and threads that claim runs
    std::chrono::milliseconds lease{15'000};
    std::chrono::milliseconds time_max{0};       // of one run; 0: as long as it takes
    std::chrono::milliseconds look_every{100};   // whether a stop was asked for
    std::chrono::milliseconds tell_every{2000};  // how far a load is
    OpenFolder open_folder = {};                 // of file couriers
    bool live_only = false;  // claims rounds of live couriers, and no other runs
    /// Hears the whole message of an internal error that failed a run; the run keeps what callers
    /// may read of it.
    std::function<void(const std::string& run_id, const std::string& cause)> on_internal_error = {};
    /// Hears of each batch that a live courier has loaded: the time from its first record's
    /// reception until its rows stood in their tables.
    std::function<void(const std::string& courier_id, std::chrono::microseconds lag)>
        on_live_batch = {};
  };

  /// All references outlive the runner.
  Runner(catalog::Catalog& catalog, engine::Engine& engine, store::ObjectStore& store,
         const Clock& clock, Options options);

  /// Claims the next run and executes it to its end; false when there was none. An error is the
  /// catalog's (conflict: another runner has claimed the run meanwhile), or that of a run that was
  /// left since its lease ran out. Failures of the run itself
  /// are written into the run.
  ///
  /// A requested stop, or the time limit, interrupts a load, which is then rolled back. So does
  /// `shutdown`; it leaves the run to the next runner that claims it.
  Result<bool> run_next(const std::stop_token& shutdown = {});

 private:
  struct Work;  // the state of the run in progress
  Result<std::optional<catalog::ClaimedRun>> claim();
  Result<void> end(Work& work, const Result<catalog::RunState>& done);
  Result<void> prepare(Work& work);
  Result<catalog::RunState> perform(Work& work);
  Result<catalog::RunState> do_tasks(Work& work);
  Result<void> do_task(Work& work, catalog::RunTask& task);
  Result<void> begin(Work& work, catalog::RunTask& task);
  Result<catalog::RunState> over(Work& work, catalog::RunTask& task, const Error& error);
  Result<void> find_batches(Work& work, catalog::RunTask& task);
  Result<void> know_files(Work& work);
  Result<void> check_operations(Work& work);
  Result<void> load_feed(Work& work, catalog::RunTask& task);
  Result<void> note_load(const Work& work, const engine::Load& load);
  Result<engine::Load> plan_load(const Work& work, const catalog::Feed& feed,
                                 const std::vector<feed::Operation>& operations);

  catalog::Catalog& catalog_;
  engine::Engine& engine_;
  store::ObjectStore& store_;
  const Clock& clock_;
  Options options_;
};

}  // namespace weir::courier
