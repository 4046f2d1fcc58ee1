#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/gateway/gateway.hpp"
#include "pipeline/gateway/in_flight.hpp"
#include "pipeline/gateway/payload_check.hpp"
#include "pipeline/gateway/refusals.hpp"
#include "pipeline/gateway/throttle.hpp"
#include "pipeline/gateway/token_cache.hpp"

namespace weir::gateway {

/// The counts of one worker.
struct WorkerCounters {
  http::StatusCounters replies;
  http::Counter payload_bytes;
  http::Counter token_cache_hits;
  http::Counter token_cache_misses;
  http::Counter in_flight;
  Histogram accepted_seconds;
};

/// Receives the results of appended entries on the log's thread and keeps them for the worker.
class AppendResults final : public log::AppendSink {
 public:
  explicit AppendResults(http::Loop& loop) : loop_(loop) {}
  /// Waits for the results of all announced entries.
  ~AppendResults() override;

  void on_appended(std::span<const log::AppendResult> results) noexcept override;
  /// Call it before an append; take it back if the append is refused.
  void announce() { ++announced_; }
  void take_back() { --announced_; }
  /// The number of entries that the log has taken since the start.
  std::uint64_t announced() const { return announced_; }
  /// Swaps the results received so far into `results`, which is empty.
  void collect(std::vector<log::AppendResult>& results);

 private:
  http::Loop& loop_;
  std::uint64_t announced_ = 0;  // worker's thread
  std::mutex mutex_;
  std::condition_variable all_seen_;
  std::uint64_t seen_count_ = 0;
  std::vector<log::AppendResult> results_;
};

/// One worker's gateway: checks requests, appends payloads to the log, answers with the results.
class GatewayWorker final : public http::Responder {
 public:
  GatewayWorker(http::Loop& loop, const Dependencies& dependencies, Throttle& throttle,
                KeyUses& key_uses, Refusals& refusals, std::shared_ptr<WorkerCounters> counters);

  std::optional<std::uint64_t> admit(const http::RequestView& head, http::Ticket ticket) override;
  void handle(const http::RequestView& request, http::Ticket ticket) override;
  std::string refusal_headers(const http::RequestView& head) override;
  void on_wake() override;
  void on_idle() override;
  void on_tick(std::chrono::milliseconds elapsed) override;

 private:
  /// What a request may do, decided from its head.
  struct Admitted {
    const catalog::StreamView* stream;
    PayloadForm form;
    std::string_view idempotency_key;
  };
  Result<Admitted> check_head(const http::RequestView& request);
  Result<Admitted> check_for_stream(const http::RequestView& request,
                                    const catalog::StreamView& stream);
  Result<const catalog::KeyView*> check_token(const http::RequestView& request);
  Result<void> check_host(const http::RequestView& request);
  Result<void> check_tenant(const http::RequestView& request, const catalog::KeyView& key);
  bool is_refused_now(const catalog::StreamView& stream, http::Ticket ticket, bool takes_token);
  Result<void> append(const Admitted& admitted, std::string_view payload, http::Ticket ticket);
  void commit_soon();
  void resolve_claim(const log::AppendResult& result);
  void accept(const log::AppendResult& result);
  void refuse(http::Ticket ticket, const Error& error);
  void refuse(http::Ticket ticket, const catalog::StreamView& stream, const Error& error);
  void refuse(http::Ticket ticket, const catalog::StreamView& stream,
              const Throttle::Refusal& refusal);
  void reply_options(const http::RequestView& request, http::Ticket ticket);
  void refresh_snapshot();
  const catalog::StreamView* find_stream(const http::RequestView& request);
  void note_origin(const http::RequestView& request, const catalog::CrossOrigin& allowed);
  void recall_origin(std::uint64_t cookie);

  http::Loop& loop_;
  const Dependencies& dependencies_;
  Throttle& throttle_;
  Refusals& refusals_;
  std::shared_ptr<WorkerCounters> counters_;
  std::shared_ptr<const catalog::Snapshot> snapshot_;  // as of the last request
  Time now_;                                           // of the last request
  TokenCache tokens_;
  PayloadCheck payloads_;
  InFlight in_flight_;
  std::chrono::milliseconds uptime_{0};  // sum of ticks
  std::string stream_id_;                // scratch, for look-ups
  bool host_names_tenant_ = false;       // of the last request; then:
  std::string host_tenant_;
  // Header lines for the page that sent what is being answered; empty where no page may.
  std::string origin_headers_;
  std::unordered_map<std::uint64_t, std::string> waiting_origin_headers_;  // by cookie
  std::unordered_map<std::uint64_t, StreamNo> claims_;  // by cookie: first payloads of a stream
  // Of the payloads announced, in their order: so many before the log was last asked for a commit,
  // and so many whose result came.
  std::uint64_t commits_requested_ = 0;
  std::uint64_t results_seen_ = 0;
  std::size_t gathered_bytes_ = 0;          // appended since it was last asked
  std::vector<log::AppendResult> results_;  // scratch
  AppendResults append_results_;            // last: waits for the log before anything else goes
};

}  // namespace weir::gateway
