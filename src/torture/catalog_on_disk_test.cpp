// The catalog's database on a disk that fails: what was found by stories, told one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "torture/machine.hpp"

namespace weir::torture {
namespace {

using testing::Contains;
using testing::Not;
using Op = CrashDisk::Op;

constexpr std::uint64_t seeds = 60;

class World {
 public:
  explicit World(std::uint64_t seed) : machine(seed) {
    EXPECT_TRUE(machine.disk.make_directories("/data"));
    EXPECT_TRUE(machine.disk.sync_directory("/"));
    open();
    tenant_ = catalog->tenants().add("acme")->no;
  }

  void open() {
    catalog.reset();
    auto opened = catalog::Catalog::open(machine.vfs.uri(machine.catalog_path), machine.clock,
                                         machine.random);
    ASSERT_TRUE(opened) << opened.error().message;
    catalog = *std::move(opened);
  }
  void power_cut() {
    machine.disk.crash();
    catalog.reset();
    machine.disk.power_on();
    open();
  }
  void kill() {
    machine.disk.kill();
    catalog.reset();
    machine.disk.power_on();
    open();
  }

  bool add(const std::string& name) {
    return catalog->streams().add(tenant_, {name, "", std::nullopt, false}).has_value();
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    const auto listed = catalog->streams().list(tenant_, {});
    for (const catalog::Stream& stream : listed->items)
      names.push_back(stream.name);
    return names;
  }

  Machine machine;
  std::unique_ptr<catalog::Catalog> catalog;

 private:
  std::uint32_t tenant_ = 0;
};

TEST(CatalogOnDisk, KeepsWhatItCommittedThroughAPowerCut) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    World world(seed);
    ASSERT_TRUE(world.add("kept"));
    world.power_cut();
    EXPECT_THAT(world.names(), Contains("kept"));
  }
}

TEST(CatalogOnDisk, SurvivesAPowerCutInEveryOperationOfACommit) {
  for (std::uint64_t nth = 1; nth < 12; ++nth) {
    World world(nth);
    ASSERT_TRUE(world.add("before"));
    world.machine.disk.crash_during(nth);
    const bool added = world.add("during");
    world.machine.disk.cancel_planned_crash();
    world.power_cut();
    EXPECT_THAT(world.names(), Contains("before")) << nth;
    EXPECT_TRUE(!added || testing::Value(world.names(), Contains("during"))) << nth;
  }
}

TEST(CatalogOnDisk, AFailedCommitThatWasSeenNotToHaveHappenedDoesNotComeBack) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    World world(seed);
    ASSERT_TRUE(world.add("before"));
    world.machine.disk.fail_next(Op::sync, Errc::io);
    ASSERT_FALSE(world.add("failed"));
    ASSERT_THAT(world.names(), Not(Contains("failed")));
    seed % 2 == 0 ? world.kill() : world.power_cut();
    EXPECT_THAT(world.names(), Contains("before")) << seed;
    EXPECT_THAT(world.names(), Not(Contains("failed"))) << seed;
  }
}

TEST(CatalogOnDisk, WhatARestartFoundInTheCacheAfterAFailedSyncIsMadeSafe) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    World world(seed);
    world.machine.disk.fail_next(Op::sync, Errc::io);
    ASSERT_FALSE(world.add("failed"));
    world.kill();  // the kernel lives on, and shows the frames that it could not write
    ASSERT_TRUE(world.add("after"));
    world.power_cut();
    EXPECT_THAT(world.names(), Contains("after")) << seed;
  }
}

TEST(CatalogOnDisk, AFullDiskRefusesChangesAndTakesThemAgainWhenThereIsRoom) {
  World world(1);
  ASSERT_TRUE(world.add("before"));
  world.machine.disk.set_capacity(0);
  EXPECT_FALSE(world.add("refused"));
  world.machine.disk.set_capacity(std::nullopt);
  EXPECT_TRUE(world.add("after"));
  EXPECT_THAT(world.names(), Not(Contains("refused")));
  world.power_cut();
  EXPECT_THAT(world.names(), Contains("after"));
}

}  // namespace
}  // namespace weir::torture
