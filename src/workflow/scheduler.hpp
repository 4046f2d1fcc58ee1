#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"
#include "workflow/group_config.hpp"

namespace weir::workflow {

/// The group with what its couriers are called and load, as a run of it keeps it.
Result<GroupConfig> config_of(catalog::Catalog& catalog, const catalog::CourierGroup& group);

/// A run of the group as it is now; without days it loads those that the settings give.
Result<catalog::Run> run_of(catalog::Catalog& catalog, const catalog::CourierGroup& group);

/// Fires schedules, takes the steps of groups' runs, and deletes old runs. Of all processes on a
/// catalog one does so: it holds the lease "scheduler". Not thread-safe; one thread calls tick().
class Scheduler {
 public:
  struct Options {
    catalog::Leases::Holder holder;  // its owner is unique among the processes of the catalog
    std::chrono::milliseconds lease{10'000};
    std::chrono::seconds keep_runs{0};  // after their end; 0: for ever
    std::uint32_t steps_max{1000};      // in one look; what is left is due at the next
    /// Hears of a group or a run that could not be looked at; it is looked at again in a minute.
    std::function<void(const std::string& id, const Error& error)> on_error = {};
  };
  /// The hours of a courier's range that have files, and up to when they are sealed.
  using Files = std::function<Result<catalog::SourceHours>(
      std::uint32_t tenant_no, const catalog::Courier& courier, const catalog::RunRange& range)>;

  /// References outlive it.
  Scheduler(catalog::Catalog& catalog, const Clock& clock, Random& random, Files files,
            Options options);

  /// What a look did.
  struct Done {
    bool held = false;        // the lease is ours
    std::uint64_t fired = 0;  // runs that schedules made
    std::uint64_t steps = 0;
    std::uint64_t courier_runs = 0;  // made; whoever executes them may be told
    std::uint64_t trimmed = 0;
    std::chrono::microseconds lateness{0};  // of the latest firing
  };
  Result<Done> tick();

 private:
  Result<void> fire_all(Done& done);
  Result<bool> fire(const catalog::GroupToFire& due, Done& done);
  Result<void> step_all(Done& done);
  Result<void> step_one(const std::string& run_id, Done& done);
  void report(const std::string& id, const Error& error) const;

  catalog::Catalog& catalog_;
  const Clock& clock_;
  Random& random_;
  Files files_;
  Options options_;
  bool held_ = false;
  std::optional<Time> trimmed_at_;
};

}  // namespace weir::workflow
