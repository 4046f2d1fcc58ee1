#include "pipeline/courier/courier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/courier/courier_fixture.hpp"

namespace weir::courier {
namespace {

using catalog::RunState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
  ASSERT_EQ(tasks.size(), 3u);
  EXPECT_EQ(tasks[0].state, RunState::succeeded);
  EXPECT_THAT(tasks[0].detail, HasSubstr(R"("batches":1,"records":10)"));
  EXPECT_EQ(tasks[1].kind, "load-operations");
  EXPECT_EQ(tasks[1].state, RunState::failed);
  EXPECT_EQ(tasks[1].error, ended.error);
  EXPECT_EQ(tasks[2].state, RunState::canceled);
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
  ASSERT_EQ(tasks.size(), 4u);
  EXPECT_THAT(tasks[2].detail,
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
  EXPECT_THAT(catalog_->runs().tasks(clean.id).value()[2].detail, Not(HasSubstr("misfits")));
  engine_.counts.misfits = {21, {{"file:a", 7, "o.l[1].n", "x", "does not fit BIGINT"}}};
  const auto ended = run(courier(load_into(feed())));
  EXPECT_EQ(ended.state, RunState::succeeded) << ended.error;
  EXPECT_THAT(catalog_->runs().tasks(ended.id).value()[2].detail,
              HasSubstr(R"("misfits":21,"first_misfits":[{"file":"file:a","row":7,)"
                        R"("field":"o.l[1].n","value":"x","reason":"does not fit BIGINT"}])"));
}

TEST_F(CourierTest, RecordsStandBesideRowsAndAWarningFailsNothing) {
  batch("2027-03-02", 8);
  engine_.counts = {.records = 10, .warnings = {"no rows were made of the 10 records in 1 file"}};
  const auto ended = run(courier(load_into(feed())));
  EXPECT_EQ(ended.state, RunState::succeeded) << ended.error;
  EXPECT_EQ(engine_.loads.at(0).operations.at(0).sources.at(0).files.at(0).records, 10u);
  EXPECT_THAT(catalog_->runs().tasks(ended.id).value()[2].detail,
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

}  // namespace
}  // namespace weir::courier
