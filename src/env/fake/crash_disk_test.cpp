#include "env/fake/crash_disk.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env/aligned_buffer.hpp"
#include "env/fake/manual_clock.hpp"

namespace weir {
namespace {

using testing::ElementsAre;

constexpr auto on_sync = Durability::on_sync;
constexpr auto on_write = Durability::on_write;
constexpr std::uint64_t seeds = 200;

std::string block_of(char c) {
  return std::string(4096, c);
}

void write_blocks(File& file, std::uint64_t offset, const std::string& bytes, bool works = true) {
  const AlignedBuffer buffer(bytes.size());
  bytes.copy(buffer.data(), bytes.size());
  EXPECT_EQ(file.write_at(offset, {buffer.data(), bytes.size()}).has_value(), works);
}

std::unique_ptr<File> new_file(CrashDisk& disk, const std::string& path, Durability durability) {
  auto file = disk.create(path, durability);
  EXPECT_TRUE(file.has_value());
  EXPECT_TRUE(disk.sync_directory("/").has_value());
  return std::move(*file);
}

void power_cycle(CrashDisk& disk) {
  disk.crash();
  disk.power_on();
}

TEST(CrashDisk, KeepsWhatWasSynced) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    auto file = new_file(disk, "/a", on_sync);
    ASSERT_TRUE(file->write_at(0, "kept").has_value());
    ASSERT_TRUE(file->sync().has_value());
    power_cycle(disk);
    EXPECT_EQ(disk.contents("/a"), "kept");
  }
}

TEST(CrashDisk, KeepsEveryWriteOfAnOnWriteFile) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    write_blocks(*new_file(disk, "/a", on_write), 0, block_of('x'));
    power_cycle(disk);
    EXPECT_EQ(disk.contents("/a"), block_of('x'));
  }
}

TEST(CrashDisk, UnsyncedWritesSurviveWhollyTornOrNotAtAllAndInAnyOrder) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    auto file = new_file(disk, "/a", on_sync);
    ASSERT_TRUE(file->write_at(0, block_of('o')).has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(file->write_at(0, block_of('1')).has_value());
    ASSERT_TRUE(file->write_at(0, block_of('2')).has_value());
    power_cycle(disk);
    const std::string left = disk.contents("/a");
    const bool torn = left.find_first_not_of(left.front()) != std::string::npos;
    outcomes.insert(torn ? "torn" : left.substr(0, 1));
  }
  EXPECT_THAT(outcomes, ElementsAre("1", "2", "o", "torn"));
}

TEST(CrashDisk, AWriteCutByTheCrashFailsAndMayBeTorn) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    auto file = new_file(disk, "/a", on_write);
    write_blocks(*file, 0, block_of('o'));
    disk.crash_during(1);
    write_blocks(*file, 0, block_of('n'), false);
    EXPECT_FALSE(disk.is_on());
    disk.power_on();
    const std::string left = disk.contents("/a");
    const bool torn = left.find_first_not_of(left.front()) != std::string::npos;
    outcomes.insert(torn ? "torn" : left.substr(0, 1));
  }
  EXPECT_THAT(outcomes, ElementsAre("n", "o", "torn"));
}

TEST(CrashDisk, WhatAFailedSyncGaveUpIsReadAgainButNeverSafe) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    auto file = new_file(disk, "/a", on_sync);
    ASSERT_TRUE(file->write_at(0, "o").has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(file->write_at(0, "n").has_value());
    disk.fail_next(CrashDisk::Op::sync, Errc::io);
    EXPECT_FALSE(file->sync().has_value());
    EXPECT_EQ(disk.contents("/a"), "n");
    ASSERT_TRUE(file->sync().has_value());
    power_cycle(disk);
    outcomes.insert(disk.contents("/a"));
  }
  EXPECT_THAT(outcomes, ElementsAre("n", "o"));
}

TEST(CrashDisk, WritingAgainMakesSafeWhatASyncGaveUp) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    auto file = new_file(disk, "/a", on_sync);
    ASSERT_TRUE(file->write_at(0, "n").has_value());
    disk.fail_next(CrashDisk::Op::sync, Errc::io);
    EXPECT_FALSE(file->sync().has_value());
    ASSERT_TRUE(file->write_at(0, "n").has_value());
    ASSERT_TRUE(file->sync().has_value());
    power_cycle(disk);
    EXPECT_EQ(disk.contents("/a"), "n");
  }
}

TEST(CrashDisk, NamesOfADirectoryThatWasNotSyncedMayVanishOrRevert) {
  std::set<std::vector<std::string>> outcomes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    new_file(disk, "/old", on_sync);
    ASSERT_TRUE(disk.rename("/old", "/new").has_value());
    ASSERT_TRUE(disk.create("/other", on_sync).has_value());
    power_cycle(disk);
    outcomes.insert(disk.list("/").value());
  }
  using Names = std::vector<std::string>;
  EXPECT_THAT(outcomes, ElementsAre(Names{"new"}, Names{"new", "other"}, Names{"old"},
                                    Names{"old", "other"}));
}

TEST(CrashDisk, SyncedNamesStay) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    ASSERT_TRUE(disk.make_directories("/data/log").has_value());
    ASSERT_TRUE(disk.sync_directory("/data").has_value());
    ASSERT_TRUE(disk.sync_directory("/").has_value());
    ASSERT_TRUE(disk.create("/data/log/a", on_sync).has_value());
    ASSERT_TRUE(disk.rename("/data/log/a", "/data/log/b").has_value());
    ASSERT_TRUE(disk.sync_directory("/data/log").has_value());
    power_cycle(disk);
    EXPECT_THAT(disk.list("/data/log").value(), ElementsAre("b"));
  }
}

TEST(CrashDisk, AKilledProcessLosesNothingButItsOpenFiles) {
  CrashDisk disk(1);
  auto file = disk.create("/a", on_sync);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->write_at(0, "unsynced").has_value());
  disk.kill();
  EXPECT_EQ(disk.open("/a", on_sync).error().code, Errc::io);
  disk.power_on();
  EXPECT_EQ(disk.contents("/a"), "unsynced");
  EXPECT_EQ((*file)->sync().error().code, Errc::io);
}

TEST(CrashDisk, FailsWhatTheTestPlannedAndNothingElse) {
  CrashDisk disk(1);
  auto file = new_file(disk, "/a", on_sync);
  disk.fail_next(CrashDisk::Op::write, Errc::disk_full, 2);
  EXPECT_TRUE(file->write_at(0, "a").has_value());
  EXPECT_EQ(file->write_at(1, "b").error().code, Errc::disk_full);
  EXPECT_TRUE(file->write_at(1, "c").has_value());
  EXPECT_EQ(disk.contents("/a"), "ac");
}

TEST(CrashDisk, IsFullAtItsCapacityAndHasRoomAgainAfterARemoval) {
  CrashDisk disk(1);
  ASSERT_TRUE(new_file(disk, "/a", on_sync)->write_at(0, std::string(100, 'a')).has_value());
  disk.set_capacity(150);
  auto file = new_file(disk, "/b", on_sync);
  EXPECT_EQ(file->write_at(0, std::string(51, 'b')).error().code, Errc::disk_full);
  ASSERT_TRUE(disk.remove("/a").has_value());
  EXPECT_TRUE(file->write_at(0, std::string(51, 'b')).has_value());
}

TEST(CrashDisk, SaysWhatIsNotThere) {
  CrashDisk disk(1);
  EXPECT_EQ(disk.open("/a", on_sync).error().code, Errc::not_found);
  EXPECT_EQ(disk.create("/no/a", on_sync).error().code, Errc::not_found);
  EXPECT_EQ(disk.rename("/a", "/b").error().code, Errc::not_found);
  EXPECT_EQ(disk.rename_to_new("/a", "/b").error().code, Errc::not_found);
  EXPECT_EQ(disk.remove("/a").error().code, Errc::not_found);
  EXPECT_EQ(disk.list("/no").error().code, Errc::not_found);
  new_file(disk, "/a", on_sync);
  new_file(disk, "/taken", on_sync);
  EXPECT_EQ(disk.rename_to_new("/a", "/taken").error().code, Errc::conflict);
  EXPECT_EQ(disk.create("/a", on_sync).error().code, Errc::conflict);
  EXPECT_TRUE(disk.exists("/a").value());
  EXPECT_FALSE(disk.exists("/b").value());
}

TEST(CrashDisk, FlipsABitNowAndForGood) {
  CrashDisk disk(1);
  disk.put("/data/a", "ab");
  disk.flip_bit("/data/a", 1, 0);
  EXPECT_EQ(disk.contents("/data/a"), "ac");
  power_cycle(disk);
  EXPECT_EQ(disk.contents("/data/a"), "ac");
}

TEST(CrashDisk, WhatItLiedAboutIsLost) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    auto file = new_file(disk, "/a", on_sync);
    disk.lie_about([](CrashDisk::Op op, const std::string&) { return op == CrashDisk::Op::sync; });
    ASSERT_TRUE(file->write_at(0, "said to be safe").has_value());
    ASSERT_TRUE(file->sync().has_value());
    power_cycle(disk);
    outcomes.insert(disk.contents("/a"));
  }
  EXPECT_THAT(outcomes, ElementsAre("", "said to be safe"));
}

TEST(CrashDisk, ATruncationIsSafeWithTheNextSync) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    auto file = new_file(disk, "/a", on_sync);
    ASSERT_TRUE(file->write_at(0, block_of('o')).has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(disk.truncate("/a", 700).has_value());
    ASSERT_TRUE(file->write_at(700, "new").has_value());
    ASSERT_TRUE(file->sync().has_value());
    power_cycle(disk);
    EXPECT_EQ(disk.contents("/a"), std::string(700, 'o') + "new");
  }
}

TEST(CrashDisk, APowerCutMayUndoATruncationThatWasNotSynced) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    CrashDisk disk(seed);
    auto file = new_file(disk, "/a", on_sync);
    ASSERT_TRUE(file->write_at(0, block_of('o')).has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(disk.truncate("/a", 0).has_value());
    EXPECT_EQ(disk.contents("/a"), "");
    power_cycle(disk);
    sizes.insert(disk.contents("/a").size());
  }
  EXPECT_THAT(sizes, ElementsAre(0u, 4096u));
}

TEST(CrashDisk, CountsWhatWasDoneToIt) {
  CrashDisk disk(1);
  auto file = new_file(disk, "/a", on_sync);
  int seen = 0;
  disk.on_operation([&](CrashDisk::Op) { ++seen; });
  disk.fail_next(CrashDisk::Op::write, Errc::io);
  disk.fail_next(CrashDisk::Op::sync, Errc::io);
  EXPECT_FALSE(file->write_at(0, "a").has_value());
  disk.cancel_planned_failures();
  EXPECT_TRUE(file->sync().has_value());
  power_cycle(disk);
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(disk.counts().failures, 1u);
  EXPECT_EQ(disk.counts().power_cuts, 1u);
  EXPECT_THAT(disk.files(), ElementsAre("/a"));
}

TEST(ManualClock, MovesWhenToldTo) {
  ManualClock clock(Time{std::chrono::seconds{10}});
  clock.advance(std::chrono::seconds{-3});
  EXPECT_EQ(clock.now(), Time{std::chrono::seconds{7}});
  clock.set(Time{std::chrono::seconds{1}});
  EXPECT_EQ(clock.now(), Time{std::chrono::seconds{1}});
}

TEST(RandomId, IsThePrefixAndLettersAndDigitsOfAllKindsWithoutBias) {
  SeededRandom random(1);
  std::map<char, int> seen;
  for (int i = 0; i < 6200; ++i) {
    const std::string id = random_id(random, "is-", 10);
    ASSERT_EQ(id.size(), 13u);
    ASSERT_TRUE(id.starts_with("is-"));
    for (const char c : id.substr(3))
      ++seen[c];
  }
  EXPECT_EQ(seen.size(), 62u);
  for (const auto& [letter, times] : seen) {  // 1000 expected of each, its deviation about 32
    EXPECT_GT(times, 840) << letter;
    EXPECT_LT(times, 1160) << letter;
  }
}

}  // namespace
}  // namespace weir
