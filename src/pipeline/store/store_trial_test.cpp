#include "pipeline/store/store_trial.hpp"

#include <tuple>

#include <gmock/gmock.h>

#include "env/fake/crash_disk.hpp"
#include "pipeline/store/local_directory_store.hpp"

namespace weir::store {
namespace {

using testing::HasSubstr;

class StoreTrialTest : public testing::Test {
 protected:
  CrashDisk disk_{1};
  SeededRandom random_{1};
  std::unique_ptr<LocalDirectoryStore> store_ = *LocalDirectoryStore::open(disk_, "/store");
};

TEST_F(StoreTrialTest, AStoreThatWorksIsLeftAsItWas) {
  const auto tried = try_out(*store_, random_);
  ASSERT_TRUE(tried) << tried.error().message;
  EXPECT_THAT(store_->list("trial").value(), testing::IsEmpty());
}

TEST_F(StoreTrialTest, WhatFailsIsNamedWithItsCode) {
  const std::vector<std::tuple<CrashDisk::Op, int, std::string>> failing = {
      {CrashDisk::Op::create, 1, "cannot be written to"},
      {CrashDisk::Op::open, 1, "cannot be read"},
      {CrashDisk::Op::list, 1, "cannot be listed"},
      {CrashDisk::Op::remove, 1, "nothing can be removed"}};
  for (const auto& [op, nth, text] : failing) {
    disk_.fail_next(op, Errc::unavailable, nth);
    const auto tried = try_out(*store_, random_);
    ASSERT_FALSE(tried) << text;
    EXPECT_THAT(tried.error().message, HasSubstr(text));
    EXPECT_EQ(tried.error().code, Errc::unavailable);
    disk_.cancel_planned_failures();
  }
}

}  // namespace
}  // namespace weir::store
