#include "catalog/live_runs.hpp"

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"

namespace weir::catalog {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A stream with one batch that was there before, and a live courier.
class LiveRunsTest : public BatchTest {
 protected:
  LiveRunsTest() : stream_(add_stream(acme_)) {
    batch();
    courier_ = catalog_->couriers().add(acme_, live_courier()).value();
  }
  LiveRuns& live() { return catalog_->live_runs(); }
  Courier live_courier() const {
    Courier courier;
    courier.name = "Live";
    courier.stream_id = stream_.id;
    courier.trigger = Trigger::each_batch;
    return courier;
  }
  /// Commits one more batch of the stream.
  void batch() {
    ++batches_made_;
    ASSERT_TRUE(commit(one_file(stream_, batches_made_, batches_made_, Lsn{4096 * batches_made_})));
  }
  std::optional<ClaimedRun> claim(const std::string& owner = "a") {
    return live().claim(owner, seconds(30)).value();
  }
  std::vector<std::string> paths(const Run& run) {
    std::vector<std::string> out;
    const BatchFilter filter{.stream_id = stream_.id, .committed = run.round};
    const auto found = batches().find(acme_, filter).value();
    for (const Batch& batch : found)
      out.push_back(batch.path.substr(batch.path.rfind('-') + 1));
    return out;
  }
  /// Does all rounds that are due; how many there were.
  int rounds() {
    int done = 0;
    for (; const auto claimed = claim(); ++done)
      EXPECT_TRUE(live().finish_round(claimed->lease));
    return done;
  }
  std::size_t runs_in_list() { return catalog_->runs().list(acme_, {.limit = 100})->items.size(); }
  LiveState state() { return live().state(acme_, courier_.id).value().value(); }

  Stream stream_;
  Courier courier_;
  std::uint64_t batches_made_ = 0;
};

TEST_F(LiveRunsTest, ARoundIsOfTheBatchesCommittedSinceTheRoundBefore) {
  EXPECT_FALSE(claim()) << "what was there when it became live is left to a run by hand";
  batch();
  batch();
  const auto first = claim();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->run.state, RunState::running);
  EXPECT_TRUE(first->run.live);
  EXPECT_THAT(paths(first->run), ElementsAre("2.ndjson", "3.ndjson"));
  batch();  // while the round is at work
  EXPECT_FALSE(claim("b")) << "one round at a time";
  EXPECT_THAT(paths(first->run), ElementsAre("2.ndjson", "3.ndjson"));
  ASSERT_TRUE(live().finish_round(first->lease));
  const auto second = claim();
  ASSERT_TRUE(second);
  EXPECT_THAT(paths(second->run), ElementsAre("4.ndjson"));
  ASSERT_TRUE(live().finish_round(second->lease));
  EXPECT_FALSE(claim());
  EXPECT_EQ(code_of(live().finish_round(second->lease)), Errc::conflict);
}

TEST_F(LiveRunsTest, AThousandRoundsOfADayAreOneRun) {
  for (int i = 0; i < 1000; ++i) {
    batch();
    EXPECT_EQ(rounds(), 1);
  }
  EXPECT_EQ(runs_in_list(), 1u);
  const Run run = catalog_->runs().find(acme_, state().run_id).value();
  EXPECT_EQ(run.rounds, 1000u);
  EXPECT_EQ(run.state, RunState::running);
  clock_.turn(hours(24));
  batch();
  EXPECT_EQ(rounds(), 1);
  EXPECT_EQ(runs_in_list(), 2u);
  EXPECT_EQ(catalog_->runs().find(acme_, run.id)->state, RunState::succeeded);
}

TEST_F(LiveRunsTest, ARoundLeftByADeadOwnerIsDoneAgainAsItWas) {
  batch();
  const auto left = claim("dead");
  batch();
  clock_.turn(seconds(31));
  const auto again = claim("b");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->run.id, left->run.id);
  EXPECT_EQ(again->run.round, left->run.round);
  EXPECT_EQ(again->lease.epoch, left->lease.epoch + 1);
  EXPECT_EQ(code_of(live().finish_round(left->lease)), Errc::conflict);
  ASSERT_TRUE(live().finish_round(again->lease));
  EXPECT_EQ(rounds(), 1) << "the batch that came meanwhile";
  EXPECT_EQ(state().waiting, 0u);
}

TEST_F(LiveRunsTest, ARestartTakesTheRoundUpAtOnce) {
  batch();
  ASSERT_TRUE(claim("dead"));
  EXPECT_FALSE(claim("b"));
  EXPECT_EQ(catalog_->runs().end_leases().value(), 1u);
  EXPECT_EQ(rounds(), 1);
  EXPECT_EQ(catalog_->runs().end_leases().value(), 0u) << "nobody holds it between two rounds";
}

TEST_F(LiveRunsTest, LiveRunsAreNoWorkForThoseWhoClaimOtherRuns) {
  batch();
  EXPECT_FALSE(catalog_->runs().claim("a", seconds(30)).value());
  ASSERT_TRUE(claim());
  clock_.turn(seconds(31));
  EXPECT_FALSE(catalog_->runs().claim("a", seconds(30)).value());
}

TEST_F(LiveRunsTest, AFailureIsSeenAndTriedAgainWithMoreAndMoreTimeBetween) {
  batch();
  batch();
  const auto first = claim();
  ASSERT_TRUE(live().fail_round(first->lease, "Feed df-1 is not active."));
  EXPECT_FALSE(claim());
  EXPECT_EQ(state().progress.failures, 1u);
  EXPECT_EQ(state().error, "Feed df-1 is not active.");
  EXPECT_EQ(state().waiting, 2u);
  EXPECT_EQ(catalog_->runs().find(acme_, first->run.id)->error, "Feed df-1 is not active.");
  clock_.turn(seconds(1));
  const auto second = claim();
  ASSERT_TRUE(second);
  EXPECT_THAT(paths(second->run), ElementsAre("2.ndjson")) << "one at a time, to find the culprit";
  ASSERT_TRUE(live().fail_round(second->lease, "Feed df-1 is not active."));
  clock_.turn(seconds(1));
  EXPECT_FALSE(claim());
  clock_.turn(seconds(1));
  EXPECT_EQ(rounds(), 2);
  EXPECT_EQ(state().error, "");
  EXPECT_EQ(state().waiting, 0u);
  EXPECT_EQ(runs_in_list(), 1u);
}

TEST_F(LiveRunsTest, EditingTheCourierEndsTheWait) {
  batch();
  ASSERT_TRUE(live().fail_round(claim()->lease, "bad query"));
  EXPECT_FALSE(claim());
  ASSERT_TRUE(catalog_->couriers().update(acme_, courier_));
  EXPECT_EQ(rounds(), 1);
}

TEST_F(LiveRunsTest, ABatchThatAloneCannotBeLoadedIsLeftOutAndItsRunSaysSo) {
  batch();  // 2, the culprit
  batch();
  std::string left_out_run;
  for (int i = 0; i < 100 && state().waiting > 0; ++i) {
    clock_.turn(live_wait_max);
    const auto claimed = claim();
    ASSERT_TRUE(claimed);
    const auto files = paths(claimed->run);
    const bool fails = std::find(files.begin(), files.end(), "2.ndjson") != files.end();
    ASSERT_TRUE(fails ? live().fail_round(claimed->lease, "It differs from the manifest.")
                      : live().finish_round(claimed->lease));
    const Run run = catalog_->runs().find(acme_, claimed->run.id).value();
    if (run.state == RunState::failed) left_out_run = run.error;
  }
  EXPECT_EQ(state().waiting, 0u);
  EXPECT_THAT(left_out_run, HasSubstr("-2.ndjson was left out"));
  EXPECT_THAT(left_out_run, HasSubstr("run the courier by hand for 2027-03-02"));
  EXPECT_THAT(left_out_run, HasSubstr("It differs from the manifest."));
  EXPECT_EQ(runs_in_list(), 2u);
}

TEST_F(LiveRunsTest, ACourierThatIsSwitchedOffGoesOnWhereItWas) {
  batch();
  EXPECT_EQ(rounds(), 1);
  const std::string run = state().run_id;
  courier_.trigger = Trigger::by_hand;
  ASSERT_TRUE(catalog_->couriers().update(acme_, courier_));
  EXPECT_EQ(catalog_->runs().find(acme_, run)->state, RunState::succeeded);
  EXPECT_FALSE(live().state(acme_, courier_.id).value());
  batch();
  EXPECT_EQ(rounds(), 0);
  courier_.trigger = Trigger::each_batch;
  ASSERT_TRUE(catalog_->couriers().update(acme_, courier_));
  const auto claimed = claim();
  ASSERT_TRUE(claimed);
  EXPECT_THAT(paths(claimed->run), ElementsAre("3.ndjson"));
}

TEST_F(LiveRunsTest, ACourierDeletedWhileItLoadsEndsItsRun) {
  batch();
  const auto claimed = claim();
  ASSERT_TRUE(catalog_->couriers().remove(acme_, courier_.id));
  ASSERT_TRUE(live().finish_round(claimed->lease));
  EXPECT_EQ(catalog_->runs().find(acme_, claimed->run.id)->state, RunState::succeeded);
  batch();
  EXPECT_EQ(rounds(), 0);
}

TEST_F(LiveRunsTest, AStopBetweenTwoRoundsEndsTheRunAndTheNextBatchBeginsAnother) {
  batch();
  EXPECT_EQ(rounds(), 1);
  const std::string run = state().run_id;
  EXPECT_EQ(catalog_->runs().stop(acme_, run)->state, RunState::stopped);
  batch();
  EXPECT_EQ(rounds(), 1);
  EXPECT_NE(state().run_id, run);
}

TEST_F(LiveRunsTest, TheCourierThatWaitsLongestGoesFirst) {
  const Stream other = add_stream(acme_);
  Courier second = live_courier();
  second.stream_id = other.id;
  second = catalog_->couriers().add(acme_, second).value();
  auto early = one_file(other, 1, 1, Lsn{4096 * 100});
  ASSERT_TRUE(commit(early));
  batches_made_ = 1;
  auto late = one_file(stream_, 2, 2, Lsn{4096 * 101});
  ASSERT_TRUE(commit(late));
  EXPECT_EQ(claim()->run.courier_id, second.id);
  EXPECT_EQ(claim()->run.courier_id, courier_.id);
  EXPECT_FALSE(claim());
}

TEST_F(LiveRunsTest, RoundsThatFollowEachOtherAreOneRowForReceipts) {
  std::vector<Batch> made;
  std::string run;
  for (int i = 0; i < 5; ++i) {
    batch();
    const auto claimed = claim();
    run = claimed->run.id;
    const TableLoad load{.tenant_no = acme_,
                         .table = "Shop:Orders",
                         .chosen = {.stream_id = stream_.id, .committed = claimed->run.round},
                         .committed = claimed->run.round.to};
    ASSERT_TRUE(catalog_->loads().add(claimed->lease, load));
    ASSERT_TRUE(catalog_->loads().add(claimed->lease, load)) << "done again after a crash";
    ASSERT_TRUE(live().finish_round(claimed->lease));
  }
  const auto all = batches().find(acme_, {.stream_id = stream_.id}).value();
  EXPECT_TRUE(catalog_->loads().of(all[0]).value().empty()) << "it was there before";
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto into = catalog_->loads().of(all[i]).value();
    ASSERT_EQ(into.size(), 1u) << i;
    EXPECT_EQ(into[0].run_id, run);
  }
}

TEST_F(LiveRunsTest, WhatALoadByHandEmptiedIsNotReportedWithLaterRounds) {
  const auto round = [this] {
    batch();
    const auto claimed = claim();
    ASSERT_TRUE(catalog_->loads().add(
        claimed->lease, {.tenant_no = acme_,
                         .table = "Shop:Orders",
                         .chosen = {.stream_id = stream_.id, .committed = claimed->run.round},
                         .committed = claimed->run.round.to}));
    ASSERT_TRUE(live().finish_round(claimed->lease));
  };
  round();
  Run emptying;
  emptying.courier_id = courier_.id;
  ASSERT_TRUE(catalog_->runs().add(acme_, emptying));
  const auto by_hand = catalog_->runs().claim("a", seconds(30)).value();
  ASSERT_TRUE(catalog_->loads().add(by_hand->lease, {.tenant_no = acme_,
                                                     .table = "Shop:Orders",
                                                     .chosen = {.stream_id = stream_.id},
                                                     .truncates = true,
                                                     .fills = false}));
  round();
  const auto all = batches().find(acme_, {.stream_id = stream_.id}).value();
  EXPECT_TRUE(catalog_->loads().of(all[1]).value().empty());
  EXPECT_EQ(catalog_->loads().of(all[2])->size(), 1u);
}

}  // namespace
}  // namespace weir::catalog
