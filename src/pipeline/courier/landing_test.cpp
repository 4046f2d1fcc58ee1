#include "pipeline/courier/landing.hpp"

#include <map>

#include <gmock/gmock.h>

#include "pipeline/courier/landing_fixture.hpp"

namespace weir::courier {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(LandingTest, FilesOfAPeriodBecomeTheBatchesOfItsRun) {
  folder_.files["orders_2027-03-01.csv"] = "id,x\n1,a\n";
  folder_.files["orders_2027-03-02.csv"] = "id,x\n2,b\n3,\n";
  folder_.files["orders_2027-03-03.csv"] = "id,x\n4,d\n";
  const auto target = feed();
  const auto run =
      execute(schedule(files(csv(), load(target, "orders")), days("2027-03-01", "2027-03-03")));
  EXPECT_EQ(run.state, catalog::RunState::succeeded) << run.error;
  EXPECT_EQ(loaded(0),
            "{\"id\":\"1\",\"x\":\"a\"}\n{\"id\":\"2\",\"x\":\"b\"}\n{\"id\":\"3\",\"x\":null}\n");
  const auto& read = engine_.loads.at(0).operations.at(0).sources.at(0).files;
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].first_received_at, Time(day("2027-03-02"))) << "days are the order of the data";
  EXPECT_EQ(read[1].first_sequence, 2U);
  EXPECT_EQ(read[1].partition, catalog::landing_partition);
  EXPECT_THAT(land_detail(run), HasSubstr(R"("records":3,"bytes":58,"files":2,"known":0)"));
  const auto streams = catalog_->landings().streams_of(run.courier_id).value();
  const auto known = catalog_->stream_fields().find(tenant_, streams[0].id, day("2027-03-02"));
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_EQ(known->all.payloads, 3U);
  EXPECT_EQ(known->day.payloads, 2U);
  EXPECT_EQ(known->day.fields().at(2).count(fields::Type::null), 1U);
}

TEST_F(LandingTest, AFileThatHasNotChangedLandsOnce) {
  folder_.files["orders_2027-03-01.csv"] = "id\n1\n";
  const auto run = execute(schedule(files(csv()), days("2027-03-01", "2027-03-02")));
  const auto objects = store_.objects;
  folder_.modified += std::chrono::hours(1);  // copied again
  const auto second = again(run.courier_id, days("2027-03-01", "2027-03-02"));
  EXPECT_THAT(land_detail(second), HasSubstr(R"("files":1,"known":1)"));
  EXPECT_EQ(store_.objects, objects);
  EXPECT_EQ(catalog_->landings().batches_of_run(second.id)->size(), 1U);

  folder_.files["orders_2027-03-01.csv"] = "id\n2\n";
  const auto third = again(run.courier_id, days("2027-03-01", "2027-03-02"));
  const auto changed = catalog_->landings().batches_of_run(third.id).value();
  ASSERT_THAT(changed, SizeIs(1));
  EXPECT_EQ(changed[0].batch.first_sequence, Sequence{2}) << "later than what it replaces";

  folder_.files["orders_2027-03-01.csv"] = "id\n1\n";  // as it was, and again later
  const auto fourth = again(run.courier_id, days("2027-03-01", "2027-03-02"));
  EXPECT_EQ(catalog_->landings().batches_of_run(fourth.id)->at(0).batch.first_sequence,
            Sequence{3});
}

TEST_F(LandingTest, AFileThatIsReadOtherwiseLandsAgain) {
  folder_.files["orders_2027-03-01.csv"] = "id;x\n1;a\n";
  const auto run = execute(schedule(files(csv()), days("2027-03-01", "2027-03-02")));
  auto courier = catalog_->couriers().find(tenant_, run.courier_id).value();
  courier.load_settings = "[" +
                          entry("'orders_'yyyy-MM-dd'.csv'", "orders", "text/csv",
                                R"(,"file/header-rows":1,"file/separator":";")") +
                          "]";
  ASSERT_TRUE(catalog_->couriers().update(tenant_, courier));
  const auto second = again(run.courier_id, days("2027-03-01", "2027-03-02"));
  const auto batches = catalog_->landings().batches_of_run(second.id).value();
  EXPECT_EQ(store_.objects.at(batches.at(0).batch.path), "{\"id\":\"1\",\"x\":\"a\"}\n");
}

TEST_F(LandingTest, ARunThatEndedInTheMiddleGoesOnWhereItWas) {
  for (const char* on : {"01", "02", "03"})
    folder_.files[std::string("orders_2027-03-") + on + ".csv"] = std::string("id\n") + on + "\n";
  store_.fail_at = 3;
  const auto target = feed();
  const auto run =
      execute(schedule(files(csv(), load(target, "orders")), days("2027-03-01", "2027-03-04")));
  EXPECT_EQ(run.state, catalog::RunState::failed);
  EXPECT_THAT(engine_.loads, IsEmpty());
  const auto second = again(run.courier_id, days("2027-03-01", "2027-03-04"));
  EXPECT_EQ(second.state, catalog::RunState::succeeded);
  EXPECT_THAT(land_detail(second), HasSubstr(R"("files":3,"known":2)"));
  EXPECT_EQ(loaded(0), "{\"id\":\"01\"}\n{\"id\":\"02\"}\n{\"id\":\"03\"}\n");
}

TEST_F(LandingTest, ADeathAtAnyBoundaryLandsNothingTwiceAndLosesNothing) {
  for (const char* on : {"01", "02", "03"})
    folder_.files[std::string("orders_2027-03-") + on + ".csv"] = std::string("id\n") + on + "\n";
  const auto target = feed();
  int boundaries = 0;
  for (int at = 1;; ++at, ++boundaries) {
    engine_.loads.clear();
    const auto run =
        schedule(files(csv(), load(target, "orders")), days("2027-03-01", "2027-03-04"));
    CountingClock clock(clock_);
    clock.at = at;
    clock.then = [&] {
      clock_.advance(std::chrono::seconds(16));
      ASSERT_TRUE(catalog_->runs().claim("between", std::chrono::seconds(0)).value());
    };
    Runner dead(*catalog_, engine_, store_, clock,
                {.owner = "dead", .open_folder = [this](const std::string&, const auto&) {
                   return Result<std::unique_ptr<Folder>>(std::make_unique<Opened>(folder_));
                 }});
    static_cast<void>(dead.run_next());
    if (clock.readings() < at) break;
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(execute(run).state, catalog::RunState::succeeded) << at;
    ASSERT_EQ(engine_.loads.size(), 1U) << at;
    EXPECT_EQ(loaded(0), "{\"id\":\"01\"}\n{\"id\":\"02\"}\n{\"id\":\"03\"}\n") << at;
    EXPECT_EQ(catalog_->landings().batches_of_run(run.id)->size(), 3U) << at;
  }
  EXPECT_GE(boundaries, 6);
}

TEST_F(LandingTest, AMissingFileFailsTheRunBeforeAnythingLands) {
  folder_.files["orders_2027-03-01.csv"] = "id\n1\n";
  const auto run = execute(schedule(files(csv()), days("2027-03-01", "2027-03-03")));
  EXPECT_EQ(run.state, catalog::RunState::failed);
  EXPECT_THAT(run.error, HasSubstr("2027-03-02: no file matches 'orders_'yyyy-MM-dd'.csv'."));
  EXPECT_THAT(store_.objects, IsEmpty());
  EXPECT_EQ(again(run.courier_id, days("2027-03-01", "2027-03-03"), true).state,
            catalog::RunState::succeeded);
  EXPECT_EQ(again(run.courier_id, {}).state, catalog::RunState::succeeded) << "all there is";
  EXPECT_EQ(again(run.courier_id, days("2027-03-05", "2027-03-06"), true).state,
            catalog::RunState::succeeded);
}

TEST_F(LandingTest, FilesLandAlsoWhereAFeedIsMissing) {
  folder_.files["orders_2027-03-01.csv"] = "id\n1\n";
  const auto run =
      execute(schedule(files(csv(), R"({"df-xxxxxx":[{"type":"load","file":"orders"}]})"),
                       days("2027-03-01", "2027-03-02")));
  EXPECT_EQ(run.error, "Cannot find required feeds: \"df-xxxxxx\"");
  const auto streams = catalog_->landings().streams_of(run.courier_id).value();
  ASSERT_THAT(streams, SizeIs(1));
  EXPECT_THAT(*catalog_->batches().newest(tenant_, streams[0].id, 5), SizeIs(1));
  EXPECT_EQ(catalog_->streams().list(tenant_, {})->items.size(), 1U) << "nobody sends to it";
  EXPECT_FALSE(catalog_->snapshots().current()->streams.contains(streams[0].id));
}

TEST_F(LandingTest, AQueryReadsEachTagsFiles) {
  folder_.files["o-2027-03-01.json"] = R"([{"id":1},{"id":2}])";
  folder_.files["i-2027-03-01.xml"] = "<all><item>x</item><item>&bad;</item></all>";
  const auto target = feed();
  ASSERT_TRUE(catalog_->ingest_queries().add(tenant_, {.name = "Q", .sql = "SELECT 1"}));
  const auto run = execute(schedule(
      files(entry("'o-'yyyy-MM-dd'.json'", "o", "application/json") + "," +
                entry("'i-'yyyy-MM-dd'.xml'", "i", "application/xml"),
            R"({")" + target.id +
                R"(":[{"type":"spark-sql","spark-sql-query":"Q","spark-sql-files":[{"file":"o"},
                {"file":"i","options":{"rowTag":"item"},"schema":{"type":"struct","fields":[]}}]}]})"),
      days("2027-03-01", "2027-03-02")));
  EXPECT_EQ(run.state, catalog::RunState::succeeded) << run.error;
  EXPECT_EQ(loaded(0, 0), "{\"id\":1}\n{\"id\":2}\n");
  EXPECT_EQ(engine_.loads.at(0).operations.at(0).sources.at(0).format, engine::FileFormat::ndjson);
  EXPECT_EQ(engine_.loads.at(0).operations.at(0).sources.at(1).format, engine::FileFormat::cbor);
  EXPECT_THAT(land_detail(run), HasSubstr(R"("unreadable":1)"));
}

TEST_F(LandingTest, AFileThatIsStillBeingWrittenFailsTheRun) {
  folder_.files["orders_2027-03-01.csv"] = "id\n1\n";
  folder_.on_read = [this] { folder_.files["orders_2027-03-01.csv"] += "2\n"; };
  const auto run = execute(schedule(files(csv()), days("2027-03-01", "2027-03-02")));
  EXPECT_THAT(run.error, HasSubstr("'orders_2027-03-01.csv' changed while it was read"));
  EXPECT_THAT(*catalog_->landings().files_of_run(run.id), IsEmpty());
}

TEST_F(LandingTest, ALargeFileBecomesSeveralBatchesThatFollowOneAnother) {
  std::string text = "x\n";
  for (int i = 0; i < 90; ++i)
    text += std::string(1'000'000, static_cast<char>('a' + i % 26)) + "\n";
  folder_.files["orders_2027-03-01.csv"] = text;
  const auto run = execute(schedule(files(csv()), days("2027-03-01", "2027-03-02")));
  const auto batches = catalog_->landings().batches_of_run(run.id).value();
  ASSERT_THAT(batches, SizeIs(2));
  EXPECT_EQ(batches[0].batch.records + batches[1].batch.records, 90U);
  EXPECT_EQ(batches[1].first_record, batches[0].batch.records + 1);
  EXPECT_EQ(batches[1].batch.first_sequence.value, batches[0].batch.last_sequence.value + 1);
}

TEST_F(LandingTest, WhatCanNeverWorkIsRefused) {
  EXPECT_EQ(refusal(files(csv())), "");
  EXPECT_THAT(refusal(files("1")), HasSubstr("Load settings, entry 1"));
  const auto target = feed();
  EXPECT_THAT(refusal(files(csv(), load(target, "other"))),
              HasSubstr("no such \"file/tag\"; they have \"orders\""));
  EXPECT_THAT(refusal(files(entry("'a'", "x", "application/xml"), load(target, "x"))),
              HasSubstr("is nested"));
  EXPECT_THAT(
      refusal(files(entry("'a'", "x", "application/xml") + "," + entry("'b'", "x", "text/csv"))),
      HasSubstr("give them two tags"));
  const auto with_options = [&](const std::string& one, const std::string& other) {
    return refusal(files(csv(), R"({")" + target.id + R"(":[
      {"type":"spark-sql","spark-sql-query":"Q","spark-sql-files":[{"file":"orders","options":)" +
                                    one + R"(}]},
      {"type":"spark-sql","spark-sql-query":"Q","spark-sql-files":[{"file":"orders","options":)" +
                                    other + "}]}]}"));
  };
  EXPECT_EQ(with_options(R"({"delimiter":";","multiline":"true"})", R"({"delimiter":";"})"), "");
  EXPECT_THAT(with_options(R"({"delimiter":";"})", R"({"delimiter":"|"})"),
              HasSubstr("two values of \"delimiter\""));
  EXPECT_THAT(with_options(R"({"delimiter":"ab"})", "{}"), HasSubstr("must be one character"));
  auto courier = files(csv());
  for (const char* const folder : {"/etc", "a/../b", "..", "a//b", "a/"}) {
    courier.folder = folder;
    EXPECT_THAT(refusal(courier), HasSubstr("\"folder\" is a path below")) << folder;
  }
  courier.folder = "in/orders";
  EXPECT_EQ(refusal(courier), "");
  courier.trigger = catalog::Trigger::each_batch;
  EXPECT_THAT(refusal(courier), HasSubstr("by hand or by a courier group"));
}

}  // namespace
}  // namespace weir::courier
