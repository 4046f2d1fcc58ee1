#include <string>
#include <thread>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LedgerTest : public EngineFixture {
 protected:
  Load named(Load load, const std::string& run, std::uint64_t epoch = 1) {
    load.id = {run, "df-1", epoch};
    return load;
  }
  /// "number run table state read inserted" of each load, newest first.
  std::vector<std::string> ledger(const LedgerFilter& filter = {}) {
    const auto records = engine_->ledger("acme", filter);
    if (!records) return {records.error().message};
    std::vector<std::string> out;
    for (const LoadRecord& each : *records) {
      const char* state = each.state == LoadState::done ? "done" : "over";
      EXPECT_EQ(each.at, clock_.now());
      out.push_back(each.id.run + " " + each.table + " " + state + " " +
                    std::to_string(each.counts.read) + " " + std::to_string(each.counts.inserted));
    }
    return out;
  }
};

TEST_F(LedgerTest, ALoadThatIsDoneIsToldAndNotDoneAgain) {
  Load load = named(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":1}\n{\"id\":\"x\"}\n"), "wr-1");
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "3 1 0 1 1");
  EXPECT_FALSE(last_.repeated);
  const std::uint64_t number = last_.load;
  const std::string file = last_.files.at(0).file;
  load.truncate = true;  // would insert
  reopen();
  EXPECT_EQ(counts(load), "3 1 0 1 1");
  EXPECT_TRUE(last_.repeated);
  EXPECT_EQ(last_.load, number);
  ASSERT_EQ(last_.files.size(), 1u);
  EXPECT_EQ(last_.files[0].file, file);
  EXPECT_EQ(last_.files[0].read, 3u);
  EXPECT_EQ(last_.files[0].errors, 1u);
  EXPECT_THAT(orders(), ElementsAre("1|null"));
  EXPECT_THAT(ledger(), ElementsAre("wr-1 Shop:Orders done 3 1"));
  load.id.run = "wr-2";
  EXPECT_EQ(counts(load), "3 1 0 1 1");
  EXPECT_FALSE(last_.repeated);
  EXPECT_GT(last_.load, number);
  load.id.feed = "df-2";
  EXPECT_EQ(counts(load), "3 1 0 1 1") << "into a table of another feed of the run";
  EXPECT_FALSE(last_.repeated);
  load.id.round = 1;
  EXPECT_EQ(counts(load), "3 1 0 1 1");
  EXPECT_FALSE(last_.repeated);
  EXPECT_EQ(counts(load), "3 1 0 1 1");
  EXPECT_TRUE(last_.repeated);
}

TEST_F(LedgerTest, ALoadOverTheThresholdIsToldAndMayBeDoneAgain) {
  Load load = named(load_of("{\"id\":1}\n{\"id\":\"x\"}\n"), "wr-1");
  EXPECT_EQ(counts(load), "2 0 0 1 1 over");
  EXPECT_THAT(ledger(), ElementsAre("wr-1 Shop:Orders over 2 0"));
  load.error_threshold = 50;
  EXPECT_EQ(counts(load), "2 1 0 0 1");
  EXPECT_THAT(ledger(), ElementsAre("wr-1 Shop:Orders done 2 1", "wr-1 Shop:Orders over 2 0"));
}

TEST_F(LedgerTest, TheLedgerIsReadByTableAndRunInPages) {
  for (int i = 0; i < 5; ++i) {
    Load load = named(load_of("{\"id\":1}\n"), "wr-" + std::to_string(i));
    if (i % 2 == 1) load.table = "Shop:Others";
    EXPECT_NE(counts(load), "");
  }
  EXPECT_EQ(ledger().size(), 5u);
  EXPECT_THAT(ledger({.table = "Shop:Others"}),
              ElementsAre("wr-3 Shop:Others done 1 0", "wr-1 Shop:Others done 1 1"));
  EXPECT_THAT(ledger({.run = "wr-4"}), ElementsAre("wr-4 Shop:Orders done 1 0"));
  const auto first = engine_->ledger("acme", {.most = 2});
  ASSERT_TRUE(first);
  EXPECT_THAT(ledger({.before = first->back().counts.load, .most = 2}),
              ElementsAre("wr-2 Shop:Orders done 1 0", "wr-1 Shop:Others done 1 1"));
  EXPECT_THAT(ledger({.table = "it's"}), IsEmpty());
}

TEST_F(LedgerTest, ALoadOfAnEarlierOwnerIsRefused) {
  ASSERT_TRUE(engine_->fence("acme", "wr-1", 2));
  const Load load = load_of("{\"id\":1}\n");
  const auto refused = engine_->load(named(load, "wr-1", 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("taken over by another owner"));
  EXPECT_EQ(engine_->fence("acme", "wr-1", 1).error().code, Errc::conflict);
  reopen();
  EXPECT_FALSE(engine_->load(named(load, "wr-1", 1)));
  EXPECT_EQ(counts(named(load, "wr-1", 2)), "1 1 0 0 0");
  EXPECT_EQ(counts(named(load, "wr-0", 1)), "1 0 0 1 0") << "the fence is that run's alone";
}

TEST_F(LedgerTest, AnOwnerThatLosesItsRunWhileItLoadsCommitsNothing) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  std::string lines;
  for (int i = 0; i < 200'000; ++i)
    lines += "{\"id\":" + std::to_string(i) + "}\n";
  Load load = named(load_of(lines), "wr-1", 1);
  load.truncate = true;
  Progress progress;
  load.progress = &progress;
  std::string result;
  std::thread owner([&] { result = counts(load); });
  while (progress.stage == Progress::Stage::waiting)
    std::this_thread::yield();
  EXPECT_TRUE(engine_->fence("acme", "wr-1", 2));
  owner.join();
  EXPECT_THAT(result, HasSubstr("taken over by another owner"));
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  EXPECT_THAT(ledger({.run = "wr-1"}), IsEmpty());
}

}  // namespace
}  // namespace weir::engine::duckdb
