#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "control/live.hpp"
#include "control/live_limits.hpp"
#include "http/exchange.hpp"

namespace weir::live {

/// One open connection of GET /api/v0/live. Immutable once it is seen.
struct Follower {
  std::uint64_t id = 0;  // grows
  unsigned worker = 0;
  http::Ticket ticket;
  control::LiveGrant grant;
  std::string last_event_id;  // of its client's earlier connection; empty: there was none
};
using Followers = std::vector<std::shared_ptr<const Follower>>;

/// The open connections, on the server's event loops, and what is to be sent to them. A connection
/// is a row in a table and no thread; events are made once and shared. What waits for a slow client
/// is bounded: payloads are left out for it and counted, and it is dropped when even the rest piles
/// up (limits::live_...). Thread-safe; outlives the servers that use its responders.
class Hub {
 public:
  struct Options {
    /// Whether a request may follow, asked at its beginning and every few seconds after. Must not
    /// block. On a worker's thread.
    std::function<std::variant<control::LiveGrant, http::Response>(const http::Request&)> admit;
    std::function<std::string()> now;  // for people
    /// Told once of each request with how it was answered, for the log. On a worker's thread.
    std::function<void(const http::Request&, const http::Response&)> on_answer;
    std::uint64_t connections_max = limits::live_connections_max;
    std::chrono::milliseconds heartbeat{15'000};
    std::chrono::milliseconds check{5'000};
  };
  explicit Hub(Options options);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  http::ResponderFactory responder();

  /// Those that are open now. Cheap while nobody comes or goes.
  std::shared_ptr<const Followers> followers() const;
  /// Called when somebody comes or goes. Set before the first request.
  void on_change(std::function<void()> action) { on_change_ = std::move(action); }

  /// An event as it is sent, shared by all who get it.
  using Event = std::shared_ptr<const std::string>;
  struct Message {
    std::shared_ptr<const Follower> to;
    std::string id{};  // of the event; empty: none
    Event event{};
    std::uint64_t payloads = 0;  // that it shows: it may be left out
  };
  void send(std::vector<Message> messages);

  struct Counts {
    std::uint64_t open = 0;
    std::uint64_t events = 0;         // sent
    std::uint64_t payloads_lost = 0;  // left out for clients that read too slowly
    std::uint64_t dropped = 0;        // connections, for the same reason
    std::uint64_t refused = 0;        // connections, since too many were open
  };
  Counts counts() const;

 private:
  class OfWorker;
  void add(const std::shared_ptr<Follower>& follower);
  void remove(std::uint64_t id);

  const Options options_;
  std::function<void()> on_change_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::shared_ptr<const Follower>> open_;  // guarded by mutex_
  mutable std::shared_ptr<const Followers> listed_;  // likewise; null: stale
  std::unordered_map<unsigned, OfWorker*> workers_;  // likewise
  std::uint64_t next_id_ = 1;                        // likewise
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> payloads_lost_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace weir::live
