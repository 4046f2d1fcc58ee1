#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/result.hpp"
#include "catalog/catalog.hpp"

namespace weir::courier {

/// Why the work on a run is to end before its end.
enum class Ending : std::uint8_t { none, stop, time, shutdown, lost };

/// Watches a claimed run while it is executed: renews its lease, and ends its load when a stop is
/// requested, its time is over, the process is stopping, another runner has claimed the run, or
/// another may do so because the lease could not be renewed in its time. Thread-safe.
class RunKeeper {
 public:
  struct Options {
    std::chrono::milliseconds lease;
    std::chrono::milliseconds time_max;  // 0: as long as it takes
    std::chrono::milliseconds look_every;
    std::chrono::milliseconds tell_every;
  };
  using SteadyClock = std::chrono::steady_clock;  // a lease is waited for, whatever the time of day

  /// `claimed_at`: before the claim was asked for. References outlive it.
  RunKeeper(catalog::Catalog& catalog, const catalog::ClaimedRun& claimed, Options options,
            SteadyClock::time_point claimed_at, const std::stop_token& shutdown);

  /// Whether the run is still ours; if so, its lease starts anew.
  Result<void> renew();
  Ending ending() const { return ending_.load(std::memory_order_acquire); }
  /// Requested with the ending.
  std::stop_token token() const { return load_.get_token(); }

  /// Calls `tell` now and then, on a thread of its own, until the next call of this: then it is not
  /// at work any more. nullptr: nothing is told.
  void tell(std::function<void()> tell);

 private:
  SteadyClock::time_point held_until() const { return held_until_.load(std::memory_order_acquire); }
  void look_at_clock();
  void look_at_catalog();
  void end(Ending why);

  catalog::Catalog& catalog_;
  const catalog::ClaimedRun& claimed_;
  const Options options_;
  const SteadyClock::time_point begun_;
  std::atomic<SteadyClock::time_point> held_until_;
  std::atomic<Ending> ending_{Ending::none};
  std::stop_source load_;
  std::mutex telling_;
  std::function<void()> tell_;  // guarded by telling_
  std::stop_callback<std::function<void()>> on_shutdown_;
  std::jthread clock_thread_;
  std::jthread catalog_thread_;
  std::jthread telling_thread_;
};

}  // namespace weir::courier
