#include <set>
#include <sstream>

#include "env/fake/manual_clock.hpp"
#include "pipeline/batcher/batcher_world.hpp"
#include "pipeline/log/segmented_log.hpp"

/// The batcher on the real log, both on one disk that forgets: what was acknowledged is in the
/// files exactly once, whatever crashed.
namespace weir::batcher {
namespace {

class LogToFiles : public log::AppendSink {
 public:
  explicit LogToFiles(std::uint64_t seed) : random_(seed), disk_(seed) {
    for (const StreamNo stream : {orders, visits})
      batch_catalog_.add_stream(stream);
  }
  ~LogToFiles() override { stop(); }

  void run(int lives) {
    for (int life = 0; life < lives && !testing::Test::HasFailure(); ++life) {
      start();
      live();
      stop();
    }
    start();
    ASSERT_TRUE(batcher_);
    clock_.advance(std::chrono::hours(2));
    for (const StreamNo stream : {orders, visits}) {
      const auto flushed = batcher_->flush(stream, clock_.now());
      ASSERT_TRUE(flushed) << flushed.error().message;
    }
    expect_acknowledged_once();
  }

 private:
  void on_appended(std::span<const log::AppendResult> results) noexcept override {
    for (const auto& result : results) {
      if (!result.error) acknowledged_.insert(result.cookie);
    }
  }

  void stop() {
    batcher_.reset();
    store_.reset();
    log_.reset();
    disk_.cancel_planned_crash();
    if (random_.one_in(3)) {
      disk_.kill();
    } else {
      disk_.crash();
    }
    disk_.power_on();
  }

  void start() {
    log::SegmentedLog::Options options;
    options.directory = "/data/log";
    options.segment_bytes = 2 * log_commit_bytes;
    options.commit_bytes_max = log_commit_bytes;
    options.drive = log::SegmentedLog::Drive::by_hand;
    options.catalog = {batch_catalog_.checkpoint().lsn, *batch_catalog_.positions({})};
    auto log = log::SegmentedLog::open(disk_, clock_, random_, options);
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
    auto store = store::LocalDirectoryStore::open(disk_, "/data/store");
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    ASSERT_TRUE(store_->sweep());
    batcher_ = std::make_unique<Batcher>(
        *log_, *store_, batch_catalog_,
        BatcherSettings{.roll = {.bytes_max = 60'000, .records_max = 6}, .step_records = 5});
  }

  void live() {
    if (testing::Test::HasFailure()) return;
    if (random_.one_in(2)) disk_.crash_during(1 + random_.below(80));
    for (auto acts = random_.below(150); acts > 0 && disk_.is_on(); --acts)
      act();
  }

  void act() {
    switch (random_.below(8)) {
      case 0:
      case 1:
      case 2:
        return send();
      case 3:
        (void)log_->commit_step();
        return;
      case 4:
        (void)log_->segment_step();
        return;
      case 5:
        return clock_.advance(std::chrono::seconds(random_.below(100)));
      case 6:
        if (random_.one_in(4)) (void)batcher_->flush(orders, clock_.now());
        return;
      default:
        expect_no_corruption(batcher_->step(clock_.now()));
    }
  }

  void expect_no_corruption(const Result<Progress>& stepped) {
    if (!stepped) {
      EXPECT_NE(stepped.error().code, Errc::corrupt) << stepped.error().message;
    }
  }

  void send() {
    const std::uint64_t number = ++sent_;
    const std::string body = std::to_string(number) + std::string(random_.below(3000), ' ');
    log::Entry entry;
    entry.stream = random_.one_in(2) ? orders : visits;
    entry.body = body;
    (void)log_->append(entry, *this, number);
  }

  void expect_acknowledged_once() {
    std::map<std::uint64_t, int> filed;
    for (const auto& batch : batch_catalog_.batches) {
      std::istringstream lines(store_->read(batch.path).value_or("<cannot be read>"));
      std::uint64_t records = 0;
      for (std::string line; std::getline(lines, line); ++records)
        ++filed[std::stoull(line)];
      EXPECT_EQ(records, batch.records) << batch.path;
    }
    EXPECT_GT(acknowledged_.size(), 20u);
    for (const auto number : acknowledged_)
      EXPECT_EQ(filed[number], 1) << "record " << number;
    for (const auto& [number, times] : filed) {
      EXPECT_EQ(times, 1) << "record " << number;
      EXPECT_LE(number, sent_);
    }
  }

  static constexpr std::uint64_t log_commit_bytes = 64 * 1024;

  SeededRandom random_;
  CrashDisk disk_;
  ManualClock clock_{eight};
  FakeBatchCatalog batch_catalog_;
  std::unique_ptr<log::SegmentedLog> log_;
  std::unique_ptr<store::LocalDirectoryStore> store_;
  std::unique_ptr<Batcher> batcher_;
  std::set<std::uint64_t> acknowledged_;
  std::uint64_t sent_ = 0;
};

TEST(BatcherOnTheLog, WhatWasAcknowledgedIsInTheFilesOnceWhateverCrashed) {
  const std::uint64_t seed = seed_from_environment_or_new();
  for (std::uint64_t world = 0; world < 12; ++world) {
    SCOPED_TRACE("rerun with WEIR_SEED=" + std::to_string(seed + world));
    LogToFiles(seed + world).run(15);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace weir::batcher
