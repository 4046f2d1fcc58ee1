#include "catalog/batches.hpp"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"

namespace weir::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BatchesTest : public BatchTest {};

TEST_F(BatchesTest, AnUntouchedPartitionStandsAtItsBeginning) {
  const auto checkpoint = batches().checkpoint(PartitionNo{0});
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->lsn, Lsn{0});
  EXPECT_EQ(checkpoint->version, 0u);
  EXPECT_TRUE(batches().positions(PartitionNo{0})->empty());
}

TEST_F(BatchesTest, ACommitMovesCheckpointPositionAndManifestTogether) {
  const Stream stream = add_stream(acme_);
  const auto moved = commit(one_file(stream, 1, 3, Lsn{4096}));
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_EQ(moved->lsn, Lsn{4096});
  EXPECT_EQ(moved->version, 1u);
  EXPECT_EQ(batches().checkpoint(PartitionNo{0})->lsn, Lsn{4096});
  EXPECT_EQ(batches().positions(PartitionNo{0})->at(stream.no), Sequence{4});
  const auto found = batches().find(acme_, {stream.id, {}, {}, {}});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  const Batch& batch = found->front();
  const Batch expected = one_file(stream, 1, 3, Lsn{4096}).batches[0];
  EXPECT_EQ(batch.path, expected.path);
  EXPECT_EQ(batch.stream, stream.no);
  EXPECT_EQ(batch.day, expected.day);
  EXPECT_EQ(batch.hour, expected.hour);
  EXPECT_EQ(batch.first_sequence, Sequence{1});
  EXPECT_EQ(batch.last_sequence, Sequence{3});
  EXPECT_EQ(batch.records, 3u);
  EXPECT_EQ(batch.bytes, expected.bytes);
  EXPECT_EQ(batch.sha256, expected.sha256);
  EXPECT_EQ(batch.first_received_at, expected.first_received_at);
  EXPECT_EQ(batch.last_received_at, expected.last_received_at);
}

TEST_F(BatchesTest, ACheckpointThatMovedIsAConflictAndNothingIsDone) {
  const Stream stream = add_stream(acme_);
  BatchCommit first = one_file(stream, 1, 3, Lsn{4096});
  ASSERT_TRUE(commit(first));
  BatchCommit late = one_file(stream, 4, 6, Lsn{8192});
  late.read = {};  // what another batcher read before the first commit
  const auto refused = batches().commit(late);
  EXPECT_EQ(code_of(refused), Errc::conflict);
  EXPECT_THAT(message_of(refused), HasSubstr("another batcher"));
  EXPECT_EQ(batches().checkpoint(PartitionNo{0})->lsn, Lsn{4096});
  EXPECT_EQ(batches().positions(PartitionNo{0})->at(stream.no), Sequence{4});
  EXPECT_EQ(batches().find(acme_, {stream.id, {}, {}, {}})->size(), 1u);
}

TEST_F(BatchesTest, APositionThatMovedTakesTheCheckpointBackToo) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(one_file(stream, 1, 3, Lsn{4096})));
  const auto refused = commit(one_file(stream, 3, 5, Lsn{8192}));  // 3 is in a file already
  EXPECT_EQ(code_of(refused), Errc::conflict);
  EXPECT_EQ(batches().checkpoint(PartitionNo{0})->version, 1u);
  EXPECT_EQ(batches().checkpoint(PartitionNo{0})->lsn, Lsn{4096});
}

TEST_F(BatchesTest, APathThatIsTakenTakesEverythingBack) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(one_file(stream, 1, 3, Lsn{4096})));
  BatchCommit second = one_file(stream, 4, 6, Lsn{8192});
  second.batches[0].path = one_file(stream, 1, 3, Lsn{0}).batches[0].path;
  EXPECT_EQ(code_of(commit(second)), Errc::conflict);
  EXPECT_EQ(batches().positions(PartitionNo{0})->at(stream.no), Sequence{4});
}

TEST_F(BatchesTest, OfTwoBatchersOnOneFileOneIsRefused) {
  const std::string path = places_.lasting();
  const auto one = open(path);
  const auto other = open(path);
  const auto tenant = one->tenants().add("acme")->no;
  const Stream stream = one->streams().add(tenant, {"s", "", std::nullopt, false}).value();

  ASSERT_TRUE(one->batches().commit(one_file(stream, 1, 3, Lsn{4096})));
  EXPECT_EQ(code_of(other->batches().commit(one_file(stream, 1, 2, Lsn{4096}))), Errc::conflict);

  BatchCommit next = one_file(stream, 4, 4, Lsn{8192});
  next.read = other->batches().checkpoint(PartitionNo{0}).value();
  EXPECT_TRUE(other->batches().commit(next)) << "having read again, it goes on";
  EXPECT_EQ(one->batches().find(tenant, {stream.id, {}, {}, {}})->size(), 2u);
}

TEST_F(BatchesTest, AClaimRefusesTheCommitsOfAllEarlierOnes) {
  const Stream stream = add_stream(acme_);
  BatchCommit late = one_file(stream, 1, 3, Lsn{4096});
  late.read = batches().claim(PartitionNo{0}).value();
  EXPECT_EQ(late.read.version, 1u);
  BatchCommit next = one_file(stream, 1, 2, Lsn{4096});
  next.read = batches().claim(PartitionNo{0}).value();
  EXPECT_EQ(next.read.version, 2u);
  EXPECT_EQ(next.read.lsn, Lsn{0});
  EXPECT_EQ(code_of(batches().commit(late)), Errc::conflict);
  const auto done = batches().commit(next);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(batches().claim(PartitionNo{0})->version, 4u) << "commits count too";
  EXPECT_EQ(batches().checkpoint(PartitionNo{0})->lsn, Lsn{4096}) << "a claim moves nothing";
  EXPECT_EQ(batches().claim(PartitionNo{1})->version, 1u);
}

TEST_F(BatchesTest, RacingBatchersCommitEveryRecordOnce) {
  const std::string path = places_.lasting();
  const auto one = open(path);
  const auto other = open(path);
  const auto tenant = one->tenants().add("acme")->no;
  const Stream stream = one->streams().add(tenant, {"s", "", std::nullopt, false}).value();
  std::atomic<int> conflicts = 0;
  const auto race = [&](Catalog& catalog) {
    for (int i = 0; i < 25; ++i) {
      const auto checkpoint = catalog.batches().checkpoint(PartitionNo{0}).value();
      const std::uint64_t next = checkpoint.version + 1;
      BatchCommit attempt = one_file(stream, next, next, Lsn{4096 * next});
      attempt.read = checkpoint;
      const auto done = catalog.batches().commit(attempt);
      if (!done) {
        EXPECT_EQ(done.error().code, Errc::conflict) << done.error().message;
        ++conflicts;
      }
    }
  };
  std::thread first(race, std::ref(*one));
  std::thread second(race, std::ref(*other));
  first.join();
  second.join();
  const auto totals = one->batches().totals(tenant, stream.id).value();
  EXPECT_EQ(totals.files, 50u - static_cast<unsigned>(conflicts));
  EXPECT_EQ(one->batches().positions(PartitionNo{0})->at(stream.no).value, totals.in_files + 1);
}

TEST_F(BatchesTest, AManifestRowThatDoesNotAddUpIsNotWritten) {
  const Stream stream = add_stream(acme_);
  BatchCommit lost = one_file(stream, 1, 3, Lsn{4096});
  lost.batches[0].records = 2;
  BatchCommit outside = one_file(stream, 1, 3, Lsn{4096});
  outside.positions[0].to = Sequence{3};
  BatchCommit unnamed = one_file(stream, 1, 3, Lsn{4096});
  unnamed.positions.clear();
  BatchCommit reversed = one_file(stream, 1, 3, Lsn{4096});
  std::swap(reversed.batches[0].first_sequence, reversed.batches[0].last_sequence);
  BatchCommit backwards = one_file(stream, 1, 3, Lsn{4096});
  backwards.read.lsn = Lsn{8192};
  BatchCommit stray = one_file(stream, 1, 3, Lsn{4096});
  stray.quarantined.push_back(quarantined(stream, 4));
  for (const BatchCommit& bad : {lost, outside, unnamed, reversed, backwards, stray})
    EXPECT_EQ(code_of(batches().commit(bad)), Errc::internal);
  EXPECT_EQ(batches().checkpoint(PartitionNo{0})->version, 0u);
}

TEST_F(BatchesTest, AnEmptyCommitMovesTheCheckpointOnly) {
  BatchCommit empty;
  empty.checkpoint = Lsn{4096};
  ASSERT_TRUE(commit(empty));
  EXPECT_EQ(batches().checkpoint(PartitionNo{0})->lsn, Lsn{4096});
}

TEST_F(BatchesTest, PartitionsStandOnTheirOwn) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(one_file(stream, 1, 3, Lsn{4096})));
  BatchCommit other = one_file(stream, 1, 2, Lsn{12288});
  other.partition = PartitionNo{1};
  other.batches[0].partition = PartitionNo{1};
  other.batches[0].path += "-1";
  ASSERT_TRUE(batches().commit(other));
  EXPECT_EQ(batches().checkpoint(PartitionNo{0})->lsn, Lsn{4096});
  EXPECT_EQ(batches().checkpoint(PartitionNo{1})->lsn, Lsn{12288});
  EXPECT_EQ(batches().positions(PartitionNo{1})->at(stream.no), Sequence{3});
}

TEST_F(BatchesTest, TheFirstCommitBindsAnOpenStreamAndPublishesIt) {
  const Stream open_stream = add_stream(acme_);
  const Stream declared = add_stream(acme_, PayloadType::xml);
  const std::uint64_t before = catalog_->snapshots().version();
  BatchCommit first = one_file(open_stream, 1, 1, Lsn{4096});
  const BatchCommit second = one_file(declared, 1, 1, Lsn{4096});
  first.batches.push_back(second.batches[0]);
  first.positions.push_back(second.positions[0]);
  ASSERT_TRUE(commit(first));
  EXPECT_EQ(catalog_->streams().find(acme_, open_stream.id)->payload_type, PayloadType::json);
  EXPECT_EQ(catalog_->streams().find(acme_, declared.id)->payload_type, PayloadType::xml);
  EXPECT_EQ(catalog_->snapshots().version(), before + 1);
  EXPECT_EQ(catalog_->snapshots().current()->streams.at(open_stream.id).payload_type,
            PayloadType::json);

  ASSERT_TRUE(commit(one_file(open_stream, 2, 2, Lsn{8192})));
  EXPECT_EQ(catalog_->snapshots().version(), before + 1) << "nothing new to the request path";
}

TEST_F(BatchesTest, FindKeepsTheOrderOfTheDataAndItsBounds) {
  const Stream stream = add_stream(acme_);
  const std::pair<const char*, int> hours_of_files[] = {
      {"2027-03-03", 0}, {"2027-03-02", 8}, {"2027-03-01", 23}, {"2027-03-02", 7}};
  std::uint64_t next = 1;
  for (const auto& [day, hour] : hours_of_files) {
    BatchCommit file = one_file(stream, next, next, Lsn{4096 * next});
    file.batches[0].day = *parse_day(day);
    file.batches[0].hour = hour;
    ASSERT_TRUE(commit(file));
    ++next;
  }
  const auto days_and_hours = [&](std::optional<Day> from, std::optional<Day> to,
                                  std::optional<int> hour) {
    std::vector<std::string> seen;
    const auto found = batches().find(acme_, {stream.id, from, to, hour}).value();
    for (const Batch& batch : found)
      seen.push_back(weir::to_string(batch.day).substr(8) + "/" + std::to_string(batch.hour));
    return seen;
  };
  EXPECT_THAT(days_and_hours({}, {}, {}), ElementsAre("01/23", "02/7", "02/8", "03/0"));
  EXPECT_THAT(days_and_hours(*parse_day("2027-03-02"), *parse_day("2027-03-03"), {}),
              ElementsAre("02/7", "02/8"));
  EXPECT_THAT(days_and_hours(*parse_day("2027-03-02"), {}, {}),
              ElementsAre("02/7", "02/8", "03/0"));
  EXPECT_THAT(days_and_hours({}, {}, 8), ElementsAre("02/8"));
  EXPECT_THAT(days_and_hours({}, *parse_day("2027-03-01"), {}), ElementsAre());
}

TEST_F(BatchesTest, TheNewestFilesComeInTheOrderOfTheData) {
  const Stream stream = add_stream(acme_);
  EXPECT_TRUE(batches().newest(acme_, stream.id, 2)->empty());
  for (std::uint64_t i = 1; i <= 4; ++i)
    ASSERT_TRUE(commit(one_file(stream, i, i, Lsn{4096 * i})));
  const auto newest = batches().newest(acme_, stream.id, 2).value();
  ASSERT_EQ(newest.size(), 2u);
  EXPECT_EQ(newest[0].first_sequence, Sequence{3});
  EXPECT_EQ(newest[1].first_sequence, Sequence{4});
  EXPECT_EQ(code_of(batches().newest(rival_, stream.id, 2)), Errc::not_found);
}

TEST_F(BatchesTest, AnotherTenantSeesNothing) {
  const Stream stream = add_stream(acme_);
  BatchCommit file = one_file(stream, 1, 3, Lsn{4096});
  file.batches[0].records = 2;
  file.batches[0].quarantined = 1;
  file.quarantined.push_back(quarantined(stream, 2));
  ASSERT_TRUE(commit(file));
  EXPECT_EQ(code_of(batches().find(rival_, {stream.id, {}, {}, {}})), Errc::not_found);
  EXPECT_EQ(code_of(batches().list(rival_, {stream.id, {}, {}, {}}, {})), Errc::not_found);
  EXPECT_EQ(code_of(batches().quarantined(rival_, {.stream_id = stream.id}, {})), Errc::not_found);
  EXPECT_EQ(code_of(batches().totals(rival_, stream.id)), Errc::not_found);
  EXPECT_EQ(code_of(batches().place(rival_, {stream.no, PartitionNo{0}, Sequence{1}})),
            Errc::not_found);
  EXPECT_TRUE(batches().find(rival_, {})->empty());
  EXPECT_TRUE(batches().list(rival_, {}, {})->items.empty());
  EXPECT_TRUE(batches().quarantined(rival_, {}, {})->items.empty());
  EXPECT_EQ(batches().list(acme_, {}, {})->items.size(), 1u);
  BatchFilter first;
  first.committed = BatchRange{0, 1000};
  EXPECT_EQ(batches().list(acme_, first, {})->items.size(), 1u) << "as a run's are";
  EXPECT_EQ(batches().quarantined(acme_, {}, {})->items.size(), 1u);
}

TEST_F(BatchesTest, AQuarantinedPayloadIsKeptWhole) {
  const Stream stream = add_stream(acme_, PayloadType::xml);
  BatchCommit aside;
  aside.checkpoint = Lsn{4096};
  aside.positions = {{stream.no, Sequence{1}, Sequence{2}, PayloadType::xml}};
  aside.quarantined = {quarantined(stream, 1)};
  aside.quarantined[0].body = std::string("<a>\0\xFF</b>", 9);
  ASSERT_TRUE(commit(aside));
  const auto page = batches().quarantined(acme_, {.stream_id = stream.id}, {}).value();
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_EQ(page.items[0].body_bytes, 9u);
  EXPECT_EQ(batches().quarantined_body(page.items[0].address).value(), aside.quarantined[0].body);
  EXPECT_EQ(page.items[0].reason, aside.quarantined[0].reason);
  EXPECT_EQ(page.items[0].address, aside.quarantined[0].address);
  EXPECT_EQ(page.items[0].received_at, aside.quarantined[0].received_at);
  EXPECT_EQ(page.items[0].type, PayloadType::xml);
}

/// The gateway takes no empty body; a log that holds one must not stop the batcher.
TEST_F(BatchesTest, AnEmptyPayloadIsQuarantinedLikeAnyOther) {
  const Stream stream = add_stream(acme_, PayloadType::xml);
  BatchCommit aside;
  aside.checkpoint = Lsn{4096};
  aside.positions = {{stream.no, Sequence{1}, Sequence{2}, PayloadType::xml}};
  aside.quarantined = {quarantined(stream, 1)};
  aside.quarantined[0].body = "";
  const auto done = commit(aside);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(batches().quarantined_body(aside.quarantined[0].address).value(), "");
  EXPECT_EQ(batches().quarantined(acme_, {}, {})->items.at(0).body_bytes, 0u);
}

TEST_F(BatchesTest, WhatTheQuarantineHoldsIsCountedWhereItStands) {
  const std::string path = places_.lasting();
  const auto held = [](Catalog& catalog) {
    const auto now = catalog.batches().quarantine_held();
    return std::vector{now.payloads_in_catalog, now.bytes_in_catalog, now.payloads_in_files,
                       now.bytes_in_files};
  };
  using ::testing::ElementsAre;
  std::uint32_t tenant = 0;
  Stream stream;
  {
    const auto catalog = open(path);
    tenant = catalog->tenants().add("acme")->no;
    stream = catalog->streams().add(tenant, {"s", "", std::nullopt, false}).value();
    BatchCommit aside;
    aside.checkpoint = Lsn{4096};
    aside.positions = {{stream.no, Sequence{1}, Sequence{5}, PayloadType::xml}};
    for (std::uint64_t i = 1; i <= 4; ++i)
      aside.quarantined.push_back(quarantined(stream, i));
    for (std::size_t i : {2, 3}) {
      aside.quarantined[i].body = "";
      aside.quarantined[i].stored = {"quarantine/a", 20 * (i - 2), 20, ~std::uint64_t{0} - i};
    }
    aside.read = catalog->batches().checkpoint(aside.partition).value();
    ASSERT_TRUE(catalog->batches().commit(aside));
    EXPECT_THAT(held(*catalog), ElementsAre(2, 14, 2, 40));
    const auto file = catalog->batches().quarantine_file("quarantine/a").value();
    ASSERT_EQ(file.bodies.size(), 2u);
    EXPECT_EQ(file.bodies[1].offset, 20u);
    EXPECT_EQ(file.bodies[1].crc64, ~std::uint64_t{0} - 3);
    for (std::uint64_t i : {1, 3})
      ASSERT_TRUE(catalog->batches().settle(tenant, {stream.no, PartitionNo{0}, Sequence{i}},
                                            QuarantineState::dropped, std::nullopt));
    EXPECT_THAT(held(*catalog), ElementsAre(1, 7, 1, 20));
  }
  const auto catalog = open(path);
  EXPECT_THAT(held(*catalog), ElementsAre(1, 7, 1, 20)) << "counted from the rows";
}

TEST_F(BatchesTest, TheQuarantineOfARecordIsWrittenOnce) {
  const Stream stream = add_stream(acme_);
  BatchCommit twice;
  twice.checkpoint = Lsn{4096};
  twice.positions = {{stream.no, Sequence{1}, Sequence{2}, PayloadType::xml}};
  twice.quarantined = {quarantined(stream, 1), quarantined(stream, 1)};
  EXPECT_EQ(code_of(commit(twice)), Errc::conflict);
  EXPECT_TRUE(batches().quarantined(acme_, {}, {})->items.empty());
}

TEST_F(BatchesTest, EveryRecordHasOnePlace) {
  const Stream stream = add_stream(acme_);
  BatchCommit file = one_file(stream, 1, 3, Lsn{4096});
  file.batches[0].records = 2;
  file.batches[0].quarantined = 1;
  file.quarantined.push_back(quarantined(stream, 2));
  ASSERT_TRUE(commit(file));
  ASSERT_TRUE(commit(one_file(stream, 4, 6, Lsn{8192})));
  const auto place = [&](std::uint64_t sequence) {
    return batches().place(acme_, {stream.no, PartitionNo{0}, Sequence{sequence}}).value();
  };
  for (const std::uint64_t sequence : {1, 3}) {
    ASSERT_TRUE(place(sequence).batch);
    EXPECT_EQ(place(sequence).batch->first_sequence, Sequence{1});
    EXPECT_FALSE(place(sequence).quarantined);
  }
  EXPECT_TRUE(place(2).quarantined);
  EXPECT_FALSE(place(2).batch);
  EXPECT_EQ(place(6).batch->first_sequence, Sequence{4});
  EXPECT_FALSE(place(7).batch || place(7).quarantined);
  EXPECT_EQ(code_of(batches().place(acme_, {StreamNo{99}, PartitionNo{0}, Sequence{1}})),
            Errc::not_found);
}

TEST_F(BatchesTest, TotalsAddUp) {
  const Stream stream = add_stream(acme_);
  EXPECT_EQ(batches().totals(acme_, stream.id)->files, 0u);
  BatchCommit file = one_file(stream, 1, 3, Lsn{4096});
  file.batches[0].records = 2;
  file.batches[0].quarantined = 1;
  file.quarantined.push_back(quarantined(stream, 2));
  ASSERT_TRUE(commit(file));
  ASSERT_TRUE(commit(one_file(stream, 4, 10, Lsn{8192})));
  const auto totals = batches().totals(acme_, stream.id).value();
  EXPECT_EQ(totals.in_files, 9u);
  EXPECT_EQ(totals.quarantined, 1u);
  EXPECT_EQ(totals.files, 2u);
  EXPECT_EQ(totals.bytes, 30u + 70u);
}

TEST_F(BatchesTest, WhatWasCommittedSurvivesAReopen) {
  const std::string path = places_.lasting();
  std::uint32_t tenant = 0;
  Stream stream;
  {
    const auto catalog = open(path);
    tenant = catalog->tenants().add("acme")->no;
    stream = catalog->streams().add(tenant, {"s", "", std::nullopt, false}).value();
    ASSERT_TRUE(catalog->batches().commit(one_file(stream, 1, 3, Lsn{4096})));
  }
  const auto catalog = open(path);
  EXPECT_EQ(catalog->batches().checkpoint(PartitionNo{0})->lsn, Lsn{4096});
  EXPECT_EQ(catalog->batches().positions(PartitionNo{0})->at(stream.no), Sequence{4});
  EXPECT_EQ(catalog->batches().find(tenant, {stream.id, {}, {}, {}})->size(), 1u);
  EXPECT_EQ(catalog->snapshots().current()->streams.at(stream.id).payload_type, PayloadType::json);
}

}  // namespace
}  // namespace weir::catalog
