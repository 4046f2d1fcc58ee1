#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog_fixture.hpp"
#include "workflow/scheduler.hpp"

/// What tests of groups share: a catalog with a clock they turn, files that they say are there, and
/// an executor of courier runs that loads nothing.
namespace weir::workflow {

class GroupTest : public catalog::CatalogTest {
 protected:
  using Run = catalog::Run;
  using RunState = catalog::RunState;

  std::string add_courier(const std::string& name, const std::string& feed = "df-1") {
    catalog::Courier courier;
    courier.name = name;
    courier.stream_id = "is-x";
    courier.load_operations = "{\"" + feed + "\":[]}";
    return catalog_->couriers().add(acme_, courier)->id;
  }
  catalog::CourierGroup add_group(catalog::CourierGroup group) {
    const auto added = catalog_->courier_groups().add(acme_, std::move(group));
    EXPECT_TRUE(added) << added.error().message;
    return *added;
  }
  catalog::CourierGroup group_now(const std::string& id) {
    return catalog_->courier_groups().find(acme_, id).value();
  }

  void start_scheduler(std::uint32_t steps_max = 1000) {
    scheduler_ = std::make_unique<Scheduler>(
        *catalog_, clock_, random_,
        [this](std::uint32_t, const catalog::Courier& courier,
               const catalog::RunRange& range) -> Result<catalog::SourceHours> {
          catalog::SourceHours found;
          found.sealed_to = sealed_to();
          if (!range.from || !range.to) {
            found.hours.push_back(clock_.now());
            return found;
          }
          const Time end = *range.to + std::chrono::hours(range.to_hour);
          for (Time hour = *range.from + std::chrono::hours(range.from_hour);
               hour < end && hour < clock_.now(); hour += std::chrono::hours(1))
            if (has_file_(courier.name, hour)) found.hours.push_back(hour);
          return found;
        },
        Scheduler::Options{.holder = {"process " + std::to_string(++processes_), ""},
                           .keep_runs = keep_runs_,
                           .steps_max = steps_max,
                           .on_error = [this](const std::string& id, const Error& error) {
                             errors_.push_back(id + ": " + error.message);
                           }});
  }
  Scheduler::Done tick() {
    if (!scheduler_) start_scheduler();
    const auto done = scheduler_->tick();
    EXPECT_TRUE(done) << done.error().message;
    return *done;
  }
  /// All hours before it are sealed.
  Time sealed_to() const {
    return std::chrono::floor<std::chrono::hours>(clock_.now() - sealed_after_);
  }

  Run run_by_hand(const catalog::CourierGroup& group, catalog::RunRange range = {},
                  bool automatic = false) {
    Run run = run_of(*catalog_, group).value();
    run.range = range;
    run.automatic = automatic;
    run.started_by = "tak-1";
    return catalog_->group_runs().add(acme_, run, "by hand").value();
  }
  Run now(const Run& run) { return catalog_->runs().find(acme_, run.id).value(); }
  RunState state(const Run& run) { return now(run).state; }
  std::vector<Run> runs_of(const std::string& group_id) {
    return catalog_->runs()
        .list(acme_, {1000, ""}, {.kind = catalog::RunKind::group, .group_id = group_id})
        .value()
        .items;
  }
  std::vector<Run> children(const Run& run) {
    auto found = catalog_->runs().list(acme_, {1000, ""}, {.parent = run.id}).value().items;
    std::reverse(found.begin(), found.end());
    return found;
  }
  std::string told(const Run& run) {
    std::string kinds;
    const auto notices = catalog_->runs().notices(run.id).value();
    for (const auto& notice : notices)
      kinds += (kinds.empty() ? "" : " ") + notice.kind;
    return kinds;
  }

  /// Claims the next courier run; the name of its courier, or "".
  std::string claim() {
    const auto claimed = catalog_->runs().claim("executor", std::chrono::hours(1000)).value();
    if (!claimed) return "";
    leases_[claimed->run.name] = claimed->lease;
    return claimed->run.name;
  }
  void finish(const std::string& courier, RunState state = RunState::succeeded,
              const std::string& error = "") {
    const auto done = catalog_->runs().finish(leases_[courier], state, error);
    EXPECT_TRUE(done) << done.error().message;
  }

  std::function<bool(const std::string& courier, Time hour)> has_file_ = [](const std::string&,
                                                                            Time) { return true; };
  std::chrono::minutes sealed_after_{10};
  std::chrono::seconds keep_runs_{0};
  std::map<std::string, catalog::RunLease> leases_;
  std::vector<std::string> errors_;
  std::unique_ptr<Scheduler> scheduler_;
  int processes_ = 0;
};

}  // namespace weir::workflow
