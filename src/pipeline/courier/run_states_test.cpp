// Each of the eleven states of a run, and the notices of its ends, as somebody reads them who looks
// at the catalog at every moment of a run.

#include <iostream>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "pipeline/courier/courier_fixture.hpp"
#include "workflow/attribution.hpp"
#include "workflow/scheduler.hpp"

namespace weir::courier {
namespace {

using catalog::RunKind;
using catalog::RunState;
using std::chrono::hours;
using std::chrono::seconds;

class RunStatesTest : public CourierTest {
 protected:
  /// The time for a runner: whoever reads it sees the catalog between two of its commits.
  class Watch final : public Clock {
   public:
    explicit Watch(RunStatesTest& test) : test_(test) {}
    Time now() const override {
      test_.look();
      return test_.clock_.now();
    }

   private:
    RunStatesTest& test_;
  };

  void look() {
    const auto runs = catalog_->runs().list(tenant_, {1000, ""}).value();
    for (const catalog::Run& run : runs.items)
      seen_[run.kind].insert(run.state);
  }
  void run_next() {
    look();
    Watch watch(*this);
    Runner runner(*catalog_, engine_, store_, watch, quick());
    EXPECT_TRUE(runner.run_next().value());
    look();
  }
  static Runner::Options quick() {
    Runner::Options options;
    options.owner = "test";
    options.look_every = std::chrono::milliseconds(5);
    return options;
  }
  /// A look of the scheduler, step by step.
  void tick() {
    if (!scheduler_)
      scheduler_ = std::make_unique<workflow::Scheduler>(
          *catalog_, clock_, random_,
          [this](std::uint32_t tenant, const catalog::Courier& courier,
                 const catalog::RunRange& range) {
            return hours_with_files(*catalog_, tenant, courier, range);
          },
          workflow::Scheduler::Options{.holder = {"test", ""}, .steps_max = 1});
    for (bool stepped = true; stepped; look())
      stepped = scheduler_->tick()->steps > 0;
  }
  catalog::CourierGroup group(std::uint32_t wait_s = 0, bool stops = false) {
    catalog::CourierGroup group;
    group.name = "Daily " + std::to_string(++groups_);
    group.schedule = "30 8 * * *";
    group.couriers = {
        {.courier_id = catalog_->couriers().add(tenant_, courier(load_into(feed())))->id,
         .wait_s = wait_s,
         .offset_s = 86'400,
         .notify_when_missing = true,
         .stop_when_missing = stops}};
    return catalog_->courier_groups().add(tenant_, group).value();
  }
  catalog::Run by_hand(const catalog::CourierGroup& group, const char* on) {
    catalog::Run run = workflow::run_of(*catalog_, group).value();
    run.range = {day(on), day(on) + std::chrono::days(1)};
    return catalog_->group_runs().add(tenant_, run, "Courier group run request").value();
  }
  catalog::Run now(const catalog::Run& run) {
    return catalog_->runs().find(tenant_, run.id).value();
  }
  catalog::Run child(const catalog::Run& run) {
    return catalog_->runs().list(tenant_, {1, ""}, {.parent = run.id}).value().items.at(0);
  }
  std::string told(const catalog::Run& run) {
    std::string kinds;
    const auto notices = catalog_->runs().notices(run.id).value();
    for (const auto& notice : notices)
      kinds += (kinds.empty() ? "" : " ") + notice.kind;
    return kinds;
  }

  std::map<RunKind, std::set<RunState>> seen_;
  std::unique_ptr<workflow::Scheduler> scheduler_;
  int groups_ = 0;
};

TEST_F(RunStatesTest, EachOfTheElevenIsSeenOnARunThatReallyIsInIt) {
  struct Row {
    RunState state;
    RunKind kind;
    std::function<void()> produce;
  };
  const auto loads = [&] {
    batch("2027-03-02", 8);
    schedule(courier(load_into(feed())));
    run_next();
  };
  const auto stops_a_load = [&] {
    batch("2027-03-02", 8);
    const catalog::Run run = schedule(courier(load_into(feed())));
    engine_.endless = true;
    engine_.meanwhile = [&] {
      EXPECT_TRUE(catalog_->runs().stop(tenant_, run.id));
      look();
    };
    run_next();
  };
  const auto runs_a_group = [&] {
    batch("2027-03-01", 8);
    by_hand(group(), "2027-03-01");
    look();
    tick();
    run_next();
    tick();
  };
  const auto waits_for_files = [&] {
    const auto waiting = group(3600);
    by_hand(waiting, "2027-03-01");
    tick();
  };
  const auto stops_a_group = [&] {
    batch("2027-03-01", 8);
    const catalog::Run run = by_hand(group(), "2027-03-01");
    tick();
    engine_.endless = true;
    engine_.meanwhile = [&] { EXPECT_TRUE(catalog_->runs().stop(tenant_, run.id)); };
    run_next();
    tick();
  };
  const auto deletes_what_waits = [&] {
    const auto unwanted = group();
    const catalog::Run run = by_hand(unwanted, "2027-03-01");
    batch("2027-03-01", 8);
    tick();
    auto without = unwanted;
    without.couriers = {{.courier_id = catalog_->couriers().add(tenant_, courier("{}"))->id}};
    EXPECT_TRUE(catalog_->courier_groups().update(tenant_, without));
    EXPECT_TRUE(catalog_->couriers().remove(tenant_, child(run).courier_id));
    tick();
  };
  const auto misses = [&] {
    group();
    clock_.advance(hours(30));
    tick();
  };
  const std::vector<Row> rows{
      {RunState::scheduled, RunKind::courier, loads},
      {RunState::started, RunKind::courier, loads},
      {RunState::in_progress, RunKind::courier, loads},
      {RunState::running, RunKind::courier, loads},
      {RunState::succeeded, RunKind::courier, loads},
      {RunState::stopping, RunKind::courier, stops_a_load},
      {RunState::stopped, RunKind::courier, stops_a_load},
      {RunState::failed, RunKind::courier,
       [&] {
         schedule(courier(load_into(feed())));
         run_next();
       }},
      {RunState::canceled, RunKind::courier, deletes_what_waits},
      {RunState::scheduled, RunKind::group, runs_a_group},
      {RunState::started, RunKind::group, runs_a_group},
      {RunState::running, RunKind::group, runs_a_group},
      {RunState::finalizing, RunKind::group, runs_a_group},
      {RunState::succeeded, RunKind::group, runs_a_group},
      {RunState::in_progress, RunKind::group, waits_for_files},
      {RunState::stopping, RunKind::group, stops_a_group},
      {RunState::stopped, RunKind::group, stops_a_group},
      {RunState::failed, RunKind::group,
       [&] {
         by_hand(group(0, true), "2027-03-01");
         tick();
       }},
      {RunState::canceled, RunKind::group, deletes_what_waits},
      {RunState::skipped, RunKind::group, misses},
  };
  std::set<RunState> states;
  for (const Row& row : rows) {
    scheduler_.reset();
    catalog_ = catalog::Catalog::open(":memory:", clock_, random_).value();
    tenant_ = catalog_->tenants().add("acme")->no;
    stream_ = catalog_->streams().add(tenant_, {.name = "orders"}).value();
    checkpoint_ = {};
    next_ = 1;
    engine_ = {};
    seen_.clear();
    row.produce();
    EXPECT_TRUE(seen_[row.kind].contains(row.state))
        << catalog::to_string(row.kind) << " " << catalog::to_string(row.state);
    if (seen_[row.kind].contains(row.state)) states.insert(row.state);
  }
  EXPECT_EQ(states.size(), 11U);
  std::cout << states.size() << " of 11 states, in " << rows.size() << " rows\n";
}

TEST_F(RunStatesTest, AnErrorSaysWhoseItIsToMend) {
  const auto whose = [&](const catalog::Run& run) {
    const auto tasks = catalog_->runs().tasks(run.id).value();
    return workflow::attribution_of_run(workflow::attributions_of(*catalog_, tasks).value());
  };
  const catalog::Run missing = schedule(courier(load_into(feed())));
  run_next();
  EXPECT_EQ(whose(missing), "customer");
  batch("2027-03-01", 8);
  const catalog::Run inactive = schedule(courier(load_into(feed(false))));
  run_next();
  EXPECT_EQ(whose(inactive), "customer");

  const catalog::Run without = by_hand(group(0, true), "2027-03-09");
  tick();
  EXPECT_EQ(whose(without), "customer");

  engine_.failure = Error{Errc::corrupt, "The file x differs from its manifest."};
  const catalog::Run grouped = by_hand(group(), "2027-03-01");
  tick();
  run_next();
  tick();
  EXPECT_EQ(whose(child(grouped)), "installation");
  EXPECT_EQ(whose(grouped), "installation");

  engine_.failure = Error{Errc::disk_full, "The disk is full."};
  const catalog::Run waits = schedule(courier(load_into(feed())));
  run_next();
  EXPECT_EQ(now(waits).state, RunState::scheduled) << "it is tried again";
  EXPECT_EQ(whose(waits), "installation");
}

TEST_F(RunStatesTest, ACouriersRunTellsItsStepsInOrder) {
  engine_.counts.files = {{.file = "a", .read = 3}};
  batch("2027-03-02", 8);
  const catalog::Run loaded = schedule(courier(load_into(feed())));
  run_next();
  EXPECT_EQ(told(loaded), "requested waiting found loading progress progress committing completed");
  EXPECT_EQ(catalog_->runs().notices(loaded.id)->back().text, "Completed in 0 minutes 0 seconds");

  const catalog::Run fails = schedule(courier(load_into(feed(false))));
  run_next();
  EXPECT_EQ(told(fails), "requested waiting found loading failed completed");
  EXPECT_EQ(catalog_->runs().notices(fails.id)->back().text,
            "Ended as failed after 0 minutes 0 seconds");

  const catalog::RunRange nothing{day("2027-03-09"), day("2027-03-10")};
  const catalog::Run misses = schedule(courier(load_into(feed())), nothing);
  run_next();
  EXPECT_EQ(told(misses), "requested waiting failed completed");

  const catalog::Run warned = schedule(courier("{}"), nothing, true);
  run_next();
  EXPECT_EQ(now(warned).warnings, 1U);
  EXPECT_EQ(told(warned), "requested waiting found committing completed");

  const catalog::Run stopped = schedule(courier(load_into(feed())));
  engine_.endless = true;
  engine_.meanwhile = [&] { EXPECT_TRUE(catalog_->runs().stop(tenant_, stopped.id)); };
  run_next();
  EXPECT_EQ(told(stopped), "requested waiting found loading stopping stopped");

  const catalog::Run waits = schedule(courier(load_into(feed())));
  EXPECT_EQ(catalog_->runs().stop(tenant_, waits.id)->state, RunState::stopped);
  EXPECT_EQ(told(waits), "requested stopped");

  const catalog::Run unwanted = schedule(courier(load_into(feed())));
  EXPECT_TRUE(catalog_->couriers().remove(tenant_, unwanted.courier_id));
  EXPECT_EQ(told(unwanted), "requested canceled");
}

TEST_F(RunStatesTest, AGroupsRunTellsItsStepsInOrder) {
  batch("2027-03-01", 8);
  const catalog::Run loaded = by_hand(group(), "2027-03-01");
  tick();
  run_next();
  tick();
  EXPECT_EQ(told(loaded), "requested loading loaded committing completed");
  EXPECT_EQ(told(child(loaded)), "requested waiting found loading progress committing completed");

  const catalog::Run misses = by_hand(group(60, true), "2027-03-09");
  tick();
  clock_.advance(seconds(60));
  tick();
  EXPECT_EQ(now(misses).state, RunState::failed);
  EXPECT_EQ(told(misses), "requested waiting missing missing committing completed");

  const catalog::Run warned = by_hand(group(60), "2027-03-09");
  tick();
  clock_.advance(seconds(60));
  tick();
  run_next();
  tick();
  EXPECT_EQ(now(warned).state, RunState::succeeded);
  EXPECT_EQ(told(warned),
            "requested waiting missing missing warning loading loaded committing completed");

  const catalog::Run stopped = by_hand(group(), "2027-03-01");
  tick();
  engine_.endless = true;
  engine_.meanwhile = [&] { EXPECT_TRUE(catalog_->runs().stop(tenant_, stopped.id)); };
  run_next();
  tick();
  EXPECT_EQ(told(stopped), "requested loading stopping stopped stopped");
}

}  // namespace
}  // namespace weir::courier
