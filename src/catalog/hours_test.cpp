#include "catalog/hours.hpp"

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"

namespace weir::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class HoursTest : public BatchTest {
 protected:
  Hours& hours() { return catalog_->hours(); }

  /// Records 1 to 5: three in a file, one quarantined, one the duplicate of the first.
  BatchCommit mixed(const Stream& stream) {
    BatchCommit commit = one_file(stream, 1, 5, Lsn{4096});
    commit.batches[0].records = 3;
    commit.batches[0].quarantined = commit.batches[0].duplicates = 1;
    commit.quarantined = {quarantined(stream, 2)};
    commit.duplicates = {run(stream, {{Sequence{4}, Sequence{1}}})};
    return commit;
  }
  static Duplicates run(const Stream& stream, std::vector<Duplicate> pairs) {
    return {.stream = stream.no,
            .first_received_at = *parse_time("2027-03-02T08:10:00Z"),
            .last_received_at = *parse_time("2027-03-02T08:20:00Z"),
            .pairs = std::move(pairs)};
  }
  static KeyPrint print(const Stream& stream, std::uint64_t sequence, const char* at) {
    return {.key = {sequence, 7},
            .body = 9,
            .stream = stream.no,
            .sequence = Sequence{sequence},
            .received_at = *parse_time(at)};
  }
  std::optional<Sequence> original(const Stream& stream, std::uint64_t sequence) {
    return batches().place(acme_, {stream.no, PartitionNo{0}, Sequence{sequence}})->duplicate_of;
  }
};

TEST_F(HoursTest, AnHourCountsItsRows) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(mixed(stream)));
  const auto page = hours().list(acme_, stream.id, {});
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_THAT(page->items, SizeIs(1));
  const Hour& hour = page->items[0];
  EXPECT_EQ(hour.day, *parse_day("2027-03-02"));
  EXPECT_EQ(hour.hour, 8);
  EXPECT_EQ(hour.accepted(), 5u);
  EXPECT_EQ(hour.in_files, 3u);
  EXPECT_EQ(hour.duplicates, 1u);
  EXPECT_EQ(hour.quarantined, 1u);
  EXPECT_EQ(hour.accounted(), hour.accepted());
  EXPECT_EQ(hour.files, 1u);
  EXPECT_FALSE(hour.sealed());
  EXPECT_EQ(code_of(hours().list(rival_, stream.id, {})), Errc::not_found);
}

TEST_F(HoursTest, ADuplicateNamesItsOriginalAndOthersDoNot) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(mixed(stream)));
  EXPECT_EQ(original(stream, 4), Sequence{1});
  EXPECT_EQ(original(stream, 3), std::nullopt);
  EXPECT_TRUE(batches().place(acme_, {stream.no, PartitionNo{0}, Sequence{3}})->batch);
  EXPECT_EQ(batches().totals(acme_, stream.id)->duplicates, 1u);
}

TEST_F(HoursTest, ManyDuplicatesAreFoundInTheirPieces) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(one_file(stream, 1, 1, Lsn{4096})));
  std::vector<Duplicate> pairs;
  for (std::uint64_t sequence = 2; sequence <= 10'001; ++sequence)
    pairs.push_back({Sequence{sequence}, Sequence{1}});
  BatchCommit twice;
  twice.checkpoint = Lsn{8192};
  twice.positions = {{stream.no, Sequence{2}, Sequence{10'002}, PayloadType::json}};
  twice.duplicates = {run(stream, pairs)};
  ASSERT_TRUE(commit(twice));
  for (const std::uint64_t sequence : {2, 4097, 4098, 10'001})
    EXPECT_EQ(original(stream, sequence), Sequence{1}) << sequence;
  EXPECT_EQ(hours().list(acme_, stream.id, {})->items[0].duplicates, 10'000u);
}

TEST_F(HoursTest, ADuplicateOfALaterRecordIsRefused) {
  const Stream stream = add_stream(acme_);
  BatchCommit bad = mixed(stream);
  bad.duplicates[0].pairs[0].of = Sequence{4};
  EXPECT_EQ(code_of(commit(bad)), Errc::internal);
  EXPECT_TRUE(batches().positions(PartitionNo{0})->empty());
}

TEST_F(HoursTest, KeysComeBackOldestFirstAndAreForgottenWithTheirWindow) {
  const Stream stream = add_stream(acme_);
  BatchCommit first = one_file(stream, 1, 2, Lsn{4096});
  first.keys = {
      {stream.no,
       {print(stream, 1, "2027-03-02T08:00:00Z"), print(stream, 2, "2027-03-02T08:00:01Z")}}};
  ASSERT_TRUE(commit(first));
  BatchCommit second = one_file(stream, 3, 3, Lsn{8192});
  second.keys = {{stream.no, {print(stream, 3, "2027-03-02T09:00:00Z")}}};
  second.forget_keys_before = *parse_time("2027-03-02T08:00:01Z");
  ASSERT_TRUE(commit(second));
  const auto prints = batches().key_prints(PartitionNo{0}, 100).value();
  ASSERT_THAT(prints, SizeIs(3)) << "a row goes when all of it may";
  EXPECT_EQ(prints[0].sequence, Sequence{1});
  EXPECT_EQ(prints[2].key[0], 3u);
  EXPECT_EQ(prints[2].body, 9u);
  EXPECT_EQ(prints[2].received_at, *parse_time("2027-03-02T09:00:00Z"));
  EXPECT_THAT(batches().key_prints(PartitionNo{0}, 1).value(), SizeIs(1)) << "the newest";
  BatchCommit third = one_file(stream, 4, 4, Lsn{12288});
  third.forget_keys_before = *parse_time("2027-03-02T08:30:00Z");
  ASSERT_TRUE(commit(third));
  EXPECT_THAT(batches().key_prints(PartitionNo{0}, 100).value(), SizeIs(1));
}

TEST_F(HoursTest, ASealedHourTakesNoMoreAndIsSealedOnce) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(one_file(stream, 1, 3, Lsn{4096})));
  const Time nine = *parse_time("2027-03-02T09:00:00Z");
  EXPECT_TRUE(hours().to_seal(PartitionNo{0}, nine - std::chrono::seconds(1), 10)->empty());
  auto due = hours().to_seal(PartitionNo{0}, nine, 10).value();
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_THAT(hours().files(due[0]).value(), SizeIs(1));
  due[0].manifest_path = "somewhere/08-0000.manifest.json";
  due[0].manifest_sha256 = std::string(64, 'b');
  EXPECT_EQ(hours().sealed_until(PartitionNo{0}).value(), Time{});
  ASSERT_TRUE(hours().seal(due));
  EXPECT_EQ(code_of(hours().seal(due)), Errc::conflict);
  EXPECT_EQ(hours().sealed_until(PartitionNo{0}).value(), nine);
  EXPECT_EQ(hours().newest_sealed(stream.no, PartitionNo{0}).value()->manifest_path,
            due[0].manifest_path);
  EXPECT_TRUE(hours().to_seal(PartitionNo{0}, nine, 10)->empty());
  const auto late = commit(one_file(stream, 4, 4, Lsn{8192}));
  EXPECT_EQ(code_of(late), Errc::internal);
  EXPECT_THAT(message_of(late), HasSubstr("sealed"));
  EXPECT_EQ(batches().positions(PartitionNo{0})->at(stream.no), Sequence{4});
}

TEST_F(HoursTest, AccountsAreOfOneMomentAndLeaveSealedHoursOut) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(mixed(stream)));
  EXPECT_THAT(hours().accounts(PartitionNo{0})->hours, SizeIs(1));
  auto due = hours().to_seal(PartitionNo{0}, *parse_time("2027-03-03T00:00:00Z"), 10).value();
  due[0].manifest_path = "m";
  ASSERT_TRUE(hours().seal(due));
  const auto accounts = hours().accounts(PartitionNo{0}).value();
  EXPECT_TRUE(accounts.hours.empty());
  EXPECT_EQ(accounts.checkpoint.lsn, Lsn{4096});
  EXPECT_EQ(accounts.positions.at(stream.no), Sequence{6});
}

TEST_F(HoursTest, AllHoursAreReadPieceByPieceInTheOrderOfStreamAndTime) {
  const Stream first = add_stream(acme_);
  const Stream second = add_stream(acme_);
  std::uint64_t lsn = 0;
  for (int day = 1; day <= 3; ++day)
    for (const Stream* stream : {&second, &first}) {
      const auto at = static_cast<std::uint64_t>(day);
      BatchCommit one = one_file(*stream, at, at, Lsn{lsn += 4096});
      one.batches[0].day = *parse_day("2027-03-0" + std::to_string(day));
      ASSERT_TRUE(commit(one));
    }
  std::vector<std::pair<StreamNo, std::uint64_t>> seen;
  Hour last;
  for (int pieces = 0; pieces < 3; ++pieces) {
    const auto piece = hours().behind(PartitionNo{0}, last, 2).value();
    ASSERT_THAT(piece, SizeIs(2));
    for (const Hour& hour : piece)
      seen.emplace_back(hour.stream, hour.first_sequence.value);
    last = piece.back();
  }
  EXPECT_TRUE(hours().behind(PartitionNo{0}, last, 2)->empty());
  EXPECT_THAT(seen, ::testing::ElementsAre(std::pair(first.no, 1), std::pair(first.no, 2),
                                           std::pair(first.no, 3), std::pair(second.no, 1),
                                           std::pair(second.no, 2), std::pair(second.no, 3)));
}

TEST_F(HoursTest, SettlingKeepsTheRowAndGivesUpTheBytes) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(mixed(stream)));
  const Address address{stream.no, PartitionNo{0}, Sequence{2}};
  EXPECT_EQ(code_of(batches().settle(rival_, address, QuarantineState::dropped, {})),
            Errc::not_found);
  const auto settled = batches().settle(acme_, address, QuarantineState::replayed, Sequence{9});
  ASSERT_TRUE(settled) << settled.error().message;
  const auto record = batches().place(acme_, address)->quarantined;
  ASSERT_TRUE(record);
  EXPECT_EQ(record->state, QuarantineState::replayed);
  EXPECT_EQ(record->replayed_as, Sequence{9});
  EXPECT_EQ(record->body_bytes, 0u);
  EXPECT_EQ(batches().quarantined_body(address).value(), "");
  EXPECT_TRUE(record->settled_at);
  EXPECT_EQ(code_of(batches().settle(acme_, address, QuarantineState::dropped, {})),
            Errc::conflict);
  EXPECT_EQ(hours().list(acme_, stream.id, {})->items[0].quarantined, 1u);
}

}  // namespace
}  // namespace weir::catalog
