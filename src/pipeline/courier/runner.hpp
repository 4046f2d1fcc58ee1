#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "engine/engine.hpp"
#include "env/clock.hpp"
#include "pipeline/feed/load_operations.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::courier {

/// Does workflow runs: finds the batches, then loads feed after feed. A run can be done again
/// from its start at any time, since a load that was done changes nothing when done again; that is
/// how one is taken up that a dead process left behind. Several runners may work side by side, each
/// from one thread. A runner whose lease another has taken does no more of the run and writes
/// nothing about it.
class Runner {
 public:
  struct Options {
    std::string owner;  // unique among the processes and threads that claim runs
    std::chrono::seconds lease{15};
  };

  /// All references outlive the runner.
  Runner(catalog::Catalog& catalog, engine::Engine& engine, store::ObjectStore& store,
         const Clock& clock, Options options);

  /// Claims the next run and does it to its end; false when there was none to claim. An error
  /// here is the catalog's (conflict: the run is another's by now); what goes wrong with the run
  /// itself is written into the run.
  Result<bool> run_next();

 private:
  struct Work;  // what is known of the run being done
  Result<catalog::RunState> perform(const catalog::ClaimedRun& claimed);
  Result<void> find_batches(Work& work);
  Result<catalog::RunState> load_feeds(Work& work);
  Result<void> load_feed(Work& work, const catalog::Feed& feed,
                         const std::vector<feed::Operation>& operations, catalog::RunTask& task);
  Result<void> note_loads(const Work& work, const catalog::Feed& feed,
                          const std::vector<engine::Load>& loads);
  Result<std::vector<engine::Load>> plan_loads(const Work& work, const catalog::Feed& feed,
                                               const std::vector<feed::Operation>& operations);

  catalog::Catalog& catalog_;
  engine::Engine& engine_;
  store::ObjectStore& store_;
  const Clock& clock_;
  Options options_;
};

}  // namespace weir::courier
