#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/crc64.hpp"
#include "base/sha256.hpp"
#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "pipeline/batcher/batcher.hpp"
#include "pipeline/batcher/fake_batch_catalog.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/log/fake_log.hpp"
#include "pipeline/store/local_directory_store.hpp"
#include "pipeline/store/store_check.hpp"
#include "xml/ingest_pack.hpp"

/// A batcher with a log, a manifest and a disk, and the helpers of its tests.
namespace weir::batcher {

inline constexpr StreamNo orders{1};  // JSON
inline constexpr StreamNo sales{2};   // XML
inline constexpr StreamNo visits{3};  // JSON
inline constexpr Time eight = Day(std::chrono::year{2027} / 3 / 2) + std::chrono::hours(8);

class BatcherWorld {
 public:
  explicit BatcherWorld(std::uint64_t seed, const BatcherSettings& with = {})
      : settings(with), disk(seed), log(with.partition) {
    for (const StreamNo stream : {orders, sales, visits})
      manifest.add_stream(stream);
    start();
  }

  /// Starts a new process: the old one's memory is lost.
  void start() {
    batcher.reset();
    store.reset();
    auto opened = store::LocalDirectoryStore::open(disk, "/data/store");
    ASSERT_TRUE(opened) << opened.error().message;
    store = *std::move(opened);
    ASSERT_TRUE(store->sweep());
    batcher = std::make_unique<Batcher>(log, *store, manifest, settings);
  }

  void power_cut_and_restart() {
    disk.cancel_planned_crash();
    disk.crash();
    disk.power_on();
    start();
  }

  void send(StreamNo stream, const std::string& body) {
    const auto type = stream == sales ? PayloadType::xml : PayloadType::json;
    log.commit({{stream, type, body}}, now);
  }

  void send_with_key(StreamNo stream, const std::string& key, const std::string& body) {
    const auto type = stream == sales ? PayloadType::xml : PayloadType::json;
    log.commit({{stream, type, body, key}}, now);
  }

  Result<Progress> step() {
    log.now = now;
    return batcher->step(now);
  }

  /// Steps until there is nothing more to read.
  void run() {
    for (bool more = true; more;) {
      const auto progress = step();
      ASSERT_TRUE(progress) << progress.error().message;
      more = progress->more;
    }
  }

  /// Files all open batches, retrying as often as necessary.
  void finish() {
    now += std::chrono::hours(2);
    run();
  }

  std::string read(const catalog::Batch& batch) {
    return store->read(batch.path).value_or("<cannot be read>");
  }

  /// Of a quarantined record, wherever it stands.
  std::string body_of(const catalog::Quarantined& one) {
    const catalog::StoredBody& stored = one.stored;
    if (stored.path.empty()) return one.body;
    EXPECT_EQ(one.body, "");
    const auto body = store->read_range(stored.path, stored.offset, stored.bytes);
    if (!body) return "<cannot be read>";
    EXPECT_EQ(crc64(*body), stored.crc64);
    return *body;
  }

  std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const auto& batch : manifest.batches)
      out.push_back(batch.path);
    return out;
  }

  /// Checks that every accepted record is in its place in exactly one file, in the quarantine, or a
  /// duplicate of such a record; which of them it is must follow from the log alone.
  void expect_each_record_once() {
    std::map<Address, int> seen;
    std::map<Address, log::FakeLog::Stored> accepted;
    for (const auto& record : log.accepted())
      accepted.emplace(record.address, record);
    for (const auto& one : manifest.quarantined) {
      ++seen[one.address];
      EXPECT_EQ(body_of(one), accepted[one.address].body);
      EXPECT_FALSE(one.reason.empty());
    }
    for (const auto& [address, of] : manifest.duplicates)
      ++seen[address];
    const std::map<Address, int> aside = seen;
    for (const auto& batch : manifest.batches)
      expect_file(batch, accepted, aside, seen);
    for (const auto& [address, record] : accepted) {
      EXPECT_EQ(seen[address], 1) << "stream " << address.stream.value << ", sequence "
                                  << address.sequence.value << ": " << record.body;
    }
    EXPECT_EQ(seen.size(), accepted.size());
    expect_keys_decided();
    for (const auto& [key, hour] : manifest.hours)
      EXPECT_EQ(hour.accepted(), hour.accounted()) << "stream " << hour.stream.value;
    expect_fields_of_each_record_once();
  }

  /// Checks that a day's sketch of fields counts each payload in the day's files once.
  void expect_fields_of_each_record_once() {
    std::map<std::pair<StreamNo, Day>, std::uint64_t> records;
    for (const auto& batch : manifest.batches)
      records[{batch.stream, batch.day}] += batch.records;
    for (const auto& [key, count] : records) {
      const fields::Sketch& sketch = manifest.sketches[key];
      EXPECT_EQ(sketch.payloads, count) << "stream " << key.first.value;
      EXPECT_EQ(sketch.looked_at, count) << "stream " << key.first.value;
    }
  }

  /// Checks that every hour that is over is sealed, and that the store matches its manifests.
  void expect_sealed_and_whole() {
    for (const auto& [key, hour] : manifest.hours) {
      EXPECT_TRUE(hour.sealed()) << "stream " << hour.stream.value << ", hour " << hour.hour;
      Sha256 sha256;
      sha256.update(store->read(hour.manifest_path).value_or("<cannot be read>"));
      EXPECT_EQ(sha256.hex(), hour.manifest_sha256) << hour.manifest_path;
    }
    const auto report = store::check_store(*store);
    ASSERT_TRUE(report) << report.error().message;
    for (const store::Finding& finding : report->findings)
      ADD_FAILURE() << finding.path << ": " << finding.what;
    EXPECT_EQ(report->hours, manifest.hours.size());
    EXPECT_EQ(report->files, manifest.batches.size());
  }

  /// Of the sealed hours. Only where the disk let everything be removed that had to be.
  void expect_no_file_without_a_row() {
    const auto report = store::check_store(*store);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->unsealed, 0u);
  }

  BatcherSettings settings;
  CrashDisk disk;
  log::FakeLog log;
  FakeBatchCatalog manifest;
  Time now = eight;
  std::unique_ptr<store::LocalDirectoryStore> store;
  std::unique_ptr<Batcher> batcher;

 private:
  /// The decisions of KeyWindow, by the simplest possible implementation.
  void expect_keys_decided() {
    std::map<std::pair<StreamNo, std::string>, log::FakeLog::Stored> first;
    std::map<Address, std::string> reasons;
    for (const auto& one : manifest.quarantined)
      reasons[one.address] = one.reason;
    for (const auto& record : log.accepted()) {
      if (record.key.empty()) continue;
      const auto [place, fresh] = first.try_emplace({record.address.stream, record.key}, record);
      const auto known = place->second;
      const bool over = record.received_at - known.received_at >= settings.keys.window;
      const auto found = manifest.duplicates.find(record.address);
      const std::string what = "sequence " + std::to_string(record.address.sequence.value) +
                               " of stream " + std::to_string(record.address.stream.value);
      if (fresh || over) {
        place->second = record;
        EXPECT_EQ(found, manifest.duplicates.end()) << what << " is no duplicate";
      } else if (known.body == record.body && known.type == record.type) {
        ASSERT_NE(found, manifest.duplicates.end()) << what << " is a duplicate";
        EXPECT_EQ(found->second, known.address.sequence) << what;
      } else {
        EXPECT_THAT(reasons[record.address], testing::HasSubstr("another body")) << what;
      }
    }
  }

  void expect_file(const catalog::Batch& batch,
                   const std::map<Address, log::FakeLog::Stored>& accepted,
                   const std::map<Address, int>& aside, std::map<Address, int>& seen) {
    SCOPED_TRACE(batch.path);
    const std::string content = read(batch);
    Sha256 sha256;
    sha256.update(content);
    EXPECT_EQ(batch.sha256, sha256.hex());
    EXPECT_EQ(batch.bytes, content.size());
    RecordEncoder encoder;
    std::string expected;
    std::uint64_t records = 0;
    for (auto sequence = batch.first_sequence.value; sequence <= batch.last_sequence.value;
         ++sequence) {
      const Address address{batch.stream, batch.partition, Sequence{sequence}};
      const auto found = accepted.find(address);
      if (found == accepted.end() && !is_gapless(batch.partition)) continue;
      ASSERT_NE(found, accepted.end());
      if (is_gapless(batch.partition)) {  // elsewhere a later leader's clock may be behind
        EXPECT_EQ(day_of(found->second.received_at), batch.day);
        EXPECT_EQ(hour_of(found->second.received_at), batch.hour);
      }
      if (aside.contains(address)) continue;
      const auto& record = found->second;
      const std::size_t begin = expected.size();
      expected +=
          encoder
              .encode(
                  {record.lsn, record.address, record.received_at, record.type, {}, record.body})
              .value_or("<cannot be encoded>");
      if (sequence % 3 == 1 || sequence == batch.last_sequence.value)
        expect_located(batch, Sequence{sequence}, {begin, expected.size() - begin});
      ++records;
      ++seen[address];
    }
    EXPECT_EQ(batch.records, records);
    EXPECT_TRUE(content == expected) << "the file differs from what was sent";
  }

  void expect_located(const catalog::Batch& batch, Sequence sequence, const ByteRange& expected) {
    const auto range = locate(*store, batch, sequence);
    ASSERT_TRUE(range) << range.error().message;
    EXPECT_EQ(range->offset, expected.offset) << "sequence " << sequence.value;
    EXPECT_EQ(range->bytes, expected.bytes) << "sequence " << sequence.value;
  }
};

}  // namespace weir::batcher
