#include "pipeline/store/local_directory_store.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <unistd.h>

#include "env/fake/crash_disk.hpp"
#include "env/real/posix_disk.hpp"

namespace weir::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string root = "/data/store";
const std::string key = "ingest/stream/acme/is-1/2027-03-02/08-0000-0000000000000001.ndjson";

class LocalDirectoryStoreTest : public testing::Test {
 protected:
  LocalDirectoryStoreTest() : seed_(seed_from_environment_or_new()), disk_(seed_) {
    RecordProperty("seed", std::to_string(seed_));
    open();
  }

  void open() {
    auto opened = LocalDirectoryStore::open(disk_, root);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  /// As a server does after the machine came back.
  void restart() {
    store_.reset();
    disk_.power_on();
    open();
    ASSERT_TRUE(store_->sweep());
  }

  Result<void> put(const std::string& name, const std::string& bytes) {
    WEIR_TRY(const auto writer, store_->create(name));
    WEIR_CHECK(writer->write(bytes));
    return writer->publish();
  }

  std::string read(const std::string& name) {
    const auto bytes = store_->read(name);
    return bytes ? *bytes : std::string(outcome_of(bytes.error().code).label);
  }

  std::vector<std::string> partials() { return disk_.list(root + "/.partial").value(); }

  static std::string large() {
    std::string bytes;
    while (bytes.size() < 3 * LocalDirectoryStore::write_bytes) {
      bytes += "line " + std::to_string(bytes.size()) + "\n";
    }
    return bytes;
  }

  std::uint64_t seed_;
  CrashDisk disk_;
  std::unique_ptr<LocalDirectoryStore> store_;
  testing::ScopedTrace trace_{__FILE__, __LINE__, "rerun with WEIR_SEED=" + std::to_string(seed_)};
};

TEST_F(LocalDirectoryStoreTest, WhatWasPublishedIsReadBack) {
  ASSERT_TRUE(put(key, "{}\n"));
  ASSERT_TRUE(put("other", large()));
  ASSERT_TRUE(put("empty", ""));
  EXPECT_EQ(read(key), "{}\n");
  EXPECT_EQ(read("other"), large());
  EXPECT_EQ(read("empty"), "");
  EXPECT_EQ(store_->uri(key), root + "/" + key);
  EXPECT_THAT(partials(), IsEmpty());
}

TEST_F(LocalDirectoryStoreTest, NothingIsVisibleBeforeItIsPublished) {
  {
    const auto writer = *store_->create(key);
    ASSERT_TRUE(writer->write(large()));
    EXPECT_EQ(read(key), "not_found");
  }
  EXPECT_EQ(read(key), "not_found");
  EXPECT_THAT(partials(), IsEmpty()) << "an abandoned writer cleans up";
}

TEST_F(LocalDirectoryStoreTest, ASmallObjectNeedsNoFileBeforeItIsPublished) {
  const auto writer = *store_->create(key);
  ASSERT_TRUE(writer->write("small"));
  EXPECT_THAT(partials(), IsEmpty());
  ASSERT_TRUE(writer->write(large()));
  EXPECT_EQ(partials().size(), 1u);
}

TEST_F(LocalDirectoryStoreTest, PublishingAgainReplaces) {
  ASSERT_TRUE(put(key, "first"));
  ASSERT_TRUE(put(key, "second"));
  EXPECT_EQ(read(key), "second");
}

TEST_F(LocalDirectoryStoreTest, WhatWasPublishedSurvivesAPowerCut) {
  ASSERT_TRUE(put(key, large()));
  ASSERT_TRUE(put("ingest/stream/acme/is-1/2027-03-03/00-0000-0000000000000002.ndjson", "b"));
  disk_.crash();
  restart();
  EXPECT_EQ(read(key), large());
  EXPECT_EQ(read("ingest/stream/acme/is-1/2027-03-03/00-0000-0000000000000002.ndjson"), "b");
}

TEST_F(LocalDirectoryStoreTest, APowerCutAnywhereLeavesTheOldObjectOrTheNewOne) {
  ASSERT_TRUE(put("replaced", "old"));
  bool crashed = true;
  for (std::uint64_t nth = 1; crashed; ++nth) {
    SCOPED_TRACE("power cut in operation " + std::to_string(nth));
    const std::string fresh = "run" + std::to_string(nth) + "/a/b";
    disk_.crash_during(nth);
    const bool put_new = put(fresh, large()).has_value();
    const bool put_over = put("replaced", large()).has_value();
    crashed = !disk_.is_on();
    disk_.cancel_planned_crash();
    restart();
    if (put_new) {
      EXPECT_EQ(read(fresh), large());
    } else {
      EXPECT_THAT(read(fresh), testing::AnyOf("not_found", large()));
    }
    if (put_over) {
      EXPECT_EQ(read("replaced"), large());
    } else {
      EXPECT_THAT(read("replaced"), testing::AnyOf("old", large()));
    }
    EXPECT_THAT(partials(), IsEmpty());
    ASSERT_TRUE(put("replaced", "old"));
    ASSERT_LT(nth, 1000u);
  }
}

TEST_F(LocalDirectoryStoreTest, OpeningCutAnywhereCanBeDoneAgain) {
  bool crashed = true;
  for (std::uint64_t nth = 1; crashed; ++nth) {
    CrashDisk disk(seed_ + nth);
    disk.crash_during(nth);
    (void)LocalDirectoryStore::open(disk, root);
    crashed = !disk.is_on();
    disk.cancel_planned_crash();
    disk.power_on();
    auto store = LocalDirectoryStore::open(disk, root);
    ASSERT_TRUE(store) << store.error().message;
    const auto writer = *(*store)->create("a");
    ASSERT_TRUE(writer->write("x"));
    ASSERT_TRUE(writer->publish());
    ASSERT_LT(nth, 1000u);
  }
}

TEST_F(LocalDirectoryStoreTest, AProcessThatDiedWhileOpeningLeavesNothingUnsafe) {
  bool failed = true;
  for (std::uint64_t nth = 1; failed; ++nth) {
    SCOPED_TRACE(nth);
    CrashDisk disk(seed_ + nth);
    disk.fail_next(CrashDisk::Op::names, Errc::io, nth);
    failed = !LocalDirectoryStore::open(disk, root).has_value();
    auto store = LocalDirectoryStore::open(disk, root);
    ASSERT_TRUE(store) << store.error().message;
    const auto writer = *(*store)->create("a");
    ASSERT_TRUE(writer->write("x"));
    ASSERT_TRUE(writer->publish());
    disk.crash();
    disk.power_on();
    EXPECT_EQ((*store)->read("a").value_or("lost"), "x");
    ASSERT_LT(nth, 1000u);
  }
}

TEST_F(LocalDirectoryStoreTest, AFailedWriterIsSpentAndANewOneWorks) {
  for (const auto op : {CrashDisk::Op::create, CrashDisk::Op::write, CrashDisk::Op::sync,
                        CrashDisk::Op::rename, CrashDisk::Op::names}) {
    SCOPED_TRACE(static_cast<int>(op));
    ASSERT_TRUE(put(key, "warm"));
    disk_.fail_next(op, Errc::disk_full);
    const auto writer = *store_->create(key);
    const auto written = writer->write(large());
    const auto published = written ? writer->publish() : written;
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().code, Errc::disk_full);
    EXPECT_THAT(published.error().message, testing::HasSubstr("writing " + key));
    EXPECT_EQ(writer->publish().error().code, Errc::internal);
    EXPECT_EQ(writer->write("x").error().code, Errc::internal);
    ASSERT_TRUE(put(key, large()));
    EXPECT_EQ(read(key), large());
  }
}

TEST_F(LocalDirectoryStoreTest, SweepRemovesWhatADeadProcessLeft) {
  auto writer = *store_->create(key);
  ASSERT_TRUE(writer->write(large()));
  disk_.kill();
  writer.reset();  // it cannot clean up any more
  restart();
  EXPECT_THAT(partials(), IsEmpty());
  EXPECT_EQ(read(key), "not_found");
}

TEST_F(LocalDirectoryStoreTest, SweepLeavesWhatAnotherOwnerIsWriting) {
  auto other = *LocalDirectoryStore::open(disk_, root, "other");
  const auto in_hand = *other->create(key);
  ASSERT_TRUE(in_hand->write(large()));
  const auto ours = *store_->create("ours");
  ASSERT_TRUE(ours->write(large()));
  auto third = *LocalDirectoryStore::open(disk_, root, "oth");
  ASSERT_TRUE(third->sweep());
  EXPECT_THAT(partials(), ElementsAre("1", "other-1"));
  ASSERT_TRUE(store_->sweep());
  EXPECT_THAT(partials(), ElementsAre("other-1"));
  ASSERT_TRUE(in_hand->publish());
  EXPECT_EQ(read(key), large());
  EXPECT_FALSE(ours->publish());
}

TEST_F(LocalDirectoryStoreTest, ANameLeftBehindDoesNotStandInTheWay) {
  disk_.put(root + "/.partial/1", "left");
  ASSERT_TRUE(put(key, "x"));
  EXPECT_EQ(read(key), "x");
  EXPECT_THAT(partials(), ElementsAre("1"));
}

TEST_F(LocalDirectoryStoreTest, ADirectoryRemovedByHandIsMadeAgain) {
  PosixDisk real;
  char folder[] = "/tmp/weir-store-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  auto store = *LocalDirectoryStore::open(real, std::string(folder) + "/store");
  const auto put_there = [&]() -> Result<void> {
    const auto writer = *store->create(key);
    WEIR_CHECK(writer->write("x"));
    return writer->publish();
  };
  ASSERT_TRUE(put_there());
  std::filesystem::remove_all(std::string(folder) + "/store/ingest");
  (void)put_there();  // finds out
  ASSERT_TRUE(put_there());
  EXPECT_EQ(store->read(key).value(), "x");
  std::filesystem::remove_all(folder);
}

TEST_F(LocalDirectoryStoreTest, AFolderTellsTheNamesOfWhatIsInIt) {
  EXPECT_THAT(store_->list("quarantine").value(), IsEmpty());
  ASSERT_TRUE(put("quarantine/acme/b", "1"));
  ASSERT_TRUE(put("quarantine/acme/a", "2"));
  EXPECT_THAT(store_->list("quarantine").value(), ElementsAre("acme"));
  EXPECT_THAT(store_->list("quarantine/acme").value(), ElementsAre("a", "b"));
}

TEST_F(LocalDirectoryStoreTest, WhatWasRemovedStaysAwayThroughAPowerCut) {
  ASSERT_TRUE(put(key, "old"));
  ASSERT_TRUE(store_->remove(key));
  EXPECT_EQ(read(key), "not_found");
  disk_.crash();
  restart();
  EXPECT_EQ(read(key), "not_found");
  EXPECT_TRUE(store_->remove(key)) << "once more";
}

TEST_F(LocalDirectoryStoreTest, KeysThatLeaveTheDirectoryAreRefused) {
  for (const std::string bad :
       {"", "/a", "a/", "a//b", "../a", "a/../b", "./a", ".partial/1", "a/.", "a/.partial/b"}) {
    const auto made = store_->create(bad);
    ASSERT_FALSE(made) << bad;
    EXPECT_EQ(made.error().code, Errc::bad_request);
    EXPECT_EQ(store_->read(bad).error().code, Errc::bad_request);
  }
}

}  // namespace
}  // namespace weir::store
