#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/internal_error.hpp"
#include "env/fake/test_directory.hpp"
#include "pipeline/courier/courier_fixture.hpp"

namespace weir::courier {
namespace {

using catalog::RunState;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST_F(CourierTest, WhatALibrarySaysOfItsOwnErrorsIsForTheLogAlone) {
  batch("2027-03-02", 8);
  engine_.failure = internal_error("The engine failed.", "INTERNAL: main.f0");
  const auto id = schedule(courier(load_into(feed()))).id;
  std::string logged;
  Runner runner(*catalog_, engine_, store_, clock_,
                {.owner = "test", .on_internal_error = [&](const auto& run_id, const auto& cause) {
                   logged = run_id + ": " + cause;
                 }});
  ASSERT_TRUE(runner.run_next().value());
  EXPECT_THAT(catalog_->runs().find(tenant_, id)->error, EndsWith("The engine failed."));
  EXPECT_EQ(catalog_->runs().tasks(id)->back().error, "The engine failed.");
  EXPECT_THAT(logged, AllOf(HasSubstr(id), HasSubstr("main.f0")));
}

TEST_F(CourierTest, ATaskWhoseCauseMayPassIsTriedAgainAndHoldsNoThread) {
  batch("2027-03-02", 8);
  const auto run = schedule(courier(load_into(feed())));
  Runner runner(*catalog_, engine_, store_, clock_, {.owner = "test"});
  engine_.failure = Error{Errc::disk_full, "The disk of the tables is full; make room."};
  for (const int wait : {5, 20, 80}) {
    ASSERT_TRUE(runner.run_next().value());
    EXPECT_EQ(catalog_->runs().find(tenant_, run.id)->state, RunState::scheduled);
    const auto task = catalog_->runs().tasks(run.id)->back();
    EXPECT_EQ(task.state, RunState::scheduled);
    EXPECT_THAT(task.error, HasSubstr("make room"));
    EXPECT_EQ(task.not_before, clock_.now() + std::chrono::seconds(wait));
    EXPECT_FALSE(runner.run_next().value()) << "it waits for its time";
    clock_.advance(std::chrono::seconds(wait));
  }
  engine_.failure.reset();
  ASSERT_TRUE(runner.run_next().value());
  EXPECT_EQ(catalog_->runs().find(tenant_, run.id)->state, RunState::succeeded);
  EXPECT_EQ(catalog_->runs().tasks(run.id)->back().attempt, 4);
  EXPECT_EQ(catalog_->runs().tasks(run.id)->front().attempt, 1) << "its files are found";
}

TEST_F(CourierTest, ATaskIsTriedFiveTimesAndThenForAPersonToResolve) {
  batch("2027-03-02", 8);
  const auto run = schedule(courier(load_into(feed())));
  Runner runner(*catalog_, engine_, store_, clock_, {.owner = "test"});
  engine_.failure = Error{Errc::unavailable, "Another load changed the table; try again."};
  int tries = 0;
  for (; catalog_->runs().find(tenant_, run.id)->state != RunState::failed; ++tries) {
    ASSERT_TRUE(runner.run_next().value());
    clock_.advance(std::chrono::seconds(320));
  }
  EXPECT_EQ(tries, 5);
  EXPECT_EQ(catalog_->runs().tasks(run.id)->back().state, RunState::failed);
}

TEST_F(CourierTest, ARunThatWaitsForItsNextTryIsStoppedAtOnce) {
  batch("2027-03-02", 8);
  const auto run = schedule(courier(load_into(feed())));
  Runner runner(*catalog_, engine_, store_, clock_, {.owner = "test"});
  engine_.failure = Error{Errc::disk_full, "full"};
  ASSERT_TRUE(runner.run_next().value());
  EXPECT_EQ(catalog_->runs().stop(tenant_, run.id)->state, RunState::stopped);
  clock_.advance(std::chrono::seconds(5));
  EXPECT_FALSE(runner.run_next().value());
}

// An owner that was suspended while it loaded, and whose run another has taken up since.
TEST_F(CourierTest, ARunThatIsAnothersByNowIsLeftToIt) {
  batch("2027-03-02", 8);
  const auto first = feed();
  const auto second = feed();
  const auto load = R"(":[{"type":"load","file":"streaming"}])";
  const auto operations = R"({")" + first.id + load + R"(,")" + second.id + load + "}";
  const auto saved = catalog_->couriers().add(tenant_, courier(operations)).value();
  catalog::Run run;
  run.courier_id = saved.id;
  const auto id = catalog_->runs().add(tenant_, run)->id;
  std::optional<catalog::ClaimedRun> taken;
  engine_.meanwhile = [&] {
    clock_.advance(std::chrono::seconds(16));
    taken = catalog_->runs().claim("another", std::chrono::seconds(15)).value();
  };
  Runner runner(*catalog_, engine_, store_, clock_, {.owner = "suspended"});
  const auto ran = runner.run_next();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, Errc::conflict) << ran.error().message;
  ASSERT_TRUE(taken);
  EXPECT_EQ(engine_.loads.size(), 1u) << "the second feed is the other's to load";
  EXPECT_EQ(catalog_->runs().find(tenant_, id)->state, RunState::started);
  const auto batches = catalog_->batches().find(tenant_, {stream_.id, {}, {}, {}}).value();
  EXPECT_TRUE(catalog_->loads().of(batches[0])->empty());
  EXPECT_TRUE(catalog_->runs().finish(taken->lease, RunState::succeeded, ""));
}

// A process that dies between a load's commit and the next word about it in the catalog.
TEST_F(CourierTest, ARunThatIsTakenUpTellsWhatItDidAndGoesOn) {
  batch("2027-03-02", 8);
  const auto first = feed();
  const auto second = feed();
  const auto third = feed();
  const auto load = R"(":[{"type":"load","file":"streaming"}])";
  const auto operations =
      R"({")" + first.id + load + R"(,")" + second.id + load + R"(,")" + third.id + load + "}";
  const auto run = schedule(courier(operations));
  int loads = 0;
  engine_.counts = {.load = 7, .read = 120, .inserted = 120};
  engine_.afterwards = [&] {
    if (++loads != 2) return;
    clock_.advance(std::chrono::seconds(16));
    // It is dead: what it says from here on counts no more.
    ASSERT_TRUE(catalog_->runs().claim("next", std::chrono::seconds(0)).value());
  };
  Runner dead(*catalog_, engine_, store_, clock_, {.owner = "dead"});
  EXPECT_FALSE(dead.run_next());
  EXPECT_EQ(engine_.loads.size(), 2u);
  EXPECT_EQ(catalog_->runs().tasks(run.id).value()[3].state, RunState::running) << "as it was left";
  engine_.counts = {.load = 9, .read = 5, .inserted = 5};
  clock_.advance(std::chrono::seconds(16));
  Runner living(*catalog_, engine_, store_, clock_, {.owner = "living"});
  EXPECT_TRUE(living.run_next().value());
  EXPECT_EQ(catalog_->runs().find(tenant_, run.id)->state, RunState::succeeded);
  ASSERT_EQ(engine_.loads.size(), 3u) << "only the third feed was left to load";
  EXPECT_EQ(engine_.loads[2].table, third.table());
  const auto tasks = catalog_->runs().tasks(run.id).value();
  ASSERT_EQ(tasks.size(), 5u);
  const std::string counted =
      R"("load":7,"records":0,"read":120,"inserted":120,"updated":0,"rejected":0,"errors":0)";
  EXPECT_THAT(tasks[2].detail, HasSubstr(counted));
  EXPECT_EQ(tasks[2].attempt, 1) << "it was over";
  EXPECT_THAT(tasks[3].detail, HasSubstr(counted + R"(,"done_before":true)"));
  EXPECT_EQ(tasks[3].attempt, 2);
  EXPECT_THAT(tasks[4].detail, HasSubstr(R"("load":9,"records":0,"read":5)"));
  EXPECT_THAT(engine_.fences, ElementsAre(std::pair(run.id, 1u), std::pair(run.id, 3u)));
  const auto batches = catalog_->batches().find(tenant_, {stream_.id, {}, {}, {}}).value();
  EXPECT_EQ(catalog_->loads().of(batches[0])->size(), 3u) << "receipts know all three";
}

// The runner is within its load while these look at it from outside.
class EndlessLoadTest : public CourierTest {
 protected:
  explicit EndlessLoadTest(const std::string& file = ":memory:") : CourierTest(file) {
    batch("2027-03-02", 8);
    engine_.endless = true;
    run_ = schedule(courier(load_into(feed())));
  }
  Runner::Options quick() const {
    Runner::Options options;
    options.owner = "test";
    options.look_every = std::chrono::milliseconds(5);
    return options;
  }
  void run_with(Runner::Options options, const std::stop_token& shutdown = {}) {
    Runner runner(*catalog_, engine_, store_, clock_, std::move(options));
    EXPECT_TRUE(runner.run_next(shutdown).value());
  }
  RunState state() { return catalog_->runs().find(tenant_, run_.id)->state; }
  catalog::Run run_;
};

TEST_F(EndlessLoadTest, AStopEndsTheLoadInItsMiddle) {
  engine_.meanwhile = [this] { EXPECT_TRUE(catalog_->runs().stop(tenant_, run_.id)); };
  run_with(quick());
  EXPECT_EQ(state(), RunState::stopped);
  const auto tasks = catalog_->runs().tasks(run_.id).value();
  EXPECT_EQ(tasks.back().state, RunState::stopped);
  EXPECT_EQ(tasks.back().error, "");
}

TEST_F(EndlessLoadTest, TheTimeLimitFailsTheRunAndNamesTheSetting) {
  auto options = quick();
  options.time_max = std::chrono::seconds(1);
  run_with(options);
  EXPECT_EQ(state(), RunState::failed);
  EXPECT_THAT(catalog_->runs().find(tenant_, run_.id)->error,
              HasSubstr("longer than the 1 s that the setting runs.time_s"));
}

TEST_F(EndlessLoadTest, AShutdownLeavesTheRunToTheNextProcess) {
  std::stop_source shutdown;
  std::jthread stopper([&] {
    while (state() != RunState::running)
      std::this_thread::yield();
    shutdown.request_stop();
  });
  run_with(quick(), shutdown.get_token());
  EXPECT_EQ(state(), RunState::running);
  engine_.endless = false;
  run_with(quick());
  EXPECT_EQ(state(), RunState::succeeded);
}

// Another process holds the catalog, and every change waits.
class LockedCatalogTest : public TestDirectory, public EndlessLoadTest {
 protected:
  LockedCatalogTest() : EndlessLoadTest(file("catalog.db")) {}
};

TEST_F(LockedCatalogTest, ALeaseThatCannotBeRenewedInTimeEndsTheLoad) {
  soci::session other(soci::sqlite3, "db=" + file("catalog.db"));
  engine_.meanwhile = [&] { other << "BEGIN IMMEDIATE"; };
  engine_.afterwards = [&] { other << "ROLLBACK"; };
  auto options = quick();
  options.lease = std::chrono::milliseconds(100);
  Runner runner(*catalog_, engine_, store_, clock_, options);
  const auto ran = runner.run_next();
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.error().message, HasSubstr("its lease of 100 ms was not renewed"));
  EXPECT_EQ(state(), RunState::running);
  EXPECT_EQ(catalog_->runs().tasks(run_.id)->back().state, RunState::running);
  engine_ = {};
  run_with(quick());
  EXPECT_EQ(state(), RunState::succeeded) << "the next runner need not wait";
}

TEST_F(CourierTest, ARunWhoseOwnerDiedIsDoneAgain) {
  batch("2027-03-02", 8);
  const auto saved = catalog_->couriers().add(tenant_, courier(load_into(feed()))).value();
  catalog::Run run;
  run.courier_id = saved.id;
  const auto id = catalog_->runs().add(tenant_, run)->id;
  ASSERT_TRUE(catalog_->runs().claim("dead", std::chrono::seconds(15)).value());
  Runner runner(*catalog_, engine_, store_, clock_, {.owner = "living"});
  EXPECT_FALSE(runner.run_next().value()) << "its lease is not over";
  clock_.advance(std::chrono::seconds(16));
  EXPECT_TRUE(runner.run_next().value());
  EXPECT_EQ(catalog_->runs().find(tenant_, id)->state, RunState::succeeded);
}

}  // namespace
}  // namespace weir::courier
