// What the edge alone can do: the real server and gateway over a log that is a thread and no disk.
//
//   gateway_ceiling PORT THREADS empty|checked
//
// "empty" answers 202 to everything; "checked" does all that a payload goes through, and prints
// the headers to send. Ends when its standard input does.
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/server.hpp"
#include "pipeline/gateway/gateway.hpp"
#include "token/token.hpp"

namespace {

using namespace weir;

class SomeRandom final : public Random {
 public:
  void fill(std::span<char> out) override {
    for (char& c : out)
      c = static_cast<char>(std::rand());
  }
};

class RealClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
};

/// About what a write and sync of some 50 KiB takes: it decides how many share a wake-up.
constexpr std::chrono::microseconds commit_time{150};

/// Group commit without a disk: what arrives during one "commit" is the next.
class DisklessLog final : public log::Log {
 public:
  DisklessLog() : thread_([this] { run(); }) {}
  ~DisklessLog() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Result<void> append(const log::Entry& entry, log::AppendSink& sink,
                      std::uint64_t cookie) override {
    const std::lock_guard lock(mutex_);
    bytes_.append(entry.body);
    waiting_[&sink].push_back({cookie, {entry.stream, PartitionNo{0}, {++next_}}, {}});
    return {};
  }
  void commit_soon() override {
    {
      const std::lock_guard lock(mutex_);
      asked_ = true;
    }
    changed_.notify_one();
  }
  Result<std::unique_ptr<log::Reader>> read_from(PartitionNo, Lsn) override {
    return fail(Errc::unavailable, "nothing is kept");
  }
  Lsn durable_end(PartitionNo) const override { return {}; }
  void wait_durable(PartitionNo, Lsn, std::chrono::milliseconds) override {}
  void release(PartitionNo, Lsn) override {}
  Result<void> health() const override { return {}; }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ending_ || asked_; });
      if (ending_ && waiting_.empty()) return;
      asked_ = false;
      auto told = std::exchange(waiting_, {});
      bytes_.clear();
      lock.unlock();
      std::this_thread::sleep_for(commit_time);
      for (const auto& [sink, results] : told)
        sink->on_appended(results);
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<log::AppendSink*, std::vector<log::AppendResult>> waiting_;
  std::string bytes_;
  std::uint64_t next_ = 0;
  bool asked_ = false;
  bool ending_ = false;
  std::thread thread_;
};

class Empty final : public http::Responder {
 public:
  explicit Empty(http::Loop& loop) : loop_(loop) {}
  std::optional<std::uint64_t> admit(const http::RequestView&, http::Ticket) override {
    return limits::payload_bytes_default;
  }
  void handle(const http::RequestView&, http::Ticket ticket) override {
    loop_.reply(ticket, {202, "application/json", {}, {}});
  }
  void on_wake() override {}

 private:
  http::Loop& loop_;
};

int serve(const http::Options& options, http::ResponderFactory responder, Random& random) {
  http::Server server(options, {{"/", std::move(responder)}}, random);
  if (const auto started = server.start(); !started) {
    std::cerr << started.error().message << '\n';
    return 1;
  }
  std::cout << "listening on http://127.0.0.1:" << server.port() << std::endl;
  while (std::cin.get() != EOF) {
  }
  server.stop();
  return 0;
}

}  // namespace

int main(int count, char** values) {
  if (count != 4) {
    std::cerr << "usage: gateway_ceiling PORT THREADS empty|checked\n";
    return 2;
  }
  http::Options options;
  options.port = static_cast<std::uint16_t>(std::atoi(values[1]));
  options.threads = static_cast<unsigned>(std::atoi(values[2]));
  SomeRandom random;
  if (std::string(values[3]) == "empty")
    return serve(
        options, [](http::Loop& loop) { return std::make_unique<Empty>(loop); }, random);

  auto snapshot = std::make_shared<catalog::Snapshot>();
  snapshot->version = 1;
  snapshot->streams["is-bench"] = {
      StreamNo{1}, 1, "acme", "is-bench", PayloadType::json, false, limits::payload_bytes_default};
  const catalog::KeyView key{"tak-Abc1defGh2i",
                             1,
                             "acme",
                             catalog::Policies(catalog::Policy::streaming_ingest_write),
                             {{1, std::string(32, 's'), std::nullopt}}};
  snapshot->keys[key.id] = key;
  catalog::SnapshotSource snapshots;
  snapshots.publish(snapshot);
  const RealClock clock;
  DisklessLog log;
  gateway::StreamBindings bindings;
  const gateway::Gateway gateway({snapshots, log, clock, bindings, nullptr});
  std::cout << "tenant acme\nstream is-bench\ntoken "
            << token::mint(key, clock.now(), clock.now() + std::chrono::hours(1), random).value()
            << std::endl;
  return serve(options, gateway.responder(), random);
}
