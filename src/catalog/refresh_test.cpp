#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "catalog/catalog_fixture.hpp"
#include "catalog/users.hpp"

namespace weir::catalog {
namespace {

/// Two processes on one database, as far as a test has two.
class RefreshTest : public CatalogTest {
 protected:
  RefreshTest() : one_(open(places_.lasting())), other_(open(places_.lasting())) {
    tenant_ = one_->tenants().add("acme").value().no;
  }

  /// On PostgreSQL a change arrives by itself; elsewhere it is there when it is asked for.
  template <class Arrived>
  bool arrives(Arrived&& arrived) {
    for (int looks = 0; looks < 1000; ++looks) {
      if (!TestPlaces::on_postgres() && !other_->refresh()) return false;
      if (arrived()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  Stream add_stream_to_one() {
    return one_->streams().add(tenant_, {"s", "", std::nullopt, false}).value();
  }
  bool other_knows(const std::string& stream_id) {
    return other_->snapshots().current()->streams.contains(stream_id);
  }

  std::unique_ptr<Catalog> one_;
  std::unique_ptr<Catalog> other_;
  std::uint32_t tenant_ = 0;
};

TEST_F(RefreshTest, AChangeReachesTheOtherProcess) {
  const Stream stream = add_stream_to_one();
  EXPECT_TRUE(arrives([&] { return other_knows(stream.id); }));
  const std::string key = one_->keys().add(tenant_, "Key", {"datagrid:operate"})->id;
  EXPECT_TRUE(arrives([&] { return other_->snapshots().current()->keys.contains(key); }));
}

TEST_F(RefreshTest, AChangeOfItsOwnDoesNotHideWhatItHasNotReadYet) {
  const std::string hash(64, 'a');
  ASSERT_TRUE(one_->users().add_first("acme", {"ada", "", {}}, "hash"));
  const User user = one_->users().list(tenant_, {})->items.at(0);
  ASSERT_TRUE(one_->users().start_session(user, hash, "", {}));
  ASSERT_TRUE(other_->streams().add(tenant_, {"s", "", std::nullopt, false}));
  EXPECT_TRUE(arrives([&] { return other_->users().people()->sessions.contains(hash); }));
}

TEST_F(RefreshTest, AVersionNeverGoesBackAndLaterOnesHoldMore) {
  std::atomic<bool> done = false;
  std::thread reader([&] {
    std::uint64_t version = 0;
    std::size_t streams = 0;
    while (!done) {
      const auto now = other_->snapshots().current();
      EXPECT_GE(now->version, version);
      EXPECT_GE(now->streams.size(), streams);
      version = now->version;
      streams = now->streams.size();
    }
  });
  std::thread second([&] {
    for (int i = 0; i < 20; ++i)
      EXPECT_TRUE(other_->streams().add(tenant_, {"of the other", "", std::nullopt, false}));
  });
  for (int i = 0; i < 20; ++i) {
    add_stream_to_one();
    EXPECT_TRUE(other_->refresh());
  }
  second.join();
  EXPECT_TRUE(arrives([&] { return other_->snapshots().current()->streams.size() == 40; }));
  done = true;
  reader.join();
}

TEST_F(RefreshTest, WhatNobodyChangedIsNotReadAnew) {
  ASSERT_TRUE(other_->refresh());
  const auto before = other_->snapshots().current();
  ASSERT_TRUE(other_->refresh());
  EXPECT_EQ(other_->snapshots().current(), before);
}

}  // namespace
}  // namespace weir::catalog
