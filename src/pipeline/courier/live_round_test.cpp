#include <algorithm>
#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog.hpp"
#include "engine/test_engine.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "pipeline/courier/courier.hpp"
#include "pipeline/courier/fake_store.hpp"
#include "pipeline/courier/runner.hpp"

/// Live couriers: what their rounds load, and what becomes of a round that does not end well.
namespace weir::courier {
namespace {

using catalog::RunState;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Keeps what was loaded; loads that name a file in `bad` fail.
class LoadingEngine final : public engine::TestEngine {
 public:
  Result<engine::LoadCounts> load(const engine::Load& load) override {
    loads.push_back(load);
    if (meanwhile) meanwhile();
    std::uint64_t records = 0;
    for (const auto& file : load.operations.at(0).sources.at(0).files) {
      if (file.key == bad || bad == "all")
        return fail(Errc::bad_request, "The file " + file.key + " cannot be loaded.");
      records += file.records;
    }
    for (const auto& file : load.operations.at(0).sources.at(0).files)
      loaded.push_back(file.key);
    return engine::LoadCounts{.read = records, .inserted = records - 1, .errors = 1};
  }

  std::vector<engine::Load> loads;
  std::vector<std::string> loaded;
  std::string bad;
  std::function<void()> meanwhile;  // what happens while it loads
};

class LiveRoundTest : public ::testing::Test {
 protected:
  LiveRoundTest() {
    catalog_ = catalog::Catalog::open(":memory:", clock_, random_).value();
    tenant_ = catalog_->tenants().add("acme")->no;
    stream_ = catalog_->streams().add(tenant_, {.name = "orders"}).value();
    catalog::Feed feed;
    feed.source = "Shop";
    feed.name = "Orders";
    feed.fields = {{.name = "id", .type = "string"}};
    feed.primary_key = {"id"};
    feed = catalog_->feeds().add(tenant_, feed).value();
    feed_ = catalog_->feeds().activate(tenant_, feed.id).value();
    courier_.tenant_no = tenant_;
    courier_.name = "orders";
    courier_.stream_id = stream_.id;
    courier_.file_format = "NDJSON";
    courier_.file_tag = "streaming";
    courier_.load_operations = R"({")" + feed_.id + R"(":[{"type":"load","file":"streaming"}]})";
    courier_.trigger = catalog::Trigger::each_batch;
    EXPECT_TRUE(check(*catalog_, courier_));
    courier_ = catalog_->couriers().add(tenant_, courier_).value();
  }

  /// Commits a batch of ten records; its file is called by its number, from 1.
  void batch() {
    const std::uint64_t first = batches_made_ * 10 + 1;
    catalog::BatchCommit commit;
    commit.read = checkpoint_;
    commit.checkpoint = {checkpoint_.lsn.value + 4096};
    commit.positions = {{stream_.no, {first}, {first + 10}, PayloadType::json}};
    catalog::Batch batch;
    batch.path = std::to_string(++batches_made_);
    batch.stream = stream_.no;
    batch.day = *parse_day("2027-03-02");
    batch.hour = 8;
    batch.first_sequence = {first};
    batch.last_sequence = {first + 9};
    batch.records = 10;
    batch.first_received_at = batch.day + std::chrono::hours(8);
    batch.last_received_at = batch.first_received_at;
    commit.batches = {batch};
    checkpoint_ = catalog_->batches().commit(commit).value();
  }
  /// One round; false when none is due.
  bool round(bool live_only = true) {
    Runner runner(*catalog_, engine_, store_, clock_, {.owner = "test", .live_only = live_only});
    const auto ran = runner.run_next();
    EXPECT_TRUE(ran) << ran.error().message;
    return ran && *ran;
  }
  catalog::LiveState state() {
    return catalog_->live_runs().state(tenant_, courier_.id).value().value();
  }
  std::string load_detail() {
    const auto tasks = catalog_->runs().tasks(state().run_id).value();
    for (const auto& task : tasks)
      if (task.kind == "load") return task.detail;
    return "";
  }
  std::string refusal(const catalog::Courier& courier) {
    const auto checked = check(*catalog_, courier);
    return checked ? "" : checked.error().message;
  }

  ManualClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<catalog::Catalog> catalog_;
  LoadingEngine engine_;
  FakeStore store_;
  std::uint32_t tenant_ = 0;
  catalog::Stream stream_;
  catalog::Feed feed_;
  catalog::Courier courier_;
  catalog::Checkpoint checkpoint_;
  std::uint64_t batches_made_ = 0;
};

TEST_F(LiveRoundTest, TheTimeFromABatchsFirstRecordToItsRowsIsToldOnceItIsLoaded) {
  std::vector<std::string> lags;
  const auto measured_round = [&] {
    Runner runner(*catalog_, engine_, store_, clock_,
                  {.owner = "test",
                   .live_only = true,
                   .on_live_batch = [&](const std::string& courier, std::chrono::microseconds lag) {
                     lags.push_back(courier + " " + std::to_string(lag / seconds(1)));
                   }});
    EXPECT_TRUE(runner.run_next());
  };
  clock_.set(*parse_time("2027-03-02T08:00:01Z"));
  batch();
  engine_.bad = "1";
  measured_round();
  EXPECT_THAT(lags, IsEmpty()) << "the batch is not loaded yet";
  engine_.bad = "";
  engine_.meanwhile = [this] { clock_.advance(seconds(2)); };
  clock_.advance(seconds(1));
  measured_round();
  EXPECT_THAT(lags, ElementsAre(courier_.id + " 4"));
}

TEST_F(LiveRoundTest, EachBatchIsLoadedOnceAndABatchThatComesMeanwhileNext) {
  EXPECT_FALSE(round());
  batch();
  batch();
  engine_.meanwhile = [this] {
    engine_.meanwhile = {};
    batch();
  };
  EXPECT_TRUE(round());
  EXPECT_THAT(engine_.loaded, ElementsAre("1", "2"));
  EXPECT_TRUE(round());
  EXPECT_THAT(engine_.loaded, ElementsAre("1", "2", "3"));
  EXPECT_FALSE(round());
}

TEST_F(LiveRoundTest, TheRunCarriesTheSumsOfItsRounds) {
  for (int i = 0; i < 5; ++i) {
    batch();
    EXPECT_TRUE(round());
  }
  EXPECT_EQ(catalog_->runs().tasks(state().run_id)->size(), 3u);
  EXPECT_THAT(load_detail(), HasSubstr(R"("read":10,"inserted":9)"));
  EXPECT_THAT(load_detail(), HasSubstr(R"("all_rounds":{"records":0,"read":50,"inserted":45,)"));
}

TEST_F(LiveRoundTest, EachRoundIsALoadOfItsOwnForTheLedger) {
  batch();
  EXPECT_TRUE(round());
  batch();
  EXPECT_TRUE(round());
  ASSERT_EQ(engine_.loads.size(), 2u);
  EXPECT_NE(engine_.loads[0].id.round, engine_.loads[1].id.round);
  EXPECT_GT(engine_.loads[1].id.epoch, engine_.loads[0].id.epoch);
}

/// The process dies after the engine has committed, and before the catalog knows.
TEST_F(LiveRoundTest, ARoundThatADeadProcessLeftIsTheSameLoadAgainAndCountedOnce) {
  batch();
  EXPECT_TRUE(round());
  batch();
  engine_.meanwhile = [this] {
    engine_.meanwhile = {};
    batch();  // not of this round, nor of it when it is done again
    EXPECT_EQ(catalog_->runs().end_leases().value(), 1u);
    EXPECT_TRUE(round()) << "the process that comes after";
  };
  Runner dead(*catalog_, engine_, store_, clock_, {.owner = "dead"});
  EXPECT_FALSE(dead.run_next()) << "the round is another's";
  EXPECT_THAT(engine_.loaded, ElementsAre("1", "2", "2"));
  EXPECT_EQ(engine_.loads[1].id.round, engine_.loads[2].id.round);
  EXPECT_GT(engine_.loads[2].id.epoch, engine_.loads[1].id.epoch);
  EXPECT_TRUE(round());
  EXPECT_THAT(engine_.loaded, ElementsAre("1", "2", "2", "3"));
  EXPECT_THAT(load_detail(), HasSubstr(R"("all_rounds":{"records":0,"read":30,)"));
}

TEST_F(LiveRoundTest, ErrorRowsNeverHoldARoundUp) {
  batch();
  EXPECT_TRUE(round());
  EXPECT_EQ(engine_.loads.at(0).error_threshold, 100);
}

TEST_F(LiveRoundTest, AFailureIsTriedAgainAndNothingIsMissed) {
  engine_.bad = "all";
  for (int i = 0; i < 3; ++i)
    batch();
  EXPECT_TRUE(round());
  EXPECT_FALSE(round()) << "not before its time";
  EXPECT_EQ(state().error, "Loading Shop:Orders: The file 1 cannot be loaded.");
  for (int i = 0; i < 20; ++i) {
    clock_.advance(seconds(60));
    EXPECT_TRUE(round());
  }
  EXPECT_THAT(engine_.loaded, IsEmpty());
  engine_.bad = "";
  for (int i = 0; i < 20; ++i) {
    clock_.advance(seconds(60));
    round();
  }
  EXPECT_THAT(std::set<std::string>(engine_.loaded.begin(), engine_.loaded.end()),
              ElementsAre("1", "2", "3"));
  EXPECT_EQ(state().waiting, 0u);
  EXPECT_EQ(state().error, "");
}

TEST_F(LiveRoundTest, ABadBatchDoesNotHoldUpLaterOnesForGood) {
  engine_.bad = "2";
  for (int i = 0; i < 4; ++i)
    batch();
  for (int i = 0; i < 30 && state().waiting > 0; ++i) {
    round();
    clock_.advance(seconds(60));
  }
  EXPECT_THAT(std::set<std::string>(engine_.loaded.begin(), engine_.loaded.end()),
              ElementsAre("1", "3", "4"));
  const auto runs = catalog_->runs().list(tenant_, {.limit = 10}).value().items;
  const auto failed = std::find_if(runs.begin(), runs.end(), [](const catalog::Run& run) {
    return run.state == RunState::failed;
  });
  ASSERT_NE(failed, runs.end());
  EXPECT_THAT(failed->error, HasSubstr("The batch 2 was left out"));
}

TEST_F(LiveRoundTest, RunsByHandGoFirstExceptOnTheLiveThread) {
  batch();
  catalog::Run run;
  run.courier_id = courier_.id;
  const auto by_hand = catalog_->runs().add(tenant_, run).value();
  EXPECT_TRUE(round(true));
  EXPECT_EQ(catalog_->runs().find(tenant_, by_hand.id)->state, RunState::scheduled);
  batch();
  EXPECT_TRUE(round(false));
  EXPECT_EQ(catalog_->runs().find(tenant_, by_hand.id)->state, RunState::succeeded);
  EXPECT_EQ(state().waiting, 1u);
  EXPECT_TRUE(round(false));
  EXPECT_EQ(state().waiting, 0u);
}

TEST_F(LiveRoundTest, WhatIsMeantForDaysIsRefused) {
  auto hourly = courier_;
  hourly.file_pattern_prefix = "08";
  EXPECT_THAT(refusal(hourly), HasSubstr("file_pattern_prefix"));
  auto emptying = courier_;
  emptying.load_operations =
      R"({")" + feed_.id + R"(":[{"type":"truncate"},{"type":"load","file":"streaming"}]})";
  EXPECT_THAT(refusal(emptying), HasSubstr("truncate"));
  emptying.trigger = catalog::Trigger::by_hand;
  EXPECT_EQ(refusal(emptying), "");
}

}  // namespace
}  // namespace weir::courier
