#include "pipeline/courier/courier.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/internal_error.hpp"
#include "catalog/catalog.hpp"
#include "engine/test_engine.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "env/fake/test_directory.hpp"
#include "pipeline/courier/fake_store.hpp"
#include "pipeline/courier/runner.hpp"

namespace weir::courier {
namespace {

using catalog::RunState;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

Day day(const char* text) {
  return *parse_day(text);
}

/// Keeps what it was asked to load, and answers as it was told; has a ledger.
class FakeEngine final : public engine::TestEngine {
 public:
  Result<engine::LoadCounts> load(const engine::Load& load) override {
    if (const auto before = done.find({load.id.run, load.id.feed}); before != done.end()) {
      engine::LoadCounts again = before->second;
      again.repeated = true;
      return again;
    }
    auto result = really_load(load);
    if (result && !result->over_threshold) done[{load.id.run, load.id.feed}] = *result;
    return result;
  }
  Result<engine::LoadCounts> really_load(const engine::Load& load) {
    loads.push_back(load);
    if (meanwhile) meanwhile();
    while (endless && !load.allowance.stop.stop_requested())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (afterwards) afterwards();
    if (endless) return fail(Errc::unavailable, "stopped");
    if (failure) return fail(*failure);
    return counts;
  }
  Result<void> fence(const std::string&, const std::string& run, std::uint64_t epoch) override {
    fences.emplace_back(run, epoch);
    return {};
  }

  std::vector<engine::Load> loads;
  engine::LoadCounts counts{.read = 3, .inserted = 2, .errors = 1};
  std::optional<Error> failure;
  std::function<void()> meanwhile;  // what happens while it loads
  std::map<std::pair<std::string, std::string>, engine::LoadCounts> done;  // by run and feed
  std::vector<std::pair<std::string, std::uint64_t>> fences;
  std::function<void()> afterwards;  // and once it has
  bool endless = false;
};

class CourierTest : public ::testing::Test {
 protected:
  explicit CourierTest(const std::string& file = ":memory:") {
    catalog_ = catalog::Catalog::open(file, clock_, random_).value();
    tenant_ = catalog_->tenants().add("acme")->no;
    stream_ = catalog_->streams().add(tenant_, {.name = "orders"}).value();
  }

  /// A batch of ten records received in that hour.
  void batch(const char* on, int hour, PayloadType type = PayloadType::json) {
    catalog::BatchCommit commit;
    commit.read = checkpoint_;
    commit.checkpoint = {checkpoint_.lsn.value + 4096};
    commit.positions = {{stream_.no, {next_}, {next_ + 10}, type}};
    catalog::Batch batch;
    batch.path = std::string(on) + "/" + std::to_string(hour);
    batch.stream = stream_.no;
    batch.day = day(on);
    batch.hour = hour;
    batch.first_sequence = {next_};
    batch.last_sequence = {next_ + 9};
    batch.records = 10;
    batch.bytes = 1234;
    batch.sha256 = "5ha";
    batch.first_received_at = day(on) + std::chrono::hours(hour);
    batch.last_received_at = batch.first_received_at;
    commit.batches = {batch};
    next_ += 10;
    checkpoint_ = catalog_->batches().commit(commit).value();
  }

  catalog::Feed feed(bool active = true) {
    catalog::Feed feed;
    feed.source = "Shop";
    feed.name = "Orders" + std::to_string(++feeds_);
    feed.fields = {{.name = "id", .type = "string"}};
    feed.primary_key = {"id"};
    feed = catalog_->feeds().add(tenant_, feed).value();
    return active ? catalog_->feeds().activate(tenant_, feed.id).value() : feed;
  }

  catalog::Courier courier(const std::string& load_operations, const std::string& prefix = "") {
    catalog::Courier courier;
    courier.tenant_no = tenant_;
    courier.name = "orders";
    courier.stream_id = stream_.id;
    courier.file_format = "NDJSON";
    courier.file_tag = "streaming";
    courier.file_pattern_prefix = prefix;
    courier.load_operations = load_operations;
    return courier;
  }
  std::string load_into(const catalog::Feed& feed) {
    return R"({")" + feed.id + R"(":[{"type":"load","file":"streaming"}]})";
  }

  /// Saves the courier, runs it, and returns the run as it ended.
  catalog::Run run(const catalog::Courier& courier, const catalog::RunRange& range = {},
                   bool skip_missing = false) {
    const auto id = schedule(courier, range, skip_missing).id;
    Runner runner(*catalog_, engine_, store_, clock_, {.owner = "test"});
    EXPECT_TRUE(runner.run_next().value());
    return catalog_->runs().find(tenant_, id).value();
  }
  /// Saves the courier and its run.
  catalog::Run schedule(const catalog::Courier& courier, const catalog::RunRange& range = {},
                        bool skip_missing = false) {
    const auto saved = catalog_->couriers().add(tenant_, courier).value();
    catalog::Run run;
    run.courier_id = saved.id;
    run.name = saved.name;
    run.range = range;
    run.skip_missing = skip_missing;
    return catalog_->runs().add(tenant_, run).value();
  }
  std::string refusal(const catalog::Courier& courier) {
    const auto checked = check(*catalog_, courier);
    return checked ? "" : checked.error().message;
  }
  std::string obstacle(const catalog::Courier& courier) {
    const auto checked = validate(*catalog_, courier);
    return checked ? "" : checked.error().message;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> uris;
    for (const auto& file : engine_.loads.at(0).operations.at(0).sources.at(0).files)
      uris.push_back(file.uri);
    return uris;
  }

  ManualClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<catalog::Catalog> catalog_;
  FakeEngine engine_;
  FakeStore store_;
  std::uint32_t tenant_ = 0;
  catalog::Stream stream_;
  catalog::Checkpoint checkpoint_;
  std::uint64_t next_ = 1;
  int feeds_ = 0;
};

TEST_F(CourierTest, APlaceholderFeedMayBeSavedAndFailsValidationOnly) {
  for (const auto* operations : {R"("df-xxxxxx")", R"({"df-xxxxxx":[]})"}) {
    EXPECT_EQ(refusal(courier(operations)), "");
    EXPECT_EQ(obstacle(courier(operations)), "Cannot find required feeds: \"df-xxxxxx\"");
  }
  EXPECT_EQ(obstacle(courier("{}")), "");
}

TEST_F(CourierTest, WhatCanNeverWorkIsRefused) {
  auto one = courier(R"({"df-1":[{"type":"load","file":"other"}]})");
  EXPECT_THAT(refusal(one), HasSubstr("they must be the same"));
  one = courier("{}", "25");
  EXPECT_THAT(refusal(one), HasSubstr("00 to 24"));
  one = courier("{}", "8");
  EXPECT_THAT(refusal(one), HasSubstr("two digits"));
  one = courier("{}");
  one.file_format = "CSV";
  EXPECT_THAT(refusal(one), HasSubstr("known are NDJSON, JSON and XML"));
  one = courier("{}");
  one.stream_id = "is-nowhere";
  EXPECT_THAT(refusal(one), HasSubstr("is-nowhere"));
  one = courier(R"({"df-1":[{"type":"load","file":"streaming"}]})");
  one.file_format = "XML";
  EXPECT_THAT(refusal(one), HasSubstr("spark-sql"));
}

TEST_F(CourierTest, TheFormatFollowsWhatTheStreamCarries) {
  batch("2027-03-02", 8, PayloadType::xml);
  EXPECT_THAT(refusal(courier("{}")), HasSubstr("carries xml"));
  auto one = courier("{}");
  one.file_format = "XML";
  EXPECT_EQ(refusal(one), "");
}

TEST_F(CourierTest, ValidationNamesInactiveFeedsAndMissingQueries) {
  const auto idle = feed(false);
  const auto one = courier(
      R"({")" + idle.id +
      R"(":[{"type":"spark-sql","spark-sql-files":[{"file":"streaming"}],"spark-sql-query":"Q"}]})");
  EXPECT_THAT(obstacle(one), HasSubstr(idle.id + " is not active"));
  EXPECT_THAT(obstacle(one), HasSubstr("no ingest query named \"Q\""));
}

TEST_F(CourierTest, ADayIsLoadedAsOne) {
  batch("2027-03-01", 23);
  batch("2027-03-02", 0);
  batch("2027-03-02", 23);
  batch("2027-03-03", 0);
  const auto ended = run(courier(load_into(feed())), {day("2027-03-02"), day("2027-03-03")});
  EXPECT_EQ(ended.state, RunState::succeeded) << ended.error;
  EXPECT_THAT(files(), ElementsAre("store/2027-03-02/0", "store/2027-03-02/23"));
}

TEST_F(CourierTest, ThePrefixIsAnHourAnd24IsTheNextDaysFirst) {
  batch("2027-03-02", 0);
  batch("2027-03-02", 8);
  batch("2027-03-03", 0);
  const auto table = load_into(feed());
  run(courier(table, "08"), {day("2027-03-02"), day("2027-03-03")});
  EXPECT_THAT(files(), ElementsAre("store/2027-03-02/8"));
  engine_.loads.clear();
  run(courier(table, "24"), {day("2027-03-02"), day("2027-03-03")});
  EXPECT_THAT(files(), ElementsAre("store/2027-03-03/0"));
}

TEST_F(CourierTest, ARunWithoutBatchesFailsUnlessToldToSkip) {
  const auto table = load_into(feed());
  auto ended = run(courier(table), {day("2027-03-02"), day("2027-03-03")});
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_THAT(ended.error, HasSubstr("has no batches of 2027-03-02"));
  ended = run(courier(table), {day("2027-03-02"), day("2027-03-03")}, true);
  EXPECT_EQ(ended.state, RunState::succeeded);
}

TEST_F(CourierTest, AMissingFeedFailsWithTheDocumentedWordsAfterTheFilesWereFound) {
  batch("2027-03-02", 8);
  const auto ended = run(courier(R"("df-xxxxxx")"));
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_EQ(ended.error, "Cannot find required feeds: \"df-xxxxxx\"");
  const auto tasks = catalog_->runs().tasks(ended.id).value();
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_EQ(tasks[0].state, RunState::succeeded);
  EXPECT_THAT(tasks[0].detail, HasSubstr(R"("batches":1,"records":10)"));
}

TEST_F(CourierTest, EmptyLoadOperationsSucceedWithNothingLoaded) {
  batch("2027-03-02", 8);
  EXPECT_EQ(run(courier("{}")).state, RunState::succeeded);
  EXPECT_TRUE(engine_.loads.empty());
}

TEST_F(CourierTest, FeedsAreLoadedOneAfterTheOtherAndCounted) {
  batch("2027-03-02", 8);
  const auto first = feed();
  const auto second = feed();
  const auto ended = run(courier(R"({")" + first.id + R"(":[{"type":"load","file":"streaming"},)" +
                                 R"({"type":"truncate"}],")" + second.id +
                                 R"(":[{"type":"load","file":"streaming"}]})"));
  EXPECT_EQ(ended.state, RunState::succeeded) << ended.error;
  ASSERT_EQ(engine_.loads.size(), 2u);
  EXPECT_EQ(engine_.loads[0].table, first.table());
  EXPECT_TRUE(engine_.loads[0].truncate);
  EXPECT_FALSE(engine_.loads[1].truncate);
  // The engine holds the file against what the manifest says of it.
  const engine::SourceFile& file = engine_.loads[1].operations.at(0).sources.at(0).files.at(0);
  EXPECT_EQ(file.uri, "store/2027-03-02/8");
  EXPECT_EQ(file.key, "2027-03-02/8");
  EXPECT_EQ(file.bytes, 1234u);
  EXPECT_EQ(file.sha256, "5ha");
  const auto tasks = catalog_->runs().tasks(ended.id).value();
  ASSERT_EQ(tasks.size(), 3u);
  EXPECT_THAT(tasks[1].detail,
              HasSubstr(R"("read":3,"inserted":2,"updated":0,"rejected":0,"errors":1)"));
}

TEST_F(CourierTest, AllOperationsOfAFeedAreOneLoad) {
  batch("2027-03-02", 8);
  batch("2027-03-02", 9);
  const auto orders = feed();
  ASSERT_TRUE(catalog_->ingest_queries().add(tenant_, {.name = "A", .sql = "SELECT 1"}));
  ASSERT_TRUE(catalog_->ingest_queries().add(tenant_, {.name = "B", .sql = "SELECT 2"}));
  const auto query = [](const std::string& name) {
    return R"({"type":"spark-sql","spark-sql-files":[{"file":"streaming"}],"spark-sql-query":")" +
           name + "\"}";
  };
  const auto ended = run(courier(R"({")" + orders.id + R"(":[)" + query("A") +
                                 R"(,{"type":"truncate"},)" + query("B") + "]}"));
  ASSERT_EQ(ended.state, RunState::succeeded) << ended.error;
  ASSERT_EQ(engine_.loads.size(), 1u);
  const engine::Load& load = engine_.loads[0];
  EXPECT_TRUE(load.truncate);
  ASSERT_EQ(load.operations.size(), 2u);
  EXPECT_EQ(load.operations[0].query, "SELECT 1");
  EXPECT_EQ(load.operations[1].query, "SELECT 2");
  EXPECT_EQ(load.operations[1].sources.at(0).files.at(1).first_sequence, 11u);
  EXPECT_EQ(load.id.run, ended.id);
  EXPECT_EQ(load.id.feed, orders.id);
  EXPECT_EQ(load.id.epoch, 1u);
}

TEST_F(CourierTest, ARunOfErrorsLoadsThemAndTruncatesNothing) {
  batch("2027-03-02", 8);
  const auto filled = feed();
  const auto emptied = feed();
  catalog::Run run;
  run.courier_id =
      catalog_->couriers()
          .add(tenant_, courier(R"({")" + filled.id +
                                R"(":[{"type":"truncate"},{"type":"load","file":"streaming"}],")" +
                                emptied.id + R"(":[{"type":"truncate"}]})"))
          ->id;
  run.only_errors = true;
  const auto id = catalog_->runs().add(tenant_, run)->id;
  EXPECT_TRUE(catalog_->runs().find(tenant_, id)->only_errors);
  Runner runner(*catalog_, engine_, store_, clock_, {.owner = "me"});
  EXPECT_TRUE(runner.run_next().value());
  EXPECT_EQ(catalog_->runs().find(tenant_, id)->state, RunState::succeeded);
  ASSERT_EQ(engine_.loads.size(), 1u);
  EXPECT_TRUE(engine_.loads[0].only_errors);
  EXPECT_FALSE(engine_.loads[0].truncate);
  const auto batches = catalog_->batches().find(tenant_, {stream_.id, {}, {}, {}}).value();
  EXPECT_TRUE(catalog_->loads().of(batches[0]).value().empty());
}

TEST_F(CourierTest, WhatWasLoadedWhereIsNotedForReceipts) {
  batch("2027-03-02", 8);
  batch("2027-03-03", 8);
  const auto filled = feed();
  const auto emptied = feed();
  const std::string operations = R"({")" + filled.id +
                                 R"(":[{"type":"truncate"},{"type":"load","file":"streaming"}],")" +
                                 emptied.id + R"(":[{"type":"truncate"}]})";
  const auto ended = run(courier(operations), {day("2027-03-02"), day("2027-03-03")});
  ASSERT_EQ(ended.state, RunState::succeeded) << ended.error;
  const auto batches = catalog_->batches().find(tenant_, {stream_.id, {}, {}, {}}).value();
  const auto into = catalog_->loads().of(batches[0]).value();
  ASSERT_EQ(into.size(), 1u) << "the other table was emptied";
  EXPECT_EQ(into[0].table, filled.table());
  EXPECT_EQ(into[0].run_id, ended.id);
  EXPECT_TRUE(catalog_->loads().of(batches[1])->empty()) << "of another day";
}

TEST_F(CourierTest, ALoadThatFailedIsNotNoted) {
  batch("2027-03-02", 8);
  engine_.failure = Error{Errc::io, "no room"};
  EXPECT_EQ(run(courier(load_into(feed()))).state, RunState::failed);
  const auto batches = catalog_->batches().find(tenant_, {stream_.id, {}, {}, {}}).value();
  EXPECT_TRUE(catalog_->loads().of(batches[0])->empty());
}

TEST_F(CourierTest, ARunIntoShadowsBringsNoRecordIntoATable) {
  batch("2027-03-02", 8);
  const auto saved = catalog_->couriers().add(tenant_, courier(load_into(feed()))).value();
  catalog::Run wanted;
  wanted.courier_id = saved.id;
  wanted.shadow = true;
  const auto id = catalog_->runs().add(tenant_, wanted)->id;
  Runner runner(*catalog_, engine_, store_, clock_, {.owner = "test"});
  EXPECT_TRUE(runner.run_next().value());
  EXPECT_EQ(catalog_->runs().find(tenant_, id)->state, RunState::succeeded);
  EXPECT_TRUE(catalog_->runs().find(tenant_, id)->shadow);
  ASSERT_EQ(engine_.loads.size(), 1u);
  EXPECT_TRUE(engine_.loads[0].shadow);
  const auto batches = catalog_->batches().find(tenant_, {stream_.id, {}, {}, {}}).value();
  EXPECT_TRUE(catalog_->loads().of(batches[0])->empty());
}

TEST_F(CourierTest, AnIngestQueryIsPassedWithItsFiles) {
  batch("2027-03-02", 8, PayloadType::xml);
  const auto sales = feed();
  ASSERT_TRUE(catalog_->ingest_queries().add(tenant_, {.name = "Flatten", .sql = "SELECT 1"}));
  auto one = courier(R"({")" + sales.id + R"(":[{"type":"spark-sql","spark-sql-files":[
    {"file":"streaming","options":{"rowTag":"sale","trim":"true"},"schema":{"type":"struct","fields":[]}}],
    "spark-sql-query":"Flatten"}]})");
  one.file_format = "XML";
  const auto ended = run(one);
  ASSERT_EQ(ended.state, RunState::succeeded) << ended.error;
  const auto& load = engine_.loads.at(0);
  const auto& operation = load.operations.at(0);
  EXPECT_EQ(operation.query, "SELECT 1");
  EXPECT_EQ(operation.sources[0].row_tag, "sale");
  EXPECT_TRUE(operation.sources[0].trim);
  EXPECT_EQ(operation.sources[0].format, engine::FileFormat::cbor);
  EXPECT_EQ(load.tenant, "acme");
}

TEST_F(CourierTest, WhatASchemaCouldNotTakeStandsInTheTask) {
  batch("2027-03-02", 8);
  const auto clean = run(courier(load_into(feed())));
  EXPECT_THAT(catalog_->runs().tasks(clean.id).value()[1].detail, Not(HasSubstr("misfits")));
  engine_.counts.misfits = {21, {{"file:a", 7, "o.l[1].n", "x", "does not fit BIGINT"}}};
  const auto ended = run(courier(load_into(feed())));
  EXPECT_EQ(ended.state, RunState::succeeded) << ended.error;
  EXPECT_THAT(catalog_->runs().tasks(ended.id).value()[1].detail,
              HasSubstr(R"("misfits":21,"first_misfits":[{"file":"file:a","row":7,)"
                        R"("field":"o.l[1].n","value":"x","reason":"does not fit BIGINT"}])"));
}

TEST_F(CourierTest, RecordsStandBesideRowsAndAWarningFailsNothing) {
  batch("2027-03-02", 8);
  engine_.counts = {.records = 10, .warnings = {"no rows were made of the 10 records in 1 file"}};
  const auto ended = run(courier(load_into(feed())));
  EXPECT_EQ(ended.state, RunState::succeeded) << ended.error;
  EXPECT_EQ(engine_.loads.at(0).operations.at(0).sources.at(0).files.at(0).records, 10u);
  EXPECT_THAT(catalog_->runs().tasks(ended.id).value()[1].detail,
              HasSubstr(R"("records":10,"read":0,"inserted":0,"updated":0,"rejected":0,"errors":0,)"
                        R"("warnings":["no rows were made of the 10 records in 1 file"])"));
}

TEST_F(CourierTest, ALoadThatFailsFailsTheRunAndSaysWhichFeed) {
  batch("2027-03-02", 8);
  engine_.failure = Error{Errc::bad_request, "Field \"id\" is missing."};
  const auto orders = feed();
  const auto ended = run(courier(load_into(orders)));
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_EQ(ended.error, "Loading " + orders.table() + ": Field \"id\" is missing.");
}

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
  EXPECT_EQ(catalog_->runs().find(tenant_, id)->state, RunState::running);
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
  EXPECT_EQ(catalog_->runs().tasks(run.id)->back().state, RunState::running) << "as it was left";
  engine_.counts = {.load = 9, .read = 5, .inserted = 5};
  clock_.advance(std::chrono::seconds(16));
  Runner living(*catalog_, engine_, store_, clock_, {.owner = "living"});
  EXPECT_TRUE(living.run_next().value());
  EXPECT_EQ(catalog_->runs().find(tenant_, run.id)->state, RunState::succeeded);
  ASSERT_EQ(engine_.loads.size(), 3u) << "only the third feed was left to load";
  EXPECT_EQ(engine_.loads[2].table, third.table());
  const auto tasks = catalog_->runs().tasks(run.id).value();
  ASSERT_EQ(tasks.size(), 4u);
  for (int i : {1, 2})
    EXPECT_THAT(
        tasks[static_cast<std::size_t>(i)].detail,
        HasSubstr(R"("load":7,"records":0,"read":120,"inserted":120,"updated":0,"rejected":0,)"
                  R"("errors":0,"done_before":true)"));
  EXPECT_THAT(tasks[3].detail, HasSubstr(R"("load":9,"records":0,"read":5)"));
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
