#include "pipeline/batcher/batcher.hpp"

#include "base/receipt.hpp"
#include "pipeline/batcher/batcher_world.hpp"

namespace weir::batcher {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string path(const std::string& stream, const std::string& rest) {
  return "ingest/stream/acme/is-" + stream + "/2027-03-02/" + rest;
}

class BatcherTest : public testing::Test {
 protected:
  void restart_with(const BatcherSettings& settings) {
    world.settings = settings;
    world.start();
  }
  void TearDown() override {
    if (!conserved) return;
    world.finish();
    world.expect_each_record_once();
  }

  BatcherWorld world{1};
  bool conserved = true;  // false for a test that leaves the log damaged
};

TEST_F(BatcherTest, JsonBecomesLinesOfOneFileOnceItIsOldEnough) {
  world.send(orders, R"({"id":1})");
  world.send(orders, R"({"id":2})");
  world.now += seconds(59);
  world.run();
  EXPECT_THAT(world.paths(), IsEmpty());

  world.now += seconds(1);
  world.run();
  ASSERT_THAT(world.paths(), ElementsAre(path("1", "08-0000-0000000000000001-00000001.ndjson")));
  const auto& batch = world.manifest.batches[0];
  EXPECT_EQ(world.read(batch), "{\"id\":1}\n{\"id\":2}\n");
  EXPECT_EQ(batch.records, 2u);
  EXPECT_EQ(batch.bytes, 18u);
  EXPECT_EQ(batch.sha256, "c63f6dd68b68601e7315ea40d28bc34e55379e4fa65f82b1d32228429aeafcde");
  EXPECT_EQ(batch.first_received_at, eight);
  EXPECT_EQ(world.manifest.bound[orders], PayloadType::json);
}

TEST_F(BatcherTest, XmlBecomesCborWithItsReceipt) {
  world.send(sales, "<sale><tender>Cash</tender></sale>");
  world.finish();
  ASSERT_THAT(world.paths(), ElementsAre(path("2", "08-0000-0000000000000001-00000001.cbor")));
  const std::string content = world.read(world.manifest.batches[0]);
  xml::PackReader reader(content);
  const auto record = reader.next();
  ASSERT_TRUE(record && record->has_value());
  const auto address = decode_receipt((*record)->head.request_id);
  EXPECT_EQ(address, (Address{sales, PartitionNo{0}, Sequence{1}}));
  EXPECT_EQ((*record)->head.received_at, eight);
  EXPECT_EQ((*record)->payload.find("sale")->find("tender")->text, "Cash");
  EXPECT_EQ(world.manifest.bound[sales], PayloadType::xml);
}

TEST_F(BatcherTest, WhatDoesNotParseGoesToTheQuarantineWholeAndWithTheReason) {
  world.send(sales, "<a>1</a>");
  world.send(sales, "<a>2</b>");
  world.send(sales, "<a>3</a>");
  world.finish();
  ASSERT_THAT(world.manifest.quarantined, SizeIs(1));
  const auto& bad = world.manifest.quarantined[0];
  EXPECT_EQ(bad.address, (Address{sales, PartitionNo{0}, Sequence{2}}));
  EXPECT_EQ(bad.body, "<a>2</b>");
  EXPECT_EQ(bad.reason, "XML line 1, column 7: mismatched tag");
  EXPECT_EQ(bad.received_at, eight);
  ASSERT_THAT(world.manifest.batches, SizeIs(1));
  EXPECT_EQ(world.manifest.batches[0].records, 2u);
  EXPECT_EQ(world.manifest.batches[0].quarantined, 1u);
  EXPECT_EQ(world.batcher->gauges(world.now).quarantined, 1u);
}

TEST_F(BatcherTest, ABatchOfNothingButQuarantineMakesNoFileAndIsAccountedFor) {
  world.send(sales, "no xml");
  world.finish();
  EXPECT_THAT(world.manifest.batches, IsEmpty());
  EXPECT_THAT(world.manifest.quarantined, SizeIs(1));
  world.send(sales, "<a/>");
  world.finish();
  EXPECT_THAT(world.manifest.batches, SizeIs(1));
}

TEST_F(BatcherTest, APayloadOfAnotherTypeThanTheStreamsIsQuarantined) {
  world.log.commit({{orders, PayloadType::json, "{}"}, {orders, PayloadType::xml, "<a/>"}},
                   world.now);
  world.finish();
  ASSERT_THAT(world.manifest.quarantined, SizeIs(1));
  EXPECT_EQ(world.manifest.quarantined[0].reason,
            "the stream carries json, this payload was sent as xml");
}

TEST_F(BatcherTest, JsonThatIsNotOneLineIsQuarantined) {
  world.send(orders, "{}\n{}");
  world.finish();
  ASSERT_THAT(world.manifest.quarantined, SizeIs(1));
  EXPECT_THAT(world.manifest.quarantined[0].reason, HasSubstr("not one line"));
}

TEST_F(BatcherTest, StreamsAndHoursHaveFilesOfTheirOwn) {
  world.send(orders, "1");
  world.send(visits, "1");
  world.now = eight + minutes(60) - seconds(1);
  world.send(orders, "2");
  world.now = eight + minutes(60);
  world.send(orders, "3");
  world.finish();
  EXPECT_THAT(world.paths(),
              testing::UnorderedElementsAre(path("1", "08-0000-0000000000000001-00000001.ndjson"),
                                            path("3", "08-0000-0000000000000001-00000001.ndjson"),
                                            path("1", "09-0000-0000000000000003-00000001.ndjson")));
}

TEST_F(BatcherTest, RecordsAndBytesCloseABatchInTheMiddleOfAStep) {
  restart_with({.roll = {.bytes_max = 10, .records_max = 3}});
  for (int i = 0; i < 7; ++i)
    world.send(orders, std::to_string(i));  // two bytes each
  world.send(visits, "0123456789");
  world.send(visits, "x");
  world.run();
  EXPECT_THAT(world.paths(), ElementsAre(path("1", "08-0000-0000000000000001-00000001.ndjson"),
                                         path("1", "08-0000-0000000000000004-00000001.ndjson"),
                                         path("3", "08-0000-0000000000000001-00000001.ndjson")));
  EXPECT_EQ(world.manifest.commits, 1u);
}

TEST_F(BatcherTest, BatchesThatCloseTogetherCommitTogether) {
  world.now = eight + minutes(59) + seconds(30);
  for (const StreamNo stream : {orders, visits})
    world.send(stream, "{}");
  world.send(sales, "<a/>");
  world.run();
  EXPECT_EQ(world.manifest.commits, 0u);
  world.now = eight + minutes(60);
  world.run();
  EXPECT_EQ(world.manifest.commits, 1u);
  EXPECT_EQ(world.manifest.largest_commit, 3u);
}

TEST_F(BatcherTest, TheCheckpointIsTheFirstRecordOfTheOldestOpenBatch) {
  world.send(orders, "quiet");
  const Lsn quiet_ends = world.log.durable_end({});
  restart_with({.roll = {.records_max = 2}});
  world.send(visits, "1");
  world.send(visits, "2");
  world.run();
  EXPECT_THAT(world.manifest.batches, SizeIs(1));
  EXPECT_EQ(world.manifest.checkpoint().lsn, Lsn{0}) << "held back by the quiet stream";

  world.now += seconds(60);
  world.run();
  EXPECT_THAT(world.manifest.batches, SizeIs(2));
  EXPECT_EQ(world.manifest.checkpoint().lsn, world.log.durable_end({}));
  EXPECT_GT(world.manifest.checkpoint().lsn, quiet_ends);
  EXPECT_EQ(world.log.released(), world.log.durable_end({}));
}

TEST_F(BatcherTest, ACheckpointStaysBeforeACommitThatIsReadHalf) {
  restart_with({.roll = {.records_max = 1}, .step_records = 1});
  world.log.commit({{orders, PayloadType::json, "1"}, {orders, PayloadType::json, "2"}}, eight);
  ASSERT_TRUE(world.step());
  EXPECT_EQ(world.manifest.checkpoint().lsn, Lsn{0});
  world.start();
  world.run();
  EXPECT_THAT(world.manifest.batches, SizeIs(2));
}

TEST_F(BatcherTest, RecordsThatAreAccountedForAreDroppedWhenReadAgain) {
  restart_with({.roll = {.records_max = 2}});
  world.send(sales, "<quiet/>");
  world.send(orders, "1");
  world.send(orders, "2");
  world.send(orders, "3");
  world.run();
  ASSERT_THAT(world.manifest.batches, SizeIs(1));
  world.start();
  world.run();
  EXPECT_EQ(world.batcher->gauges(world.now).replayed, 2u);
  world.finish();
  EXPECT_THAT(world.manifest.batches, SizeIs(3));
}

TEST_F(BatcherTest, WhenEverythingWasReplayedTheCheckpointCatchesUp) {
  restart_with({.roll = {.records_max = 1}, .step_records = 1});
  world.send(orders, "1");
  ASSERT_TRUE(world.step());  // filed, but it has not seen yet that the log ends here
  EXPECT_EQ(world.manifest.checkpoint().lsn, Lsn{0});
  world.start();
  world.run();
  EXPECT_EQ(world.batcher->gauges(world.now).replayed, 1u);
  EXPECT_EQ(world.manifest.checkpoint().lsn, world.log.durable_end({}));
  const auto commits = world.manifest.commits;
  world.run();
  EXPECT_EQ(world.manifest.commits, commits) << "an idle batcher commits nothing";
}

TEST_F(BatcherTest, AGapInAStreamStopsBatchingAndNamesIt) {
  conserved = false;
  world.send(orders, "1");
  world.log.jump_to(orders, Sequence{3});
  world.send(orders, "3");
  world.send(visits, "behind it");
  const auto first = world.step();
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, Errc::corrupt);
  EXPECT_THAT(first.error().message,
              HasSubstr("stream no 1, partition 0, sequence 3: the log should hold sequence 2"));
  world.now += seconds(60);
  EXPECT_FALSE(world.step());
  EXPECT_THAT(world.manifest.batches, SizeIs(1)) << "what came before is filed";
  EXPECT_EQ(world.manifest.checkpoint().lsn, Lsn{4096}) << "the log keeps the rest";
  EXPECT_FALSE(world.step());
  EXPECT_FALSE(world.batcher->flush(orders, world.now));
  EXPECT_THAT(world.manifest.batches, SizeIs(1));
}

TEST_F(BatcherTest, ASequenceThatComesTwiceIsDisorder) {
  conserved = false;
  world.send(orders, "1");
  world.log.jump_to(orders, Sequence{1});
  world.send(orders, "1 again");
  const auto stepped = world.step();
  ASSERT_FALSE(stepped);
  EXPECT_EQ(stepped.error().code, Errc::corrupt);
}

TEST_F(BatcherTest, DamageInTheLogIsReportedUntilItIsGone) {
  world.send(orders, "1");
  world.send(orders, "2");
  world.log.damage(1);
  EXPECT_EQ(world.step().error().code, Errc::corrupt);
  world.now += seconds(60);
  EXPECT_EQ(world.step().error().code, Errc::corrupt);
  EXPECT_THAT(world.manifest.batches, SizeIs(1));
  world.log.damage(std::nullopt);
  world.run();
  world.finish();
  EXPECT_THAT(world.manifest.batches, SizeIs(2));
}

TEST_F(BatcherTest, ARecordWhoseStreamIsGoneStaysInTheLogAndIsReported) {
  world.send(visits, "before");
  world.send(orders, "of the stream that is gone");
  const auto view = world.manifest.streams[orders];
  world.manifest.streams.erase(orders);
  const auto stepped = world.step();
  ASSERT_FALSE(stepped);
  EXPECT_EQ(stepped.error().code, Errc::not_found);
  EXPECT_THAT(stepped.error().message, HasSubstr("stream no 1"));
  world.now += seconds(60);
  EXPECT_FALSE(world.step());
  EXPECT_THAT(world.paths(), ElementsAre(path("3", "08-0000-0000000000000001-00000001.ndjson")));
  EXPECT_EQ(world.manifest.checkpoint().lsn, Lsn{4096});
  world.manifest.streams[orders] = view;
  world.run();
}

TEST_F(BatcherTest, AConflictMeansStartingAgainFromTheCheckpoint) {
  world.send(orders, "1");
  world.run();
  world.manifest.take_over();
  world.now += seconds(60);
  const auto stepped = world.step();
  ASSERT_FALSE(stepped);
  EXPECT_EQ(stepped.error().code, Errc::unavailable);
  EXPECT_THAT(stepped.error().message, HasSubstr("another batcher took over partition 0"));
  world.run();
  EXPECT_THAT(world.manifest.batches, SizeIs(1));
}

TEST_F(BatcherTest, ABatcherThatLostItsClaimReplacesNoFile) {
  restart_with({.step_records = 1});
  world.send(orders, "1");
  world.run();
  const auto late_store = std::move(world.store);  // another process has a store of its own
  const auto late = std::move(world.batcher);
  restart_with({});
  world.send(orders, "2");
  world.send(orders, "3");
  world.now += seconds(60);
  world.run();
  ASSERT_THAT(world.paths(), ElementsAre(path("1", "08-0000-0000000000000001-00000002.ndjson")));

  EXPECT_THAT(late->step(world.now).error().message, HasSubstr("another batcher took over"));
  EXPECT_EQ(world.store->read(path("1", "08-0000-0000000000000001-00000001.ndjson")), "1\n2\n");
  EXPECT_EQ(world.read(world.manifest.batches[0]), "1\n2\n3\n");

  world.finish();
  world.expect_sealed_and_whole();
  EXPECT_FALSE(world.store->read(path("1", "08-0000-0000000000000001-00000001.ndjson")))
      << "the sealed hour has only its own files";
  world.expect_no_file_without_a_row();
}

TEST_F(BatcherTest, WhatALostClaimLeftInAnHourThatIsNotSealedYetIsRemovedByTheNextToSeal) {
  bool fails = true;
  world.manifest.before = [&]() -> std::optional<Error> {
    if (!std::exchange(fails, false)) return std::nullopt;
    return Error{Errc::io, "the catalog is away"};
  };
  for (int i = 0; i < 700; ++i)
    world.send(orders, std::string(200, 'x'));
  world.now += seconds(60);
  EXPECT_FALSE(world.step());
  world.run();
  ASSERT_THAT(world.manifest.batches, SizeIs(1));
  const std::string lost = path("1", "08-0000-0000000000000001-00000001");
  EXPECT_TRUE(world.store->read(lost + ".ndjson"));
  EXPECT_TRUE(world.store->read(lost + ".index"));
  world.start();  // a third claim, which reads nothing of that hour
  world.finish();
  world.expect_sealed_and_whole();
  EXPECT_FALSE(world.store->read(lost + ".ndjson"));
  EXPECT_FALSE(world.store->read(lost + ".index"));
}

TEST_F(BatcherTest, AFullDiskLosesAndDoublesNothing) {
  restart_with({.roll = {.records_max = 3}});
  for (int i = 0; i < 8; ++i)
    world.send(orders, std::string(40'000, 'x') + std::to_string(i));
  world.disk.set_capacity(100'000);
  for (int i = 0; i < 3; ++i) {
    const auto stepped = world.step();
    ASSERT_FALSE(stepped);
    EXPECT_EQ(stepped.error().code, Errc::disk_full);
  }
  EXPECT_THAT(world.manifest.batches, IsEmpty());
  world.disk.set_capacity(std::nullopt);
  world.finish();
  EXPECT_THAT(world.manifest.batches, SizeIs(3));
}

TEST_F(BatcherTest, ACommitWhoseAnswerIsLostIsNotDoneTwice) {
  world.send(orders, "1");
  bool lost = false;
  world.manifest.after = [&]() -> std::optional<Error> {
    if (std::exchange(lost, true)) return std::nullopt;
    return Error{Errc::io, "the connection broke"};
  };
  world.now += seconds(60);
  EXPECT_EQ(world.step().error().code, Errc::io);
  world.run();
  EXPECT_THAT(world.manifest.batches, SizeIs(1));
}

TEST_F(BatcherTest, FlushMakesAllOfOneStreamVisibleNow) {
  restart_with({.step_records = 2});
  for (int i = 0; i < 5; ++i) {
    world.send(orders, std::to_string(i));
    world.send(visits, std::to_string(i));
  }
  const auto flushed = world.batcher->flush(orders, world.now);
  ASSERT_TRUE(flushed) << flushed.error().message;
  ASSERT_THAT(*flushed, SizeIs(1));
  EXPECT_EQ(world.read(flushed->front()), "0\n1\n2\n3\n4\n");
  EXPECT_THAT(world.paths(), ElementsAre(path("1", "08-0000-0000000000000001-00000001.ndjson")));
  EXPECT_THAT(*world.batcher->flush(orders, world.now), IsEmpty());
  EXPECT_THAT(*world.batcher->flush(StreamNo{99}, world.now), IsEmpty());
}

TEST_F(BatcherTest, FlushReturnsEveryBatchItClosedOnTheWay) {
  restart_with({.roll = {.records_max = 2}, .step_records = 3});
  for (int i = 0; i < 5; ++i)
    world.send(orders, std::to_string(i));
  EXPECT_THAT(*world.batcher->flush(orders, world.now), SizeIs(3));
}

TEST_F(BatcherTest, OpenBatchesAreBoundedTheOldestCloses) {
  restart_with({.open_batches_max = 2});
  world.send(orders, "1");
  world.send(visits, "1");
  world.run();
  EXPECT_THAT(world.paths(), IsEmpty());
  world.send(sales, "<a/>");
  world.run();
  EXPECT_THAT(world.paths(), ElementsAre(path("1", "08-0000-0000000000000001-00000001.ndjson")));
  EXPECT_EQ(world.batcher->gauges(world.now).open_batches, 2u);
}

TEST_F(BatcherTest, WhatWaitsForTheQuarantineIsBounded) {
  restart_with({.held_bytes_max = 100});
  world.send(orders, "1");
  world.send(sales, std::string(60, 'x'));
  world.run();
  EXPECT_THAT(world.manifest.quarantined, IsEmpty());
  world.send(sales, std::string(60, 'x'));
  world.run();
  EXPECT_THAT(world.manifest.quarantined, SizeIs(2));
  EXPECT_THAT(world.paths(), IsEmpty()) << "others stay open";
}

TEST_F(BatcherTest, QuarantinedBodiesBeyondTheBoundStandInAFileInsteadOfTheCatalog) {
  restart_with({.quarantine = {.catalog_bytes_max = 10}});
  world.send(sales, "12345678");
  world.finish();
  world.send(sales, "abc");
  world.send(sales, "<a/>");
  world.send(sales, "defg");
  world.finish();
  ASSERT_THAT(world.manifest.quarantined, SizeIs(3));
  const auto& [first, second, third] = std::tie(
      world.manifest.quarantined[0], world.manifest.quarantined[1], world.manifest.quarantined[2]);
  EXPECT_EQ(first.stored.path, "");
  EXPECT_EQ(first.body, "12345678");
  EXPECT_EQ(second.stored.path,
            "quarantine/acme/is-2/2027-03-02-10-0000-0000000000000002-00000001");
  EXPECT_EQ(third.stored.path, second.stored.path);
  EXPECT_EQ(world.store->read(second.stored.path).value(), "abcdefg");
  EXPECT_EQ(world.body_of(third), "defg");
  world.expect_each_record_once();
  world.expect_sealed_and_whole();
}

TEST_F(BatcherTest, BatchesThatCloseTogetherDoNotExceedTheBoundTogether) {
  restart_with({.quarantine = {.catalog_bytes_max = 10}});
  world.send(sales, "12345678");
  world.log.commit({{orders, PayloadType::json, "{}"}, {orders, PayloadType::xml, "abc"}},
                   world.now);
  world.finish();
  ASSERT_THAT(world.manifest.quarantined, SizeIs(2));
  EXPECT_EQ(world.manifest.quarantine_bytes(), 8u);
  world.expect_each_record_once();
}

TEST_F(BatcherTest, AFileOfQuarantinedBodiesIsBoundedUnlessOneIsLarger) {
  restart_with({.quarantine = {.catalog_bytes_max = 0, .file_bytes_max = 10}});
  const std::vector<std::string> bodies{"12345", "67890", "a", std::string(30, 'b'), "c"};
  for (const std::string& body : bodies)
    world.send(sales, body);
  world.finish();
  std::vector<std::string> files;
  for (const catalog::Quarantined& one : world.manifest.quarantined)
    files.push_back(world.store->read(one.stored.path).value());
  EXPECT_THAT(files, ElementsAre("1234567890", "1234567890", "a", bodies[3], "c"));
  world.expect_each_record_once();
}

TEST_F(BatcherTest, AStepIsBoundedAndSaysThatThereIsMore) {
  restart_with({.step_records = 2});
  for (int i = 0; i < 3; ++i)
    world.send(orders, "1");
  auto progress = world.step();
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->records, 2u);
  EXPECT_TRUE(progress->more);
  progress = world.step();
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->records, 1u);
  EXPECT_FALSE(progress->more);
}

TEST_F(BatcherTest, WhileBehindOldRecordsDoNotBecomeAFileEach) {
  for (int i = 0; i < 10; ++i)
    world.send(orders, std::to_string(i));
  world.now += minutes(20);
  restart_with({.step_records = 2});
  world.run();
  EXPECT_THAT(world.paths(), SizeIs(1)) << "one file once it has caught up";
}

TEST_F(BatcherTest, GaugesSayWhatIsDoneAndWhatIsNot) {
  world.send(orders, "123");
  world.send(visits, "1");
  world.now += seconds(7);
  world.run();
  auto gauges = world.batcher->gauges(world.now);
  EXPECT_EQ(gauges.open_batches, 2u);
  EXPECT_EQ(gauges.oldest_unbatched_age, seconds(7));
  EXPECT_EQ(gauges.lag_bytes, 2 * 4096u);
  EXPECT_EQ(gauges.batches, 0u);
  ASSERT_TRUE(world.batcher->flush(orders, world.now));
  gauges = world.batcher->gauges(world.now);
  EXPECT_EQ(gauges.batches, 1u);
  EXPECT_EQ(gauges.records, 1u);
  EXPECT_EQ(gauges.bytes, 4u);
  EXPECT_EQ(gauges.lag_bytes, 4096u);
}

}  // namespace
}  // namespace weir::batcher
