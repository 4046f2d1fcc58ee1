#include "pipeline/log/recovery.hpp"

#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "pipeline/log/log_world.hpp"

namespace weir::log {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

const std::string three_blocks(3 * 4096 - 100, 'x');

/// Three commits of one block each in the first segment, at offsets 4096, 8192 and 12288.
class RecoveryTest : public testing::Test, public LogWorld {
 protected:
  void write_abc() {
    open();
    write("a");
    write("b");
    write("c");
    close();
  }
  /// 18 commits over four segments.
  void write_four_segments() {
    open();
    tend();
    for (int i = 0; i < 18; ++i)
      write(three_blocks);
    ASSERT_THAT(files(".segment"), SizeIs(4));
    close();
  }
};

TEST_F(RecoveryTest, ANewDirectoryIsAnEmptyLog) {
  open();
  EXPECT_THAT(bodies(), IsEmpty());
  EXPECT_EQ(log->recovered().records, 0u);
  reopen();
  EXPECT_THAT(bodies(), IsEmpty());
}

TEST_F(RecoveryTest, SaysWhatItFound) {
  open();
  write("a", visits);
  write("b", orders);
  write("c", visits);
  reopen();
  EXPECT_EQ(log->recovered().records, 3u);
  EXPECT_EQ(log->recovered().bytes, 3u * 4096);
  EXPECT_FALSE(log->recovered().torn_tail);
  EXPECT_THAT(log->recovered().streams_seen,
              ElementsAre(Pair(visits, PayloadType::json), Pair(orders, PayloadType::json)));
}

TEST_F(RecoveryTest, TornTailIsCutAndTheLogContinues) {
  int torn = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    LogWorld world(seed);
    world.open();
    world.write("a");
    world.write("b");
    ASSERT_TRUE(world.append(orders, three_blocks).has_value());
    world.disk.crash_during(1);
    ASSERT_TRUE(world.log->commit_step());
    EXPECT_EQ(world.sink.results().back().error, Errc::log_failed);
    world.crash();
    const bool survived = world.bodies().size() == 3;
    torn += world.log->recovered().torn_tail ? 1 : 0;
    world.write("d");
    world.reopen();
    if (survived)
      EXPECT_THAT(world.bodies(), ElementsAre("a", "b", three_blocks, "d"));
    else
      EXPECT_THAT(world.bodies(), ElementsAre("a", "b", "d"));
    EXPECT_EQ(world.lines().back().address.sequence.value, survived ? 4u : 3u);
  }
  EXPECT_GT(torn, 5);
}

TEST_F(RecoveryTest, DamageInTheLastCommitCannotBeToldFromATornOne) {
  write_abc();
  disk.flip_bit(segment(1), 12288 + 40);
  open();
  EXPECT_TRUE(log->recovered().torn_tail);
  EXPECT_THAT(bodies(), ElementsAre("a", "b"));
}

TEST_F(RecoveryTest, DamageInTheMiddleIsRefusedNamingSegmentAndOffset) {
  for (const std::uint64_t within : {0, 5, 9, 17, 25, 29, 40}) {
    LogWorld world;
    world.open();
    for (const char* body : {"a", "b", "c"})
      world.write(body);
    world.close();
    world.disk.flip_bit(world.segment(1), 8192 + within);
    const Error error = world.refusal();
    EXPECT_EQ(error.code, Errc::corrupt) << within;
    EXPECT_THAT(error.message, AllOf(HasSubstr(world.segment(1)), HasSubstr("offset 8192")));
    EXPECT_THAT(error.message, HasSubstr("later one was begun at offset 12288"));
  }
}

TEST_F(RecoveryTest, ALaterCommitNeedsNotBeWholeToShowThatTheDamageIsInTheMiddle) {
  write_abc();
  disk.flip_bit(segment(1), 8192 + 40);
  disk.flip_bit(segment(1), 12288 + 40);
  EXPECT_EQ(refusal().code, Errc::corrupt);
}

TEST_F(RecoveryTest, NothingIsChangedByARefusal) {
  write_abc();
  disk.flip_bit(segment(1), 8192 + 40);
  const std::string before = disk.contents(segment(1));
  EXPECT_EQ(refusal().code, Errc::corrupt);
  EXPECT_EQ(refusal().code, Errc::corrupt);
  EXPECT_EQ(disk.contents(segment(1)), before);
}

TEST_F(RecoveryTest, DamageInAnEarlierSegmentIsRefusedAlsoAtItsEnd) {
  write_four_segments();
  disk.flip_bit(segment(2), 4096 + 4 * 3 * 4096 + 50);  // its fifth and last commit
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message, AllOf(HasSubstr(segment(2)), HasSubstr("offset 53248")));
}

TEST_F(RecoveryTest, DamageInAHeaderIsRefused) {
  write_four_segments();
  for (const std::uint64_t offset : {0, 20, 30, 33, 44, 49}) {
    disk.flip_bit(segment(4), offset);
    const Error error = refusal();
    EXPECT_EQ(error.code, Errc::corrupt) << offset;
    EXPECT_THAT(error.message, HasSubstr(segment(4) + "' at offset 0"));
    disk.flip_bit(segment(4), offset);
  }
  open();
  EXPECT_THAT(bodies(), SizeIs(18));
}

TEST_F(RecoveryTest, ANewerVersionIsRefusedAsSuch) {
  write_abc();
  std::string bytes = disk.contents(segment(1));
  put(bytes.data() + 8, std::uint32_t{2});
  put(bytes.data() + 48, crc32c({bytes.data(), 48}));
  disk.put(segment(1), bytes);
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::newer_version);
  EXPECT_THAT(error.message, AllOf(HasSubstr("format 2"), HasSubstr(segment(1))));
}

TEST_F(RecoveryTest, AMissingSegmentIsRefused) {
  write_four_segments();
  ASSERT_TRUE(disk.remove(segment(2)).has_value());
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message, AllOf(HasSubstr(segment(2)), HasSubstr("missing")));
}

TEST_F(RecoveryTest, SegmentsUnderOneAnothersNamesAreRefused) {
  write_four_segments();
  const std::string second = disk.contents(segment(2));
  disk.put(segment(2), disk.contents(segment(3)));
  disk.put(segment(3), second);
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message, HasSubstr("segment number 3"));
}

TEST_F(RecoveryTest, ASegmentCutShortIsRefused) {
  write_abc();
  disk.put(segment(1), disk.contents(segment(1)).substr(0, 12288));
  EXPECT_EQ(refusal().code, Errc::corrupt);
  disk.put(segment(1), "");
  EXPECT_EQ(refusal().code, Errc::corrupt);
}

TEST_F(RecoveryTest, AStrangeSegmentNameIsRefusedAndOtherFilesAreLeftAlone) {
  write_abc();
  disk.put("/data/log/0/notes.txt", "mine");
  open();
  EXPECT_THAT(bodies(), ElementsAre("a", "b", "c"));
  disk.put("/data/log/0/1.segment", "");
  EXPECT_EQ(refusal().code, Errc::corrupt);
  EXPECT_EQ(disk.contents("/data/log/0/notes.txt"), "mine");
}

TEST_F(RecoveryTest, AForgedCommitInsideAPayloadIsNotTakenForOne) {
  open();
  // All a client can know: everything but the salt. It lies at the block where it would begin.
  std::string forged(4096 - 32 - 28, 'p');
  std::string commit(4096, '\0');
  put(commit.data() + 32, std::uint32_t{24});
  seal_commit(commit.data(), 0, Lsn{4096}, 28, 1);
  forged += commit;
  write(forged);
  ASSERT_EQ(disk.contents(segment(1)).substr(2 * 4096, 4), "WCMT");
  reopen();
  EXPECT_TRUE(bodies() == std::vector<std::string>{forged});
  close();
  disk.flip_bit(segment(1), 4096 + 33);  // the payload's own commit: nothing real follows it
  open();
  EXPECT_THAT(bodies(), IsEmpty());
}

TEST_F(RecoveryTest, AStolenCommitOfAnotherPlaceIsNotTakenForOneHere) {
  write_abc();
  std::string bytes = disk.contents(segment(1));
  bytes.replace(4 * 4096, 4096, bytes, 2 * 4096, 4096);  // "b" once more behind "c"
  disk.put(segment(1), bytes);
  open();
  EXPECT_THAT(bodies(), ElementsAre("a", "b", "c"));
}

TEST_F(RecoveryTest, ARecycledSegmentsStaleCommitsAreNotRead) {
  open();
  tend();
  for (int i = 0; i < 5; ++i)
    write(three_blocks);
  log->release(only, log->durable_end(only));
  for (int i = 0; i < 16; ++i) {
    write("small");
    log->release(only, log->durable_end(only));
    tend();
  }
  options.catalog.checkpoint = log->durable_end(only);
  options.catalog.next_sequences[orders] = {22};
  write("live");
  EXPECT_NE(disk.contents(segment(3)).find(three_blocks), std::string::npos);
  reopen();
  EXPECT_FALSE(log->recovered().torn_tail);
  EXPECT_EQ(bodies(options.catalog.checkpoint), std::vector<std::string>{"live"});
}

TEST_F(RecoveryTest, ACheckpointBehindTheEndIsRefused) {
  write_abc();
  options.catalog.checkpoint = {4 * 4096};
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message, AllOf(HasSubstr("ends at position 12288"), HasSubstr("16384")));
  options.catalog.checkpoint = {3 * 4096};
  open();
}

TEST_F(RecoveryTest, ACheckpointBeforeTheFirstSegmentIsRefused) {
  write_four_segments();
  ASSERT_TRUE(disk.remove(segment(1)).has_value());
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message, AllOf(HasSubstr(segment(2)), HasSubstr("missing")));
}

TEST_F(RecoveryTest, ARemovedLogIsRefusedWhenTheCatalogHasReadIt) {
  write_abc();
  ASSERT_TRUE(disk.remove(segment(1)).has_value());
  options.catalog.checkpoint = {4096};
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message, AllOf(HasSubstr("/data/log/0"), HasSubstr("4096")));
  options.catalog.checkpoint = {};
  options.catalog.next_sequences[orders] = {2};
  EXPECT_EQ(refusal().code, Errc::corrupt);
}

TEST_F(RecoveryTest, ALogThatLacksWhatTheCatalogWaitsForIsRefused) {
  open();
  options.catalog.next_sequences[orders] = {5};
  reopen();
  write("five");
  options.catalog.next_sequences[orders] = {4};
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message, AllOf(HasSubstr("stream 7"), HasSubstr("waits for record 4")));
}

TEST_F(RecoveryTest, ALogThatEndsBeforeWhatTheCatalogHasFiledIsRefused) {
  write_abc();
  options.catalog.next_sequences[orders] = {5};
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message, HasSubstr("stream 7"));
  options.catalog.next_sequences[orders] = {4};
  open();
}

TEST_F(RecoveryTest, SparesOfTheRightSizeAreKeptAndOthersRemoved) {
  open();
  tend();
  close();
  const auto kept = files(".spare");
  disk.put("/data/log/0/half.spare", std::string(4096, '\0'));
  open();
  EXPECT_EQ(files(".spare"), kept);
}

/// Of the right size, and perhaps not on the disk: its sync failed, or the process died before it.
TEST_F(RecoveryTest, ASpareThatWasNotSyncedIsNotUsed) {
  open();
  tend();
  close();
  const auto kept = files(".spare");
  disk.put("/data/log/0/a.spare.unfinished.spare", std::string(options.segment_bytes, '\0'));
  open();
  EXPECT_EQ(files(".spare"), kept);
}

TEST_F(RecoveryTest, AFailedReadIsToldAndNotTakenForAnEnd) {
  write_four_segments();
  for (std::uint64_t nth = 1; nth <= 8; ++nth) {
    disk.fail_next(CrashDisk::Op::read, Errc::io, nth);
    EXPECT_EQ(refusal().code, Errc::io) << "read " << nth;
  }
  open();
  EXPECT_THAT(bodies(), SizeIs(18));
}

}  // namespace
}  // namespace weir::log
