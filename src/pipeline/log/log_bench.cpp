// What a durable record costs: append() alone, and N callers that each append again as soon as the
// last one's result is told. On the file system of TMPDIR.
#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include <benchmark/benchmark.h>

#include "env/real/posix_disk.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::log {
namespace {

constexpr PartitionNo only{0};

/// The results as a thread that answers requests would get them.
class Inbox final : public AppendSink {
 public:
  void on_appended(std::span<const AppendResult> results) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      waiting_.insert(waiting_.end(), results.begin(), results.end());
    }
    arrived_.notify_one();
  }
  void take(std::vector<AppendResult>& out) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !waiting_.empty(); });
    out.clear();
    out.swap(waiting_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<AppendResult> waiting_;
};

struct Bench {
  explicit Bench(SegmentedLog::Drive drive) {
    std::string name = (std::filesystem::temp_directory_path() / "weir-bench-XXXXXX").string();
    root = ::mkdtemp(name.data());
    SegmentedLog::Options options;
    options.directory = root + "/log";
    options.drive = drive;
    auto opened = SegmentedLog::open(disk, clock, random, std::move(options));
    if (opened) log = *std::move(opened);
  }
  ~Bench() {
    log.reset();
    std::filesystem::remove_all(root);
  }
  bool append(std::uint64_t cookie) {
    const Entry entry{
        .stream = {1}, .type = PayloadType::json, .idempotency_key = {}, .body = body};
    return log->append(entry, inbox, cookie).has_value();
  }

  std::string root;
  PosixDisk disk;
  SystemClock clock;
  SystemRandom random;
  Inbox inbox;
  std::string body = std::string(1024, 'x');
  std::unique_ptr<SegmentedLog> log;
};

void append_alone(benchmark::State& state) {
  Bench bench(SegmentedLog::Drive::by_hand);
  for (auto _ : state) {
    if (bench.append(0)) continue;
    state.PauseTiming();
    bench.log->commit_step();
    bench.log->release(only, bench.log->durable_end(only));
    while (bench.log->segment_step()) {
    }
    state.ResumeTiming();
  }
}
BENCHMARK(append_alone);

void durable_records(benchmark::State& state) {
  Bench bench(SegmentedLog::Drive::threads);
  const auto callers = static_cast<std::uint64_t>(state.range(0));
  std::vector<std::chrono::steady_clock::time_point> sent(callers);
  std::vector<double> latencies_us;
  const auto send = [&](std::uint64_t caller) {
    sent[caller] = std::chrono::steady_clock::now();
    while (!bench.append(caller)) {
      bench.log->commit_soon();
      std::this_thread::yield();
    }
  };
  for (std::uint64_t caller = 0; caller < callers; ++caller)
    send(caller);
  bench.log->commit_soon();
  std::vector<AppendResult> results;
  std::uint64_t turns = 0;
  for (auto _ : state) {
    bench.inbox.take(results);
    ++turns;
    for (const AppendResult& result : results) {
      const std::chrono::duration<double, std::micro> took =
          std::chrono::steady_clock::now() - sent[result.cookie];
      latencies_us.push_back(took.count());
      send(result.cookie);
    }
    bench.log->commit_soon();
    bench.log->release(only, bench.log->durable_end(only));
  }
  const auto at = [&](double share) {
    const auto nth = latencies_us.begin() +
                     static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies_us.size()));
    std::nth_element(latencies_us.begin(), nth, latencies_us.end());
    return *nth;
  };
  state.SetItemsProcessed(static_cast<std::int64_t>(latencies_us.size()));
  state.counters["records_a_turn"] =
      static_cast<double>(latencies_us.size()) / static_cast<double>(turns);
  state.counters["p50_us"] = at(0.50);
  state.counters["p99_us"] = at(0.99);
}
BENCHMARK(durable_records)->Arg(1)->Arg(64)->Arg(256)->UseRealTime()->MinTime(2);

}  // namespace
}  // namespace weir::log

BENCHMARK_MAIN();
