#include "pipeline/store/remote/spool.hpp"

#include <gmock/gmock.h>

#include "env/fake/crash_disk.hpp"

namespace weir::store {
namespace {

class SpoolTest : public testing::Test {
 protected:
  CrashDisk disk_{1};
  std::unique_ptr<SpoolFolder> folder_ = *SpoolFolder::open(disk_, "/data/spool");
};

TEST_F(SpoolTest, GivesBackAnyPieceOfWhatWasWritten) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{10}, Spool::memory_bytes, 3 * Spool::memory_bytes + 77}) {
    std::string bytes;
    while (bytes.size() < size)
      bytes += "line " + std::to_string(bytes.size()) + "\n";
    bytes.resize(size);
    Spool spool(*folder_);
    for (std::size_t at = 0; at < size; at += 1000)
      ASSERT_TRUE(spool.write(std::string_view(bytes).substr(at, 1000)));
    EXPECT_EQ(spool.size(), size);
    EXPECT_EQ(spool.read(0, size).value(), bytes);
    EXPECT_EQ(spool.read(size, 5).value(), "");
    const std::size_t edge = size / Spool::memory_bytes * Spool::memory_bytes;
    for (const std::size_t from : {std::size_t{0}, size / 2, edge - std::min(edge, std::size_t{5})})
      EXPECT_EQ(spool.read(from, 100'000).value(), bytes.substr(from, 100'000)) << from;
  }
}

TEST_F(SpoolTest, NoFileHasANameWhileItIsUsed) {
  Spool spool(*folder_);
  ASSERT_TRUE(spool.write(std::string(1'000'000, 'x')));
  EXPECT_THAT(disk_.list("/data/spool").value(), testing::IsEmpty());
}

TEST_F(SpoolTest, WhatADeadProcessLeftIsRemoved) {
  disk_.put("/data/spool/1", "left");
  ASSERT_TRUE(SpoolFolder::open(disk_, "/data/spool"));
  EXPECT_THAT(disk_.list("/data/spool").value(), testing::IsEmpty());
}

TEST_F(SpoolTest, AFullDiskIsSaid) {
  disk_.fail_next(CrashDisk::Op::write, Errc::disk_full);
  Spool spool(*folder_);
  EXPECT_EQ(spool.write(std::string(1'000'000, 'x')).error().code, Errc::disk_full);
}

}  // namespace
}  // namespace weir::store
