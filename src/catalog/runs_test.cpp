#include "catalog/runs.hpp"

#include <gmock/gmock.h>

#include "catalog/catalog_fixture.hpp"

namespace weir::catalog {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class RunsTest : public CatalogTest {
 protected:
  RunsTest() {
    Courier courier;
    courier.name = "Hourly";
    courier.stream_id = "is-x";
    courier_id_ = catalog_->couriers().add(acme_, courier)->id;
  }
  Runs& runs() { return catalog_->runs(); }
  Run schedule(RunRange range = {}) {
    Run run;
    run.courier_id = courier_id_;
    run.range = range;
    return runs().add(acme_, run).value();
  }
  /// Keeps the lease in `lease_`.
  std::string claimed_id(const std::string& owner) {
    const auto claimed = runs().claim(owner, seconds(30)).value();
    if (!claimed) return "none";
    lease_ = claimed->lease;
    return claimed->run.id;
  }
  static RunTask task_of(const Run& run, const std::string& id) {
    RunTask task;
    task.id = id;
    task.run_id = run.id;
    return task;
  }
  RunState state(const Run& run) { return runs().find(acme_, run.id)->state; }

  std::string courier_id_;
  RunLease lease_;
};

TEST_F(RunsTest, ARunIsScheduledUnderItsCouriersName) {
  Run wanted;
  wanted.courier_id = courier_id_;
  wanted.range = {parse_day("2027-03-01"), parse_day("2027-03-02")};
  wanted.load_only = true;
  wanted.skip_missing = true;
  const auto added = runs().add(acme_, wanted);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_THAT(added->id, MatchesRegex("wf-20270302-[0-9]{5}-[0-9A-Za-z]{6}"));
  const Run run = runs().find(acme_, added->id).value();
  EXPECT_EQ(run.name, "Hourly");
  EXPECT_EQ(run.state, RunState::scheduled);
  EXPECT_EQ(run.range.from, parse_day("2027-03-01"));
  EXPECT_EQ(run.range.to, parse_day("2027-03-02"));
  EXPECT_TRUE(run.load_only);
  EXPECT_TRUE(run.skip_missing);
  EXPECT_EQ(run.created_at, clock_.now());
  EXPECT_EQ(run.started_at, std::nullopt);
}

TEST_F(RunsTest, ACourierOfAnotherTenantIsNotRun) {
  Run wanted;
  wanted.courier_id = courier_id_;
  EXPECT_EQ(code_of(runs().add(rival_, wanted)), Errc::not_found);
  EXPECT_EQ(code_of(runs().find(rival_, schedule().id)), Errc::not_found);
}

TEST_F(RunsTest, RunsAreClaimedOldestFirstAndOnce) {
  const Run first = schedule();
  const Run second = schedule();
  const auto claimed = runs().claim("a", seconds(30)).value();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->run.id, first.id);
  EXPECT_EQ(claimed->run.state, RunState::started);
  EXPECT_EQ(claimed->run.started_at, clock_.now());
  EXPECT_EQ(claimed_id("b"), second.id);
  EXPECT_EQ(claimed_id("c"), "none");
}

TEST_F(RunsTest, ALeaseThatIsRenewedIsKept) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  clock_.turn(seconds(29));
  ASSERT_TRUE(runs().renew(lease_, seconds(30)));
  clock_.turn(seconds(29));
  EXPECT_EQ(claimed_id("b"), "none");
}

TEST_F(RunsTest, ARunLeftBehindIsClaimedAgainAndLostToItsOwner) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  const RunLease lost = lease_;
  const auto started = clock_.now();
  clock_.turn(seconds(30));
  EXPECT_EQ(claimed_id("b"), run.id);
  EXPECT_EQ(runs().find(acme_, run.id)->started_at, started) << "it started when it started";
  EXPECT_EQ(code_of(runs().renew(lost, seconds(30))), Errc::conflict);
  EXPECT_EQ(code_of(runs().save(lost, {.tasks = {task_of(run, "late")}})), Errc::conflict);
  EXPECT_EQ(code_of(runs().finish(lost, RunState::failed, "late")), Errc::conflict);
  EXPECT_THAT(message_of(runs().finish(lost, RunState::failed, "late")),
              HasSubstr("another claimed it"));
  EXPECT_EQ(state(run), RunState::started);
  EXPECT_TRUE(runs().tasks(run.id)->empty());
  EXPECT_TRUE(runs().finish(lease_, RunState::succeeded, ""));
  EXPECT_EQ(state(run), RunState::succeeded);
}

TEST_F(RunsTest, AnEarlierLeaseIsWorthNothingWhenItsOwnerGotTheRunBack) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  const RunLease first = lease_;
  clock_.turn(seconds(30));
  ASSERT_EQ(claimed_id("b"), run.id);
  clock_.turn(seconds(30));
  ASSERT_EQ(claimed_id("a"), run.id);
  EXPECT_EQ(code_of(runs().finish(first, RunState::failed, "late")), Errc::conflict);
  EXPECT_TRUE(runs().finish(lease_, RunState::succeeded, ""));
}

TEST_F(RunsTest, ALeaseThatRanOutAndWasTakenByNobodyIsStillGood) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  clock_.turn(seconds(3600));
  EXPECT_TRUE(runs().save(lease_, {.tasks = {task_of(run, "wft-1")}}));
  EXPECT_TRUE(runs().finish(lease_, RunState::succeeded, ""));
}

TEST_F(RunsTest, TheRunsOfOwnersKnownToBeGoneAreClaimedAtOnce) {
  const Run running = schedule();
  const Run stopping = schedule();
  const Run over = schedule();
  for (const Run& run : {running, stopping, over})
    ASSERT_EQ(claimed_id("gone"), run.id);
  ASSERT_TRUE(runs().stop(acme_, stopping.id));
  ASSERT_TRUE(runs().finish(lease_, RunState::succeeded, ""));
  EXPECT_EQ(claimed_id("b"), "none");
  EXPECT_EQ(runs().end_leases().value(), 2u);
  EXPECT_EQ(claimed_id("b"), running.id);
  EXPECT_EQ(claimed_id("b"), stopping.id);
  EXPECT_EQ(claimed_id("b"), "none");
  EXPECT_EQ(state(over), RunState::succeeded);
}

TEST_F(RunsTest, AFinishedRunStaysAsItIs) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  clock_.turn(seconds(5));
  ASSERT_TRUE(runs().finish(lease_, RunState::failed, "Cannot find required feeds: \"df-x\""));
  const Run finished = runs().find(acme_, run.id).value();
  EXPECT_EQ(finished.state, RunState::failed);
  EXPECT_EQ(finished.error, "Cannot find required feeds: \"df-x\"");
  EXPECT_EQ(finished.ended_at, clock_.now());
  EXPECT_EQ(code_of(runs().finish(lease_, RunState::succeeded, "")), Errc::conflict);
  EXPECT_EQ(code_of(runs().renew(lease_, seconds(30))), Errc::conflict);
  EXPECT_EQ(code_of(runs().stop(acme_, run.id)), Errc::conflict);
  clock_.turn(seconds(3600));
  EXPECT_EQ(claimed_id("b"), "none");
}

TEST_F(RunsTest, ARunEndsInAStateThatIsAnEnd) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  EXPECT_EQ(code_of(runs().finish(lease_, RunState::running, "")), Errc::internal);
  lease_.run_id = "wf-none";
  EXPECT_EQ(code_of(runs().finish(lease_, RunState::failed, "")), Errc::not_found);
}

TEST_F(RunsTest, AScheduledRunStopsAtOnce) {
  const Run run = schedule();
  EXPECT_EQ(code_of(runs().stop(rival_, run.id)), Errc::not_found);
  const auto stopped = runs().stop(acme_, run.id);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->state, RunState::stopped);
  EXPECT_EQ(stopped->ended_at, clock_.now());
  EXPECT_EQ(claimed_id("a"), "none");
}

TEST_F(RunsTest, ARunningRunIsStoppingUntilItsOwnerEndsIt) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  EXPECT_EQ(runs().stop(acme_, run.id)->state, RunState::stopping);
  EXPECT_EQ(runs().stop(acme_, run.id)->state, RunState::stopping);
  EXPECT_TRUE(runs().renew(lease_, seconds(30)));
  EXPECT_TRUE(runs().finish(lease_, RunState::stopped, ""));
  EXPECT_EQ(state(run), RunState::stopped);
}

TEST_F(RunsTest, AStopIsNotForgottenWithItsOwner) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  ASSERT_TRUE(runs().stop(acme_, run.id));
  clock_.turn(seconds(30));
  const auto claimed = runs().claim("b", seconds(30)).value();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->run.state, RunState::stopping);
}

TEST_F(RunsTest, TasksAreKeptInOrderAndReplaced) {
  const Run run = schedule();
  ASSERT_EQ(claimed_id("a"), run.id);
  RunTask load{dated_id(random_, id_prefix::workflow_task, clock_.now()),
               run.id,
               1,
               "load",
               "Load WebEvents",
               RunState::running,
               "",
               "{}",
               clock_.now(),
               {}};
  EXPECT_THAT(load.id, MatchesRegex("wft-20270302-[0-9]{5}-[0-9A-Za-z]{6}"));
  RunTask find = load;
  find.id = "wft-20270302-00001-aaaaaa";
  find.position = 0;
  find.kind = "find-batches";
  ASSERT_TRUE(runs().save(lease_, {.tasks = {load}}));
  ASSERT_TRUE(runs().save(lease_, {.tasks = {find}}));
  load.state = RunState::failed;
  load.error = "line 1";
  load.detail = R"({"read":3})";
  load.ended_at = clock_.now();
  ASSERT_TRUE(runs().save(lease_, {.tasks = {load}}));
  const auto tasks = runs().tasks(run.id).value();
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].kind, "find-batches");
  EXPECT_EQ(tasks[0].ended_at, std::nullopt);
  EXPECT_EQ(tasks[1].state, RunState::failed);
  EXPECT_EQ(tasks[1].error, "line 1");
  EXPECT_EQ(tasks[1].detail, R"({"read":3})");
  EXPECT_EQ(tasks[1].ended_at, clock_.now());
}

TEST_F(RunsTest, ATaskBelongsToItsRun) {
  const Run one = schedule();
  ASSERT_EQ(claimed_id("a"), one.id);
  ASSERT_TRUE(runs().save(lease_, {.tasks = {task_of(one, "wft-1")}}));
  const Run other = schedule();
  EXPECT_EQ(code_of(runs().save(lease_, {.tasks = {task_of(other, "wft-2")}})), Errc::internal);
  ASSERT_EQ(claimed_id("a"), other.id);
  EXPECT_EQ(code_of(runs().save(lease_, {.tasks = {task_of(other, "wft-1")}})), Errc::conflict);
}

TEST_F(RunsTest, EveryStateHasItsWord) {
  for (const char* word : {"scheduled", "started", "running", "stopping", "stopped", "succeeded",
                           "failed", "skipped", "canceled"}) {
    const auto parsed = parse_run_state(word);
    ASSERT_TRUE(parsed) << word;
    EXPECT_EQ(to_string(*parsed), word);
  }
  EXPECT_EQ(parse_run_state("Running"), std::nullopt);
}

}  // namespace
}  // namespace weir::catalog
