#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/exchange.hpp"
#include "http/memory_budget.hpp"
#include "http/poller.hpp"
#include "http/server.hpp"
#include "http/stats.hpp"

namespace weir::http {

class Connection;

/// What all workers of a server share.
struct Shared {
  const Options& options;
  const std::vector<Route>& routes;
  std::string id_prefix;                   // of this process' request ids
  std::deque<MemoryBudget> body_memory{};  // as routes
  MemoryBudget no_memory{0};               // of a connection whose request's route is not known yet

  std::uint64_t large_body_bytes() const;
};

/// One thread's event loop with its connections and responders. A turn takes the ready events, lets
/// handlers answer, and writes the replies, each step once for all connections. There are no locks
/// on this path: another thread may only hand over a socket or call wake(), and both write to a
/// wake-up descriptor (an eventfd) that the loop watches.
class Worker final : public Loop, private Poller::Watcher {
 public:
  Worker(Shared& shared, unsigned number);
  ~Worker() override;

  // Callable from any thread.
  void hand_over(int socket, std::string peer);
  void request_stop();
  /// After run(): closes the sockets that were handed over too late.
  void close_arrivals();
  void wake() noexcept override;
  std::uint32_t connections() const noexcept { return open_.load(std::memory_order_relaxed); }
  void add_to(ServerStats& stats) const;

  /// The thread's body; returns once stopped and drained.
  void run() noexcept;
  /// For a simulation that acts as the thread and needs no clock: a turn that does not wait (false
  /// when there was nothing to do), a tick, and whether the worker has stopped and drained.
  bool turn();
  void pass_tick();
  bool is_drained() const { return drained_; }
  Poller& poller() { return poller_; }

  // Only on the loop's thread.
  void reply(Ticket ticket, const Reply& reply) override;
  void reply(Ticket ticket, const Error& error, std::string_view headers) override;
  void begin(Ticket ticket, const Reply& head) override;
  std::optional<std::size_t> add(Ticket ticket, std::string_view bytes) override;
  void end(Ticket ticket) override;
  std::string request_id() override;
  unsigned number() const override { return number_; }

  void adopt(int socket, std::string peer);
  /// Called for the listener, which is on one worker's loop.
  void on_each_tick(std::function<void()> action) { on_tick_ = std::move(action); }
  void on_stop(std::function<void()> action) { on_stop_ = std::move(action); }

  // Called by connections.
  Shared& shared() { return shared_; }
  /// The route of a path.
  struct Destination {
    std::unique_ptr<Responder> responder;
    MemoryBudget& body_memory;
  };
  const Destination* route(std::string_view path) const;
  bool stopping() const { return stopping_; }
  std::uint64_t tick_after(std::chrono::milliseconds time) const;
  std::uint64_t tick() const { return tick_; }
  void mark_dirty(Connection& connection);
  /// Makes the connection read() again in the next turn.
  void mark_has_more(Connection& connection);
  void retire(Connection& connection);
  /// Tells the responders that the client of a request has disconnected.
  void tell_gone(Ticket ticket);
  /// Where bytes are read to that are discarded.
  std::array<char, std::size_t{16} << 10>& discard() { return discard_; }

 private:
  struct ConnectionSlot {
    std::uint32_t generation = 0;
    std::unique_ptr<Connection> connection;
  };
  bool take_turn(std::chrono::milliseconds patience);
  /// The wake-up descriptor.
  void on_ready(Poller::Ready) override { drain_wakeup(); }
  void drain_wakeup();
  std::size_t read_on();
  /// Writes pending replies and deletes closed connections.
  void flush();
  void begin_stop();
  std::chrono::milliseconds until_tick() const;
  void tick_on();
  void sweep();
  Connection* find(Ticket ticket);

  Shared& shared_;
  const unsigned number_;
  Poller poller_;
  const int wakeup_;                       // an eventfd
  std::vector<Destination> destinations_;  // as routes
  std::vector<ConnectionSlot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<Connection*> dirty_;
  std::vector<Connection*> have_more_;
  std::vector<Connection*> reading_on_;  // scratch
  std::vector<Connection*> retired_;
  std::array<char, std::size_t{16} << 10> discard_;
  std::uint64_t tick_ = 1;
  std::chrono::steady_clock::time_point next_tick_at_ =
      std::chrono::steady_clock::time_point::max();
  std::uint64_t stop_tick_ = 0;
  std::uint64_t ids_ = 0;
  bool stopping_ = false;
  bool drained_ = false;
  std::function<void()> on_tick_;
  std::function<void()> on_stop_;

  StatusCounters replies_;
  Counter accepted_;
  std::atomic<std::uint32_t> open_{0};
  std::atomic<bool> woken_{false};
  std::atomic<bool> stop_requested_{false};
  std::mutex mutex_;
  struct Arrival {
    int socket;
    std::string peer;
  };
  std::vector<Arrival> arrivals_;  // guarded by mutex_
};

}  // namespace weir::http
