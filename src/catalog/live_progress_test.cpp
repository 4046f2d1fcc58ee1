#include "catalog/live_progress.hpp"

#include <set>

#include <gtest/gtest.h>

namespace weir::catalog {
namespace {

using std::chrono::seconds;

/// A stream with a batch after the other, some of which cannot be loaded.
class LiveProgressTest : public ::testing::Test {
 protected:
  std::vector<std::uint64_t> waiting() const {
    std::vector<std::uint64_t> out;
    for (std::uint64_t no = progress_.loaded_to + 1;
         no <= newest_ && out.size() < live_round_batches_max; ++no)
      out.push_back(no);
    return out;
  }
  bool fails(const BatchRange& round) const {
    for (std::uint64_t no = round.after + 1; no <= round.to; ++no)
      if (all_fail_ || bad_.contains(no)) return true;
    return false;
  }
  /// One round, as soon as it may be.
  void step() {
    if (progress_.retry_at) now_ = std::max(now_, *progress_.retry_at);
    const BatchRange round = next_round(progress_, waiting());
    ++rounds_;
    if (!fails(round)) {
      for (std::uint64_t no = round.after + 1; no <= round.to; ++no)
        loaded_.insert(no);
      progress_ = after_success(progress_, round);
      return;
    }
    const auto after = after_failure(progress_, round, now_);
    if (after.left_out) left_out_.insert(round.to);
    progress_ = after.progress;
  }
  void run(int rounds_max) {
    for (int i = 0; i < rounds_max && progress_.loaded_to < newest_; ++i)
      step();
  }

  LiveProgress progress_;
  Time now_ = *parse_time("2027-03-02T08:00:00Z");
  std::uint64_t newest_ = 0;
  std::set<std::uint64_t> bad_;
  bool all_fail_ = false;
  std::set<std::uint64_t> loaded_;
  std::set<std::uint64_t> left_out_;
  int rounds_ = 0;
};

TEST_F(LiveProgressTest, ARoundTakesAllThatWaitsUpToABound) {
  newest_ = 2500;
  run(10);
  EXPECT_EQ(rounds_, 3);
  EXPECT_EQ(loaded_.size(), 2500u);
}

TEST_F(LiveProgressTest, OneBadBatchIsLeftOutAndAllOthersAreLoaded) {
  for (const std::uint64_t bad : {1, 2, 500, 999}) {
    progress_ = {};
    loaded_.clear();
    left_out_.clear();
    newest_ = 1000;
    bad_ = {bad};
    run(100);
    EXPECT_EQ(progress_.loaded_to, 1000u) << bad;
    EXPECT_EQ(loaded_.size(), 999u) << bad;
    EXPECT_EQ(left_out_, bad_);
  }
}

TEST_F(LiveProgressTest, ABadBatchIsTriedForAMinuteBeforeItIsLeftOut) {
  newest_ = 2;
  bad_ = {1};
  const Time begun = now_;
  run(100);
  EXPECT_EQ(left_out_, bad_);
  EXPECT_GE(now_ - begun, seconds(60));
  EXPECT_LT(now_ - begun, seconds(180));
}

TEST_F(LiveProgressTest, TheNewestBatchIsTriedAgainUntilALaterOneTellsWhoseFaultItIs) {
  newest_ = 1;
  bad_ = {1};
  run(50);
  EXPECT_TRUE(left_out_.empty());
  EXPECT_EQ(*progress_.retry_at - now_, live_wait_max);
  newest_ = 2;
  run(10);
  EXPECT_EQ(left_out_, bad_);
  EXPECT_EQ(loaded_, std::set<std::uint64_t>{2});
}

TEST_F(LiveProgressTest, WithACauseOfAllBatchesNoneIsLeftOut) {
  newest_ = 100;
  all_fail_ = true;
  run(200);
  EXPECT_TRUE(left_out_.empty());
  EXPECT_EQ(progress_.loaded_to, 0u);
  EXPECT_LE(*progress_.retry_at - now_, live_wait_max);
  // Whichever batch is tried first after it is mended, none is left out for that.
  for (int more = 0; more < 2; ++more) {
    all_fail_ = false;
    const LiveProgress mended = progress_;
    run(50);
    EXPECT_EQ(loaded_.size(), 100u);
    EXPECT_TRUE(left_out_.empty());
    progress_ = mended;
    loaded_.clear();
    all_fail_ = true;
    step();
  }
}

TEST_F(LiveProgressTest, SeveralBadBatchesAreEachLeftOut) {
  newest_ = 50;
  bad_ = {3, 4, 5, 30};
  run(500);
  EXPECT_EQ(left_out_, bad_);
  EXPECT_EQ(loaded_.size(), 46u);
}

}  // namespace
}  // namespace weir::catalog
