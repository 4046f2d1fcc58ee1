#include "app/data_directory.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "env/fake/test_directory.hpp"

namespace weir::app {
namespace {

using ::testing::HasSubstr;

class DataDirectoryTest : public ::testing::Test {
 protected:
  TestDirectory directory_;
  std::string path_ = directory_.file("data");
};

TEST_F(DataDirectoryTest, IsMadeOnceAndOpenedAgain) {
  ASSERT_TRUE(DataDirectory::create(path_));
  EXPECT_EQ(DataDirectory::create(path_).error().code, Errc::conflict);
  EXPECT_TRUE(DataDirectory::open(path_));
  EXPECT_TRUE(DataDirectory::open(path_)) << "the lock is given back";
}

TEST_F(DataDirectoryTest, ASecondServerIsRefusedAndToldWhoHoldsIt) {
  const auto first = DataDirectory::create(path_);
  ASSERT_TRUE(first);
  const auto second = DataDirectory::open(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::locked);
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
}

TEST_F(DataDirectoryTest, ANewerFormatIsRefused) {
  ASSERT_TRUE(DataDirectory::create(path_));
  std::ofstream(path_ + "/VERSION") << "2\n";
  EXPECT_EQ(DataDirectory::open(path_).error().code, Errc::newer_version);
}

// Relative, it would be cut out of every sentence with the word "data" in it.
TEST_F(DataDirectoryTest, ItsPathIsAbsoluteHoweverItIsNamed) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  for (const char* name : {"data", "./data/", "data/../data"}) {
    auto made =
        std::filesystem::exists(path_) ? DataDirectory::open(name) : DataDirectory::create(name);
    ASSERT_TRUE(made) << name;
    EXPECT_EQ(made->path(), path_) << name;
  }
  std::filesystem::current_path(before);
}

TEST_F(DataDirectoryTest, AnyOtherDirectoryIsNotTakenForOne) {
  std::filesystem::create_directories(path_);
  const auto opened = DataDirectory::open(path_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("weir init --data"));
}

}  // namespace
}  // namespace weir::app
