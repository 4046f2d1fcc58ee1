#include "torture/connections/server_world.hpp"

#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "token/token.hpp"
#include "torture/connections/sample_requests.hpp"

/// Why the real loop on real (local) sockets rather than a model of them: the faults of this kind
/// sit between epoll's edges, half-closes and our marks, and a model would have been written with
/// the same misunderstanding. One thread plays both sides, so a story runs the same each time; only
/// the handler pool has a thread of its own, and settle() waits for it.
namespace weir::torture {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick{1000};
constexpr http::Timeouts timeouts{.tick = tick,
                                  .head = 3 * tick,
                                  .body = 4 * tick,
                                  .idle = 5 * tick,
                                  .write = 4 * tick,
                                  .drain = 2 * tick,
                                  .grace = 6 * tick};
constexpr milliseconds commit_timeout = 3 * tick;
constexpr std::uint64_t body_memory_bytes = 100'000;

unsigned ticks(milliseconds time) {
  return static_cast<unsigned>(time / tick) + 2;
}

catalog::Snapshot snapshot() {
  catalog::Snapshot snapshot;
  snapshot.version = 1;
  snapshot.streams[sample_stream_id] = {.no = StreamNo{1},
                                        .tenant_no = 1,
                                        .tenant = sample_tenant,
                                        .id = sample_stream_id,
                                        .payload_type = PayloadType::json,
                                        .payload_bytes_max = sample_payload_bytes_max};
  snapshot.keys["tak-1"] = {"tak-1",
                            1,
                            sample_tenant,
                            catalog::Policies(catalog::Policy::streaming_ingest_write),
                            {{1, std::string(32, 's'), std::nullopt}}};
  return snapshot;
}

}  // namespace

Result<void> ScriptedLog::append(const log::Entry& entry, log::AppendSink& sink,
                                 std::uint64_t cookie) {
  waiting_.push_back(
      {&sink, {cookie, {entry.stream, PartitionNo{0}, Sequence{++sequence_}}, std::nullopt}});
  return {};
}

void ScriptedLog::commit_soon() {
  if (mood_ == Mood::prompt) tell_all(std::nullopt);
}

void ScriptedLog::tell_all(std::optional<Errc> error) {
  for (Waiting& one : std::exchange(waiting_, {})) {
    one.result.error = error;
    if (!error) ++kept_;
    one.sink->on_appended({&one.result, 1});
  }
}

Result<std::unique_ptr<log::Reader>> ScriptedLog::read_from(PartitionNo, Lsn) {
  return fail(Errc::unavailable, "a scripted log is not read");
}

ServerWorld::ServerWorld(std::shared_ptr<http::Tls> tls) {
  const auto known = std::make_shared<const catalog::Snapshot>(snapshot());
  snapshots_.publish(known);
  token_ = token::mint(known->keys.at("tak-1"), clock_.now(), std::nullopt, random_).value();
  gateway_.emplace(gateway::Dependencies{
      snapshots_, log_, clock_, bindings_, {}, {.commit_timeout = commit_timeout}});
  const std::string authorization = "Bearer " + token_;
  pool_.emplace([this](const http::Request& request) { return answer(request); },
                http::PoolOptions{.threads = 1},
                [authorization](const http::Request& head) -> std::optional<http::Response> {
                  const auto sent = head.headers.find("authorization");
                  if (sent != head.headers.end() && sent->second == authorization)
                    return std::nullopt;
                  return http::error_response({Errc::unauthorized, "Who?"}, head.request_id);
                });
  options_.tls = std::move(tls);
  options_.timeouts = timeouts;
  routes_ = {{std::string(gateway::path_prefix), gateway_->responder(), body_memory_bytes},
             {"", pool_->responder(), body_memory_bytes}};
  shared_.reset(new http::Shared{options_, routes_, "simulated"});
  for (const http::Route& route : routes_)
    shared_->body_memory.emplace_back(route.body_memory_bytes_max);
  worker_ = std::make_unique<http::Worker>(*shared_, 0);
}

ServerWorld::~ServerWorld() {
  open_gate();
  log_.tell_all(std::nullopt);
  worker_.reset();
}

http::Response ServerWorld::answer(const http::Request& request) {
  if (request.headers.at("authorization") != "Bearer " + token_)
    return http::error_response({Errc::unauthorized, "Who?"}, request.request_id);
  if (request.path == slow_path) {
    std::unique_lock lock(gate_mutex_);
    someone_waits_ = true;
    gate_changed_.wait(lock, [this] { return !is_shut_; });
    someone_waits_ = false;
  }
  return {200, "text/plain", request.body, {}};
}

void ServerWorld::shut_gate() {
  const std::lock_guard lock(gate_mutex_);
  is_shut_ = true;
}

void ServerWorld::open_gate() {
  {
    const std::lock_guard lock(gate_mutex_);
    is_shut_ = false;
  }
  gate_changed_.notify_all();
}

bool ServerWorld::is_pool_at_rest() {
  if (pool_->requests() == 0) return true;
  const std::lock_guard lock(gate_mutex_);
  return is_shut_ && someone_waits_;
}

ServerWorld::Pair ServerWorld::connect(std::optional<int> reply_room) {
  std::array<int, 2> ends{};
  const int made =
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
  WEIR_ASSERT(made == 0);
  if (reply_room) ::setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &*reply_room, sizeof *reply_room);
  worker_->adopt(ends[1], "127.0.0.1");
  return {ends[0], ends[1]};
}

void ServerWorld::settle() {
  for (;;) {
    const bool at_rest = is_pool_at_rest();  // before the turn: it takes what was done until then
    if (worker_->turn()) continue;
    if (at_rest && !worker_->turn()) return;  // on_idle may have had the log tell its results
    if (!at_rest) std::this_thread::yield();
  }
}

void ServerWorld::pass_tick() {
  clock_.advance(tick);
  worker_->pass_tick();
  settle();
}

unsigned ServerWorld::ticks_of_all_timeouts() {
  return ticks(timeouts.head) + ticks(timeouts.body) + ticks(commit_timeout) +
         ticks(timeouts.write) + ticks(timeouts.drain) + ticks(timeouts.idle);
}

unsigned ServerWorld::ticks_of_grace() {
  return ticks(timeouts.grace);
}

std::string ServerWorld::held() const {
  std::string words;
  const auto add = [&words](const char* what, std::uint64_t count) {
    if (count > 0)
      words += std::string(words.empty() ? "" : ", ") + what + ": " + std::to_string(count);
  };
  add("connections", worker_->connections());
  add("bytes of bodies", shared_->large_body_bytes() + shared_->no_memory.used());
  add("payloads in flight", gateway_->stats().in_flight);
  add("requests in the handler pool", pool_->requests());
  return words;
}

}  // namespace weir::torture
