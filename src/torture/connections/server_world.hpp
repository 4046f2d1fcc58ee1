#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "catalog/snapshot.hpp"
#include "env/fake/counting_random.hpp"
#include "env/fake/manual_clock.hpp"
#include "http/handler_pool.hpp"
#include "http/worker.hpp"
#include "pipeline/gateway/gateway.hpp"

namespace weir::torture {

/// A log without a disk, whose results come when the history says.
class ScriptedLog final : public log::Log {
 public:
  enum class Mood : std::uint8_t { prompt, holds_back };

  Result<void> append(const log::Entry& entry, log::AppendSink& sink,
                      std::uint64_t cookie) override;
  void commit_soon() override;
  void set(Mood mood) { mood_ = mood; }
  /// Reports the results of all waiting entries.
  void tell_all(std::optional<Errc> error);
  /// Payloads reported as durable.
  std::uint64_t kept() const { return kept_; }
  std::size_t waiting() const { return waiting_.size(); }

  Result<std::unique_ptr<log::Reader>> read_from(PartitionNo, Lsn) override;
  std::vector<PartitionNo> partitions() const override { return {PartitionNo{0}}; }
  std::uint64_t bytes_behind(PartitionNo, Lsn) const override { return 0; }
  Sequence next_sequence(const Address&) const override { return {1}; }
  Lsn durable_end(PartitionNo) const override { return {}; }
  void wait_durable(PartitionNo, Lsn, std::chrono::milliseconds) override {}
  void release(PartitionNo, Lsn) override {}
  Result<void> health() const override { return {}; }

 private:
  struct Waiting {
    log::AppendSink* sink;
    log::AppendResult result;
  };
  Mood mood_ = Mood::prompt;
  std::vector<Waiting> waiting_;
  std::uint64_t sequence_ = 0;
  std::uint64_t kept_ = 0;
};

/// A worker of the real HTTP server with the real gateway and handler pool, run turn by turn and
/// tick by tick in the caller's thread, without listener or clock. Clients use socket pairs, so
/// that ends, resets and full buffers are those of the kernel.
class ServerWorld {
 public:
  /// `tls`: null for plain HTTP.
  explicit ServerWorld(std::shared_ptr<http::Tls> tls);
  ~ServerWorld();
  ServerWorld(const ServerWorld&) = delete;
  ServerWorld& operator=(const ServerWorld&) = delete;

  struct Pair {
    int client = -1;  // does not block; the caller's to close
    int server = -1;  // the server's own; only to be looked at
  };
  /// A new connection. `reply_room`: the kernel's buffer for replies that the client has not read.
  Pair connect(std::optional<int> reply_room = std::nullopt);

  /// Runs turns until there is nothing left to do, here or in the pool.
  void settle();
  void pass_tick();
  /// Runs ticks until every timeout of the server has passed.
  static unsigned ticks_of_all_timeouts();
  static unsigned ticks_of_grace();

  void request_stop() { worker_->request_stop(); }
  bool is_drained() const { return worker_->is_drained(); }
  ScriptedLog& log() { return log_; }
  /// The handler of slow_path waits while it is shut.
  void shut_gate();
  void open_gate();

  std::uint32_t connections() const { return worker_->connections(); }
  /// The resources still held, in words; empty when all are released.
  std::string held() const;
  const std::string& token() const { return token_; }

 private:
  http::Response answer(const http::Request& request);
  bool is_pool_at_rest();

  CountingRandom random_;
  ManualClock clock_;
  catalog::SnapshotSource snapshots_;
  std::string token_;
  ScriptedLog log_;
  gateway::StreamBindings bindings_;

  std::mutex gate_mutex_;
  std::condition_variable gate_changed_;
  bool is_shut_ = false;
  bool someone_waits_ = false;

  std::optional<gateway::Gateway> gateway_;
  std::optional<http::HandlerPool> pool_;
  http::Options options_;
  std::vector<http::Route> routes_;
  std::unique_ptr<http::Shared> shared_;
  std::unique_ptr<http::Worker> worker_;
};

}  // namespace weir::torture
