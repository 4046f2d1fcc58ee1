#include "pipeline/log/segmented_log.hpp"

#include <set>

#include "env/watched_clock.hpp"
#include "pipeline/log/log_world.hpp"

namespace weir::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Op = CrashDisk::Op;

class SegmentedLogTest : public testing::Test, public LogWorld {};

std::vector<std::uint64_t> cookies(const std::vector<AppendResult>& results) {
  std::vector<std::uint64_t> numbers;
  for (const AppendResult& result : results)
    numbers.push_back(result.cookie);
  return numbers;
}

const std::string three_blocks(3 * 4096 - 100, 'x');

TEST_F(SegmentedLogTest, ReadsBackWhatWasAppended) {
  open();
  clock.set(Time{std::chrono::seconds{100}});
  ASSERT_TRUE(append(orders, R"({"total":12})", "key-1").has_value());
  const Entry xml{
      .stream = visits, .type = PayloadType::xml, .idempotency_key = {}, .body = "<a/>"};
  ASSERT_TRUE(log->append(xml, sink, 77).has_value());
  ASSERT_TRUE(log->commit_step());
  const auto read = lines();
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].address, (Address{orders, only, {1}}));
  EXPECT_EQ(read[0].received_at, Time{std::chrono::seconds{100}});
  EXPECT_EQ(read[0].key, "key-1");
  EXPECT_EQ(read[0].body, R"({"total":12})");
  EXPECT_EQ(read[1].address, (Address{visits, only, {1}}));
  EXPECT_EQ(read[1].type, PayloadType::xml);
  EXPECT_EQ(read[1].body, "<a/>");
}

TEST_F(SegmentedLogTest, CommitsAreCountedBySizeAndWhatARestartWouldReadIsKnown) {
  open();
  ASSERT_TRUE(append(orders, three_blocks).has_value());
  ASSERT_TRUE(log->commit_step());
  ASSERT_TRUE(append(orders, "{}").has_value());
  ASSERT_TRUE(log->commit_step());
  const LogStats stats = log->stats();
  EXPECT_EQ(stats.commit_bytes.classes[0], 1u) << "one block";
  EXPECT_EQ(stats.commit_bytes.classes[2], 1u) << "three, which is up to four";
  EXPECT_EQ(stats.commit_bytes.sum, 4.0 * 4096);
  EXPECT_EQ(stats.commit_seconds.classes[0], 2u) << "this clock stands still";
  EXPECT_EQ(stats.kept_bytes, 4u * 4096);
  log->release(only, log->durable_end(only));
  EXPECT_EQ(log->stats().kept_bytes, 0u);
  EXPECT_EQ(log->stats().segments, 1u);
  EXPECT_GE(log->stats().disk_bytes, segment_bytes);
}

TEST_F(SegmentedLogTest, AGroupCommitTellsEveryFateOnceInOneCallPerSink) {
  open();
  RememberingSink other;
  const Entry entry{
      .stream = visits, .type = PayloadType::json, .idempotency_key = {}, .body = "{}"};
  ASSERT_TRUE(append(orders, "a").has_value());
  ASSERT_TRUE(log->append(entry, other, 50).has_value());
  ASSERT_TRUE(append(orders, "b").has_value());
  EXPECT_THAT(sink.results(), IsEmpty());
  ASSERT_TRUE(log->commit_step());
  EXPECT_FALSE(log->commit_step());
  EXPECT_EQ(sink.calls(), 1);
  EXPECT_THAT(cookies(sink.results()), ElementsAre(0, 1));
  EXPECT_EQ(sink.results()[1].address, (Address{orders, only, {2}}));
  EXPECT_FALSE(sink.results()[1].error.has_value());
  EXPECT_THAT(cookies(other.results()), ElementsAre(50));
}

TEST_F(SegmentedLogTest, SequencesAreContiguousPerStreamOverRestarts) {
  open();
  write("a");
  write("b", visits);
  write("c");
  reopen();
  write("d");
  write("e", visits);
  const auto read = lines();
  ASSERT_THAT(read, SizeIs(5));
  EXPECT_EQ(read[3].address, (Address{orders, only, {3}}));
  EXPECT_EQ(read[4].address, (Address{visits, only, {2}}));
}

TEST_F(SegmentedLogTest, SequencesGoOnFromTheCatalogWhereTheLogHoldsNoneAnyMore) {
  open();
  write("a");
  options.catalog.next_sequences[visits] = {41};
  reopen();
  write("b", visits);
  EXPECT_EQ(lines().back().address.sequence, Sequence{41});
}

TEST_F(SegmentedLogTest, ReceivedAtNeverGoesBackNotEvenOverARestart) {
  clock.set(Time{std::chrono::seconds{1000}});
  open();
  write("a");
  clock.set(Time{std::chrono::seconds{500}});
  write("b");
  reopen();
  write("c");
  clock.set(Time{std::chrono::seconds{1001}});
  write("d");
  std::vector<std::int64_t> seconds;
  for (const Line& line : lines())
    seconds.push_back(line.received_at.time_since_epoch() / std::chrono::seconds{1});
  EXPECT_THAT(seconds, ElementsAre(1000, 1000, 1000, 1001));
}

TEST_F(SegmentedLogTest, WhileTheClockHasJumpedAheadNothingIsStamped) {
  const Time start = clock.now();
  WatchedClock watched(clock, clock, {});
  log_clock = &watched;
  options.watched_clock = &watched;
  open();
  write("a");
  clock.jump(std::chrono::hours(24 * 7));
  const auto refused = append(orders, "b");
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("clock has jumped ahead"));
  EXPECT_EQ(log->health().error().code, Errc::unavailable);
  clock.advance(std::chrono::seconds(3));
  EXPECT_LE(log->complete_until(only), start + std::chrono::seconds(3));
  clock.jump(-std::chrono::hours(24 * 7));
  EXPECT_TRUE(log->health().has_value());
  write("c");
  ASSERT_THAT(bodies(), ElementsAre("a", "c"));
  EXPECT_EQ(lines().back().received_at, start + std::chrono::seconds(3));
  EXPECT_EQ(log->stats().stamps_ahead, std::chrono::seconds(0));
}

TEST_F(SegmentedLogTest, StampsThatAreAheadOfTheClockAreKnownAlsoAfterARestart) {
  open();
  write("a");
  clock.jump(-std::chrono::hours(2));
  reopen();
  write("b");
  EXPECT_EQ(log->stats().stamps_ahead, std::chrono::hours(2));
  clock.advance(std::chrono::hours(3));
  write("c");
  EXPECT_EQ(log->stats().stamps_ahead, std::chrono::seconds(0));
}

TEST_F(SegmentedLogTest, TheReaderSeesOnlyWhatIsDurable) {
  open();
  write("a");
  auto reader = log->read_from(only, {}).value();
  EXPECT_THAT(read_lines(*reader), SizeIs(1));
  ASSERT_TRUE(append(orders, "b").has_value());
  EXPECT_THAT(read_lines(*reader), IsEmpty());
  EXPECT_EQ(reader->position(), log->durable_end(only));
  ASSERT_TRUE(log->commit_step());
  EXPECT_THAT(read_lines(*reader), SizeIs(1));
}

TEST_F(SegmentedLogTest, ReadingResumesAtEveryPositionAReaderStoodAt) {
  open();
  for (int commit = 0; commit < 12; ++commit) {
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE(append(orders, std::string(1000 + 1777 * i, 'a' + commit)).has_value());
    ASSERT_TRUE(log->commit_step());
    tend();
  }
  const auto all = bodies();
  ASSERT_THAT(all, SizeIs(36));
  ASSERT_GT(files(".segment").size(), 1u);
  const auto read = lines();
  for (std::size_t i = 0; i < read.size(); ++i) {
    const auto rest = bodies(read[i].position_after);
    EXPECT_EQ(rest, std::vector<std::string>(all.begin() + i + 1, all.end())) << "after " << i;
    const auto from_its_commit = bodies(read[i].lsn);
    EXPECT_EQ(from_its_commit, std::vector<std::string>(all.begin() + i / 3 * 3, all.end()));
  }
  EXPECT_EQ(read.back().position_after, log->durable_end(only));
}

TEST_F(SegmentedLogTest, ReadingTheNewestBytesBeginsWithTheNextCommit) {
  open();
  for (int commit = 0; commit < 12; ++commit) {
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE(append(orders, std::string(1000 + 1777 * i, 'a' + commit)).has_value());
    ASSERT_TRUE(log->commit_step());
    tend();
  }
  ASSERT_GT(files(".segment").size(), 1u);
  const auto all = lines();
  const Lsn end = log->durable_end(only);
  for (Lsn from{}; from <= end; from.value += 1111) {
    const Lsn block{from.value - from.value % 4096};
    std::vector<std::string> expected;
    for (const Line& line : all)
      if (line.lsn >= block) expected.push_back(line.body);
    auto reader = log->read_newest(only, end.value - from.value, Lsn{});
    ASSERT_TRUE(reader) << reader.error().message;
    std::vector<std::string> read;
    for (const Line& line : read_lines(**reader))
      read.push_back(line.body);
    EXPECT_EQ(read, expected) << "from " << from.value;
  }
  EXPECT_THAT(read_lines(**log->read_newest(only, 1 << 30, all.back().lsn)), SizeIs(3))
      << "no further back than the checkpoint";
  EXPECT_EQ(log->read_newest(PartitionNo{1}, 1, {}).error().code, Errc::not_found);
}

TEST_F(SegmentedLogTest, APositionWhereNothingBeginsIsNotFound) {
  open();
  write("a");
  EXPECT_EQ(log->read_from(only, {33}).error().code, Errc::not_found);
  EXPECT_EQ(log->read_from(only, {4095}).error().code, Errc::not_found);
  EXPECT_EQ(log->read_from(only, {4097}).error().code, Errc::not_found);
  EXPECT_EQ(log->read_from(PartitionNo{1}, {0}).error().code, Errc::not_found);
}

TEST_F(SegmentedLogTest, GoesOnInANewSegmentWhenACommitDoesNotFit) {
  open();
  tend();
  for (int i = 0; i < 6; ++i)
    write(three_blocks);
  write("last");
  EXPECT_THAT(files(".segment"), SizeIs(2));
  EXPECT_THAT(bodies(), SizeIs(7));
  reopen();
  EXPECT_THAT(bodies(), SizeIs(7));
  EXPECT_EQ(log->recovered().records, 7u);
}

TEST_F(SegmentedLogTest, WaitsForASegmentBeforeItAcceptsWhatHasNoPlace) {
  open();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(append(orders, three_blocks).has_value());
    ASSERT_TRUE(log->commit_step());
  }
  EXPECT_EQ(append(orders, "x").error().code, Errc::overloaded);
  ASSERT_TRUE(log->segment_step());
  EXPECT_TRUE(append(orders, "x").has_value());
}

TEST_F(SegmentedLogTest, TooMuchWaitingIsRefusedAndNoFateFollows) {
  open();
  tend();
  ASSERT_TRUE(append(orders, three_blocks).has_value());
  EXPECT_EQ(append(orders, three_blocks).error().code, Errc::overloaded);
  ASSERT_TRUE(log->commit_step());
  EXPECT_THAT(sink.results(), SizeIs(1));
  ASSERT_TRUE(append(orders, "b").has_value());
  ASSERT_TRUE(log->commit_step());
  EXPECT_EQ(lines().back().address.sequence, Sequence{2});
}

TEST_F(SegmentedLogTest, WhatNoCommitCanHoldIsTooLarge) {
  open();
  tend();
  const std::string largest(commit_bytes_max - commit_header_bytes - record_header_bytes, 'x');
  EXPECT_EQ(append(orders, largest + "x").error().code, Errc::too_large);
  EXPECT_EQ(append(orders, "x", std::string(17 * 1024, 'k')).error().code, Errc::bad_request);
  write(largest);
  EXPECT_THAT(bodies(), ElementsAre(largest));
}

TEST_F(SegmentedLogTest, AFullDiskRefusesNewEntriesAndLosesNoneAndRecovers) {
  open();
  disk.set_capacity(segment_bytes);
  EXPECT_FALSE(log->segment_step());
  EXPECT_TRUE(log->health().has_value());  // there is room in the segment yet
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(append(orders, three_blocks).has_value());
    ASSERT_TRUE(log->commit_step());
  }
  const auto refused = append(orders, "x");
  EXPECT_EQ(refused.error().code, Errc::disk_full);
  EXPECT_EQ(log->health().error().code, Errc::disk_full);
  EXPECT_THAT(files(".spare"), IsEmpty());
  disk.set_capacity(std::nullopt);
  tend();
  EXPECT_TRUE(log->health().has_value());
  write("x");
  EXPECT_THAT(bodies(), SizeIs(6));
  for (const AppendResult& result : sink.results())
    EXPECT_FALSE(result.error.has_value());
}

TEST_F(SegmentedLogTest, ASegmentThatCannotBeMadeForAnotherReasonRefusesTheSameWay) {
  open();
  disk.fail_next(Op::write, Errc::io);
  EXPECT_FALSE(log->segment_step());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(append(orders, three_blocks).has_value());
    ASSERT_TRUE(log->commit_step());
  }
  EXPECT_EQ(append(orders, "x").error().code, Errc::unavailable);
  EXPECT_EQ(log->health().error().code, Errc::unavailable);
  tend();
  EXPECT_TRUE(append(orders, "x").has_value());
}

TEST_F(SegmentedLogTest, AFailedWritePoisonsTheLogUntilItIsOpenedAgain) {
  open();
  write("a");
  ASSERT_TRUE(append(orders, "b").has_value());
  disk.fail_next(Op::write, Errc::io);
  ASSERT_TRUE(log->commit_step());
  EXPECT_EQ(sink.results().back().error, Errc::log_failed);
  const auto refused = append(orders, "c");
  EXPECT_EQ(refused.error().code, Errc::log_failed);
  EXPECT_THAT(refused.error().message, HasSubstr("planned by the test"));
  EXPECT_EQ(log->health().error().code, Errc::log_failed);
  EXPECT_FALSE(log->commit_step());
  EXPECT_THAT(bodies(), ElementsAre("a"));
  reopen();
  write("c");
  EXPECT_EQ(bodies().front(), "a");
  EXPECT_EQ(bodies().back(), "c");
}

TEST_F(SegmentedLogTest, WhatAPoisonedLogLeftInTheCacheIsSafeOnceItWasReadAgain) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    LogWorld world(seed);
    world.open();
    world.write("a");
    ASSERT_TRUE(world.append(orders, "b").has_value());
    world.disk.fail_next(Op::write, Errc::io);
    ASSERT_TRUE(world.log->commit_step());
    world.disk.kill();
    world.close();
    world.disk.power_on();
    world.open();
    const auto read = world.bodies();
    world.crash();
    EXPECT_EQ(world.bodies(), read) << "seed " << seed;
  }
}

TEST_F(SegmentedLogTest, AFailureOnTheWayToANewSegmentPoisonsToo) {
  for (const Op op : {Op::write, Op::rename, Op::names}) {
    LogWorld world;
    world.open();
    world.tend();
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(world.append(orders, three_blocks).has_value());
      ASSERT_TRUE(world.log->commit_step());
    }
    ASSERT_TRUE(world.append(orders, "x").has_value());
    world.disk.fail_next(op, Errc::io);
    ASSERT_TRUE(world.log->commit_step());
    EXPECT_EQ(world.sink.results().back().error, Errc::log_failed);
    world.reopen();
    EXPECT_THAT(world.bodies(), SizeIs(5));
    world.tend();
    world.write("y");
    EXPECT_THAT(world.bodies(), SizeIs(6));
  }
}

/// As a process finds itself that has as many files and connections open as it may.
TEST_F(SegmentedLogTest, WithoutFileDescriptorsTheLogGoesOnAndThenRefusesAndRecovers) {
  open();
  tend();
  for (int i = 0; i < 5; ++i)
    write(three_blocks);
  disk.fail_next(Op::open, Errc::unavailable);
  write("the first of a new segment, which was open already");
  ASSERT_TRUE(log->health().has_value()) << log->health().error().message;
  for (int i = 0; i < 4; ++i)
    write(three_blocks);
  for (int more = 0; more < 5 && append(orders, three_blocks); ++more)
    ASSERT_TRUE(log->commit_step());
  disk.fail_next(Op::open, Errc::unavailable);
  EXPECT_FALSE(log->segment_step());
  EXPECT_EQ(append(orders, three_blocks).error().code, Errc::unavailable);
  tend();
  write("again");
  EXPECT_EQ(bodies().back(), "again");
}

TEST_F(SegmentedLogTest, ReleasedSegmentsBecomeSparesAndAreUsedAgain) {
  open();
  tend();
  for (int i = 0; i < 50; ++i) {
    write(three_blocks + std::to_string(i));
    log->release(only, log->durable_end(only));
    tend();
  }
  EXPECT_THAT(files(".segment"), SizeIs(1));
  EXPECT_LE(files(".spare").size(), 4u);
  EXPECT_GE(files(".spare").size(), 1u);
  EXPECT_EQ(log->read_from(only, {}).error().code, Errc::not_found);
  options.catalog.checkpoint = log->durable_end(only);
  options.catalog.next_sequences[orders] = {51};
  reopen();
  write("last");
  EXPECT_EQ(lines(options.catalog.checkpoint).front().address.sequence, Sequence{51});
}

TEST_F(SegmentedLogTest, EachLifeOfAFileHasASaltThatNobodyCanGuess) {
  open();
  std::set<std::uint64_t> salts;
  for (int i = 0; i < 50; ++i) {
    write(three_blocks);
    const std::string bytes = disk.contents("/data/log/0/" + files(".segment").back());
    salts.insert(decode_segment_header(bytes).value().salt);
    log->release(only, log->durable_end(only));
    tend();
  }
  EXPECT_THAT(salts, SizeIs(10));
}

TEST_F(SegmentedLogTest, MoreSparesThanNeededAreRemoved) {
  options.spare_bytes_max = 4 * options.segment_bytes;
  open();
  for (int i = 0; i < 50; ++i)
    write(three_blocks);
  EXPECT_THAT(files(".segment"), SizeIs(10));
  log->release(only, log->durable_end(only));
  tend();
  EXPECT_THAT(files(".segment"), SizeIs(1));
  EXPECT_THAT(files(".spare"), SizeIs(4));
}

TEST_F(SegmentedLogTest, ASegmentSomeoneReadsIsNotRecycled) {
  open();
  for (int i = 0; i < 12; ++i)
    write(three_blocks + std::to_string(i));
  auto reader = log->read_from(only, {}).value();
  ASSERT_TRUE(reader->next().value().has_value());
  log->release(only, log->durable_end(only));
  tend();
  EXPECT_THAT(files(".segment"), SizeIs(3));
  EXPECT_THAT(read_lines(*reader), SizeIs(11));
  tend();
  EXPECT_THAT(files(".segment"), SizeIs(1));
}

TEST_F(SegmentedLogTest, ASegmentThatCannotBeRecycledKeepsItsPlace) {
  open();
  for (int i = 0; i < 16; ++i)
    write(three_blocks);
  log->release(only, log->durable_end(only));
  disk.fail_next(Op::rename, Errc::io);
  EXPECT_FALSE(log->segment_step());
  EXPECT_THAT(files(".segment"), SizeIs(4));
  tend();
  EXPECT_THAT(files(".segment"), SizeIs(1));
}

TEST_F(SegmentedLogTest, ADirectoryThatCannotBeSyncedWhileRecyclingPoisons) {
  open();
  for (int i = 0; i < 16; ++i)
    write(three_blocks);
  log->release(only, log->durable_end(only));
  disk.fail_next(Op::names, Errc::io);
  EXPECT_FALSE(log->segment_step());
  EXPECT_EQ(append(orders, "x").error().code, Errc::log_failed);
}

TEST_F(SegmentedLogTest, ClosingCommitsWhatWasAppendedAndRefusesMore) {
  open();
  ASSERT_TRUE(append(orders, "a").has_value());
  log->close();
  EXPECT_THAT(sink.results(), SizeIs(1));
  EXPECT_EQ(append(orders, "b").error().code, Errc::unavailable);
  EXPECT_EQ(log->health().error().code, Errc::unavailable);
  EXPECT_THAT(bodies(), ElementsAre("a"));
  reopen();
  EXPECT_THAT(bodies(), ElementsAre("a"));
}

TEST_F(SegmentedLogTest, WaitingForMoreEndsWhenTheTimeIsUpOrMoreIsDurable) {
  open();
  write("a");
  log->wait_durable(only, {}, std::chrono::hours{1});
  log->wait_durable(only, log->durable_end(only), std::chrono::milliseconds{0});
}

TEST_F(SegmentedLogTest, ImpossibleOptionsAreRefused) {
  options.segment_bytes = 100;
  EXPECT_EQ(refusal().code, Errc::bad_request);
  options.segment_bytes = 2 * commit_bytes_max - 4096;
  EXPECT_EQ(refusal().code, Errc::bad_request);
  options.segment_bytes = segment_bytes;
  options.spares_ahead = 0;
  EXPECT_EQ(refusal().code, Errc::bad_request);
}

TEST_F(SegmentedLogTest, ASegmentSizeChangedInTheSettingsHoldsForNewSegments) {
  open();
  for (int i = 0; i < 6; ++i)
    write(three_blocks);
  options.segment_bytes = 2 * segment_bytes;
  reopen();
  tend();
  for (int i = 0; i < 12; ++i)
    write(three_blocks);
  EXPECT_THAT(bodies(), SizeIs(18));
  EXPECT_EQ(disk.contents(segment(2)).size(), segment_bytes);
  EXPECT_EQ(disk.contents(segment(3)).size(), 2 * segment_bytes);
  reopen();
  EXPECT_THAT(bodies(), SizeIs(18));
}

TEST_F(SegmentedLogTest, ANewLogThatFindsNoRoomSaysSo) {
  disk.set_capacity(segment_bytes - 1);
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::disk_full);
  disk.set_capacity(std::nullopt);
  open();
  write("a");
}

}  // namespace
}  // namespace weir::log
