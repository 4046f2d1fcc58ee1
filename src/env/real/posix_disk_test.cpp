#include "env/real/posix_disk.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env/aligned_buffer.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PosixDiskTest : public testing::TestWithParam<PosixDisk::OnWrite> {
 protected:
  PosixDiskTest() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-disk-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  ~PosixDiskTest() override { std::filesystem::remove_all(root_); }
  std::string path(const std::string& name) const { return root_ + "/" + name; }

  std::string root_;
  PosixDisk disk_{GetParam()};
};

AlignedBuffer blocks_of(char c, std::size_t blocks) {
  AlignedBuffer buffer(blocks * 4096);
  std::fill_n(buffer.data(), buffer.size(), c);
  return buffer;
}

TEST_P(PosixDiskTest, ReadsBackWhatAnOnWriteFileWrote) {
  const AlignedBuffer two = blocks_of('2', 2);
  const AlignedBuffer one = blocks_of('1', 1);
  {
    auto file = disk_.create(path("a"), Durability::on_write);
    ASSERT_TRUE(file.has_value()) << file.error().message;
    ASSERT_TRUE((*file)->write_at(0, {two.data(), two.size()}).has_value());
    ASSERT_TRUE((*file)->write_at(4096, {one.data(), one.size()}).has_value());
    EXPECT_EQ((*file)->size().value(), 8192u);
  }
  auto file = disk_.open(path("a"), Durability::on_write);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  const AlignedBuffer all = blocks_of('?', 4);
  EXPECT_EQ((*file)->read_at(0, all.data(), all.size()).value(), 8192u);
  EXPECT_EQ(std::string(all.data(), 8192), std::string(4096, '2') + std::string(4096, '1'));
  EXPECT_EQ((*file)->read_at(8192, all.data(), all.size()).value(), 0u);
}

TEST_P(PosixDiskTest, ReadsBackWhatWasSyncedAtAnyOffset) {
  auto file = disk_.create(path("a"), Durability::on_sync);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->write_at(3, "def").has_value());
  ASSERT_TRUE((*file)->write_at(0, "abc").has_value());
  ASSERT_TRUE((*file)->sync().has_value());
  char bytes[4] = {};
  EXPECT_EQ((*file)->read_at(1, bytes, 3).value(), 3u);
  EXPECT_STREQ(bytes, "bcd");
}

TEST_P(PosixDiskTest, NamesComeAndGo) {
  ASSERT_TRUE(disk_.make_directories(path("x/y")).has_value());
  ASSERT_TRUE(disk_.make_directories(path("x/y")).has_value());
  ASSERT_TRUE(disk_.create(path("x/b"), Durability::on_sync).has_value());
  ASSERT_TRUE(disk_.create(path("x/a"), Durability::on_sync).has_value());
  ASSERT_TRUE(disk_.rename(path("x/a"), path("x/c")).has_value());
  ASSERT_TRUE(disk_.sync_directory(path("x")).has_value());
  EXPECT_THAT(disk_.list(path("x")).value(), ElementsAre("b", "c", "y"));
  ASSERT_TRUE(disk_.remove(path("x/b")).has_value());
  EXPECT_FALSE(disk_.exists(path("x/b")).value());
  EXPECT_TRUE(disk_.exists(path("x/c")).value());
}

TEST_P(PosixDiskTest, ARenameToANewNameReplacesNothing) {
  ASSERT_TRUE(disk_.create(path("a"), Durability::on_sync).has_value());
  ASSERT_TRUE(disk_.create(path("b"), Durability::on_sync).has_value());
  EXPECT_EQ(disk_.rename_to_new(path("a"), path("b")).error().code, Errc::conflict);
  EXPECT_EQ(disk_.rename_to_new(path("no"), path("c")).error().code, Errc::not_found);
  ASSERT_TRUE(disk_.rename_to_new(path("a"), path("c")).has_value());
  EXPECT_FALSE(disk_.exists(path("a")).value());
  EXPECT_TRUE(disk_.exists(path("c")).value());
}

TEST_P(PosixDiskTest, ErrorsCarryTheirCodeThePathAndTheSystemsWords) {
  const auto durability = Durability::on_write;
  const auto missing = disk_.open(path("no"), durability);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr(path("no")));
  EXPECT_THAT(missing.error().message, HasSubstr("No such file"));
  ASSERT_TRUE(disk_.create(path("a"), durability).has_value());
  EXPECT_EQ(disk_.create(path("a"), durability).error().code, Errc::conflict);
  EXPECT_EQ(disk_.remove(path("no")).error().code, Errc::not_found);
  EXPECT_EQ(disk_.rename(path("no"), path("b")).error().code, Errc::not_found);
  EXPECT_EQ(disk_.list(path("no")).error().code, Errc::not_found);
  EXPECT_EQ(disk_.sync_directory(path("a")).error().code, Errc::io);
  EXPECT_EQ(disk_.make_directories(path("a/b")).error().code, Errc::io);
}

TEST_P(PosixDiskTest, AFullDiskIsToldFromADiskThatFails) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  auto full = disk_.open("/dev/full", Durability::on_sync);
  ASSERT_TRUE(full.has_value()) << full.error().message;
  const auto refused = (*full)->write_at(0, "x");
  EXPECT_EQ(refused.error().code, Errc::disk_full);
  EXPECT_THAT(refused.error().message, HasSubstr("/dev/full"));
}

std::string name_of(const testing::TestParamInfo<PosixDisk::OnWrite>& parameter) {
  return parameter.param == PosixDisk::OnWrite::direct ? "Direct" : "ThroughCache";
}

INSTANTIATE_TEST_SUITE_P(OnWrite, PosixDiskTest,
                         testing::Values(PosixDisk::OnWrite::direct,
                                         PosixDisk::OnWrite::through_cache),
                         name_of);

TEST(SystemRandom, FillsDifferentlyEachTime) {
  SystemRandom random;
  EXPECT_NE(random_id(random, "", 20), random_id(random, "", 20));
}

TEST(SystemClock, IsLaterThanThisFile) {
  EXPECT_GT(SystemClock().now(), Time{std::chrono::seconds{1'700'000'000}});
}

}  // namespace
}  // namespace weir
