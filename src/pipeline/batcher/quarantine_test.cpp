#include "pipeline/batcher/quarantine.hpp"

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"
#include "env/fake/crash_disk.hpp"
#include "pipeline/store/local_directory_store.hpp"

/// Bytes of quarantined payloads: read and erased, on the real catalog and a disk that fails.
namespace weir::batcher {
namespace {

using catalog::QuarantineState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class QuarantineTest : public catalog::BatchTest {
 protected:
  QuarantineTest() { open(); }

  void open() {
    quarantine_.reset();
    store_ = store::LocalDirectoryStore::open(disk_, "/data/store").value();
    EXPECT_TRUE(store_->sweep());
    quarantine_.emplace(batches(), *store_);
  }
  void power_cut_and_restart() {
    disk_.crash();
    disk_.power_on();
    open();
  }

  /// Records 1 to n, in files of two.
  std::vector<catalog::Quarantined> put(const std::vector<std::string>& bodies) {
    std::vector<catalog::Quarantined> records;
    for (const std::string& body : bodies) {
      records.push_back(quarantined(stream_, records.size() + 1));
      records.back().body = body;
    }
    EXPECT_TRUE(put_bodies(*store_, {.tenant = "acme", .stream_id = stream_.id}, 8, records));
    return records;
  }
  void put_and_commit(const std::vector<std::string>& bodies) {
    catalog::BatchCommit made;
    made.quarantined = put(bodies);
    made.checkpoint = Lsn{4096};
    made.positions = {{stream_.no, Sequence{1}, Sequence{bodies.size() + 1}, PayloadType::xml}};
    ASSERT_TRUE(commit(made));
  }

  catalog::Quarantined record(std::uint64_t sequence) {
    return *batches().place(acme_, address(sequence))->quarantined;
  }
  Address address(std::uint64_t sequence) const {
    return {stream_.no, PartitionNo{0}, Sequence{sequence}};
  }
  Result<void> drop(std::uint64_t sequence) {
    return quarantine_->settle(acme_, address(sequence), QuarantineState::dropped, std::nullopt);
  }
  std::vector<std::string> files() {
    std::vector<std::string> contents;
    const std::string folder = "quarantine/acme/" + stream_.id;
    const auto names = store_->list(folder);
    for (const std::string& name : names.value())
      contents.push_back(store_->read(folder + "/" + name).value());
    return contents;
  }

  CrashDisk disk_{seed_from_environment_or_new()};
  std::unique_ptr<store::LocalDirectoryStore> store_;
  std::optional<Quarantine> quarantine_;
  const catalog::Stream stream_ = add_stream(acme_, PayloadType::xml);
};

const std::string zeros(4, '\0');

TEST_F(QuarantineTest, BytesInAFileAreReadWholeOrSaidToBeDamaged) {
  put_and_commit({"aaaa", "bbbb", "cccc"});
  EXPECT_THAT(files(), ElementsAre("aaaabbbb", "cccc"));
  EXPECT_EQ(quarantine_->body(record(2)).value(), "bbbb");
  EXPECT_EQ(record(2).body_bytes, 4u);
  disk_.flip_bit("/data/store/" + record(2).stored.path, 5, 0);
  const auto flipped = quarantine_->body(record(2));
  ASSERT_FALSE(flipped);
  EXPECT_EQ(flipped.error().code, Errc::corrupt);
  EXPECT_THAT(flipped.error().message, HasSubstr(record(2).stored.path));
  EXPECT_EQ(quarantine_->body(record(1)).value(), "aaaa") << "the others in the file are whole";
  ASSERT_TRUE(store_->remove(record(3).stored.path));
  const auto gone = quarantine_->body(record(3));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::corrupt);
}

TEST_F(QuarantineTest, WhatIsSettledIsErasedAtOnceAndTheFileGoesWithTheLast) {
  put_and_commit({"aaaa", "bbbb", "cccc"});
  ASSERT_TRUE(drop(1));
  EXPECT_THAT(files(), ElementsAre(zeros + "bbbb", "cccc"));
  EXPECT_EQ(quarantine_->body(record(1)).value(), "");
  EXPECT_EQ(record(1).body_bytes, 0u);
  EXPECT_EQ(record(1).stored.path, "");
  EXPECT_EQ(quarantine_->body(record(2)).value(), "bbbb");
  EXPECT_EQ(drop(1).error().code, Errc::conflict);
  ASSERT_TRUE(quarantine_->settle(acme_, address(2), QuarantineState::replayed, Sequence{9}));
  EXPECT_THAT(files(), ElementsAre("cccc"));
  ASSERT_TRUE(drop(3));
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_THAT(batches().quarantine_files().value(), IsEmpty());
}

TEST_F(QuarantineTest, AnErasureCutAnywhereIsFinishedAtTheNextStart) {
  int uncut = 0;  // once for a file that is put again, once for one that is removed
  std::uint64_t sequence = 1;
  put_and_commit(std::vector<std::string>(60, "aaaa"));
  for (std::uint64_t nth = 1; uncut < 2; ++nth) {
    disk_.crash_during(nth);
    const auto dropped = drop(sequence);
    const bool cut = !disk_.is_on();
    uncut = cut ? 0 : uncut + 1;
    EXPECT_EQ(dropped.has_value(), !cut) << nth;
    disk_.cancel_planned_crash();
    power_cut_and_restart();
    ASSERT_EQ(record(sequence).state, QuarantineState::dropped);
    const auto others = files();
    EXPECT_TRUE(others.front() == zeros + "aaaa" || others.front() == "aaaaaaaa" ||
                others.front() == zeros + zeros)
        << "old or new, never a part";
    ASSERT_TRUE(quarantine_->clean_up());
    EXPECT_THAT(batches().quarantine_files_to_erase().value(), IsEmpty());
    EXPECT_EQ(record(sequence).stored.path, "");
    if (sequence % 2 == 1) {
      EXPECT_EQ(files().front(), zeros + "aaaa");
      EXPECT_EQ(quarantine_->body(record(sequence + 1)).value(), "aaaa");
    }
    ++sequence;
    ASSERT_LT(sequence, 60u);
  }
  EXPECT_GT(sequence, 4u);
}

TEST_F(QuarantineTest, FilesThatNoCommitNamesAreRemovedAtTheStart) {
  put_and_commit({"aaaa", "bbbb", "cccc"});
  std::vector<catalog::Quarantined> left{quarantined(stream_, 7)};
  ASSERT_TRUE(put_bodies(*store_, {.tenant = "acme", .stream_id = stream_.id}, 8, left));
  EXPECT_THAT(files(), testing::SizeIs(3));
  ASSERT_TRUE(quarantine_->clean_up());
  EXPECT_THAT(files(), ElementsAre("aaaabbbb", "cccc"));
}

TEST_F(QuarantineTest, TheSameRecordsMakeTheSameFiles) {
  const auto once = put({"aaaa", "bbbb", "cccc"});
  const auto before = files();
  const auto again = put({"aaaa", "bbbb", "cccc"});
  EXPECT_EQ(files(), before);
  EXPECT_EQ(again.back().stored.path, once.back().stored.path);
}

TEST_F(QuarantineTest, VerifyFindsWhatIsDamagedAndNotWhatIsSettled) {
  put_and_commit({"aaaa", "bbbb", "cccc"});
  ASSERT_TRUE(drop(1));
  const auto check = [&] {
    return store::check_store(*store_, {}, held_in_files(batches()).value()).value();
  };
  EXPECT_THAT(check().findings, IsEmpty());
  EXPECT_EQ(check().bodies, 2u);
  disk_.flip_bit("/data/store/" + record(2).stored.path, 5, 0);
  ASSERT_TRUE(store_->remove(record(3).stored.path));
  const auto report = check();
  ASSERT_THAT(report.findings, testing::SizeIs(2));
  EXPECT_EQ(report.findings[0].kind, store::Finding::Kind::altered);
  EXPECT_EQ(report.findings[0].path, record(2).stored.path);
  EXPECT_EQ(report.findings[1].kind, store::Finding::Kind::missing);
}

}  // namespace
}  // namespace weir::batcher
