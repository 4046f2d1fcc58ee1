#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "pipeline/log/segmented_log.hpp"

/// Helpers of the log's tests.
namespace weir::log {

/// Collects every result. Thread-safe.
class RememberingSink final : public AppendSink {
 public:
  void on_appended(std::span<const AppendResult> results) noexcept override {
    const std::lock_guard lock(mutex_);
    ++calls_;
    results_.insert(results_.end(), results.begin(), results.end());
    appended_.notify_all();
  }
  std::vector<AppendResult> results() const {
    const std::lock_guard lock(mutex_);
    return results_;
  }
  int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  void wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    appended_.wait(lock, [&] { return results_.size() >= count; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable appended_;
  std::vector<AppendResult> results_;
  int calls_ = 0;
};

/// A record that owns its text.
struct Line {
  Address address;
  Time received_at;
  PayloadType type = PayloadType::json;
  std::string key;
  std::string body;
  Lsn lsn;
  Lsn position_after;
};

inline std::vector<Line> read_lines(Reader& reader) {
  std::vector<Line> lines;
  for (;;) {
    const auto record = reader.next();
    if (!record) {
      ADD_FAILURE() << record.error().message;
      return lines;
    }
    if (!*record) return lines;
    const Record& r = **record;
    lines.push_back({r.address, r.received_at, r.type, std::string(r.idempotency_key),
                     std::string(r.body), r.lsn, reader.position()});
  }
}

inline constexpr StreamNo orders{7};
inline constexpr StreamNo visits{9};
inline constexpr PartitionNo only{0};

/// A log without threads on a crash disk: 15 blocks to a segment, 4 to a commit.
class LogWorld {
 public:
  static constexpr std::uint64_t segment_bytes = 64 * limits::kib;
  static constexpr std::uint64_t commit_bytes_max = 16 * limits::kib;

  explicit LogWorld(std::uint64_t seed = 1) : disk(seed), random(seed) {
    EXPECT_TRUE(disk.make_directories("/data").has_value());
    EXPECT_TRUE(disk.sync_directory("/").has_value());
    options.directory = "/data/log";
    options.segment_bytes = segment_bytes;
    options.commit_bytes_max = commit_bytes_max;
    options.spares_ahead = 1;
    options.drive = SegmentedLog::Drive::by_hand;
  }

  Result<void> try_open() {
    auto opened = SegmentedLog::open(disk, *log_clock, random, options);
    if (!opened) return fail(std::move(opened).error());
    log = *std::move(opened);
    return {};
  }
  void open() {
    const auto opened = try_open();
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
  }
  /// The error of opening the log; the log is closed afterwards.
  Error refusal() {
    close();
    const auto opened = try_open();
    return opened ? Error{Errc::internal, "it opened"} : opened.error();
  }
  void close() { log.reset(); }
  void reopen() {
    close();
    open();
  }
  /// The machine loses power now, and starts again.
  void crash() {
    disk.crash();
    close();
    disk.power_on();
    open();
  }

  Result<void> append(StreamNo stream, std::string_view body, std::string_view key = {}) {
    const Entry entry{
        .stream = stream, .type = PayloadType::json, .idempotency_key = key, .body = body};
    return log->append(entry, sink, next_cookie++);
  }
  /// Commits this one record.
  void write(std::string_view body, StreamNo stream = orders) {
    const auto appended = append(stream, body);
    ASSERT_TRUE(appended.has_value()) << appended.error().message;
    ASSERT_TRUE(log->commit_step());
    tend();
  }
  void tend() {
    while (log->segment_step()) {
    }
  }
  std::vector<Line> lines(Lsn from = {}) {
    auto reader = log->read_from(only, from);
    if (!reader) {
      ADD_FAILURE() << reader.error().message;
      return {};
    }
    return read_lines(**reader);
  }
  std::vector<std::string> bodies(Lsn from = {}) {
    std::vector<std::string> texts;
    for (const Line& line : lines(from))
      texts.push_back(line.body);
    return texts;
  }
  std::string segment(std::uint64_t number) const {
    char name[32];
    std::snprintf(name, sizeof name, "%016llx.segment", static_cast<unsigned long long>(number));
    return "/data/log/0/" + std::string(name);
  }
  std::vector<std::string> files(std::string_view ending) {
    auto names = disk.list("/data/log/0").value();
    std::erase_if(names, [&](const std::string& name) { return !name.ends_with(ending); });
    return names;
  }

  CrashDisk disk;
  ManualClock clock;
  Clock* log_clock = &clock;
  SeededRandom random;
  SegmentedLog::Options options;
  RememberingSink sink;
  std::uint64_t next_cookie = 0;
  std::unique_ptr<SegmentedLog> log;  // last: closes while the rest is there
};

}  // namespace weir::log
