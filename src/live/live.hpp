#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "env/uptime.hpp"
#include "live/hub.hpp"
#include "live/states.hpp"
#include "live/tail.hpp"

/// Live events: GET /api/v0/live (spec/live.md).
namespace weir::live {

/// Two threads, asleep while nobody follows: one reads the log for tails, one asks the catalog for
/// states, so that a catalog that is busy holds up no payload.
class Live {
 public:
  struct Settings {
    std::chrono::milliseconds tail_every{250};
    std::chrono::milliseconds states_every{1000};
  };
  /// All outlive it; `hub` is told of nobody else.
  Live(Hub& hub, const control::Services& services, log::Log& log, const Uptime& uptime)
      : Live(hub, services, log, uptime, Settings{}) {}
  Live(Hub& hub, const control::Services& services, log::Log& log, const Uptime& uptime,
       Settings settings);
  ~Live() { stop(); }
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  /// Idempotent.
  void stop();

 private:
  void show_payloads(const std::stop_token& stop);
  void show_states(const std::stop_token& stop);
  std::shared_ptr<const Followers> wait(const std::stop_token& stop,
                                        std::chrono::milliseconds time);

  Hub& hub_;
  const Uptime& uptime_;
  const Settings settings_;
  Tail tail_;
  States states_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread tail_thread_;
  std::jthread states_thread_;
};

}  // namespace weir::live
