#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "catalog/catalog.hpp"
#include "pipeline/batcher/conservation.hpp"

namespace weir::app {

/// Checks conservation on its own thread: all hours at the start and then once an hour, unsealed
/// hours in between. A difference raises an alarm: an error in the server's log, a gauge in the
/// metrics, and a failing `weir doctor`.
class ConservationMonitor {
 public:
  struct Dependencies {
    log::Log& log;
    catalog::Catalog& catalog;
    /// Called once per difference, and once more if it recurs. On the monitor's thread.
    std::function<void(const batcher::Difference&)> on_difference;
  };
  ConservationMonitor(Dependencies dependencies, std::chrono::seconds every);
  ~ConservationMonitor() { stop(); }
  ConservationMonitor(const ConservationMonitor&) = delete;
  ConservationMonitor& operator=(const ConservationMonitor&) = delete;

  /// The last report; null before the first check. Any thread.
  std::shared_ptr<const batcher::ConservationReport> newest() const;
  std::uint64_t checks() const { return checks_.load(std::memory_order_relaxed); }

  /// Checks all hours now. Any thread.
  Result<batcher::ConservationReport> check_now() const { return check(true); }

  void stop();

 private:
  Result<batcher::ConservationReport> check(bool complete) const;
  void watch(const std::stop_token& stop);
  void note(batcher::ConservationReport report);

  const Dependencies dependencies_;
  const std::chrono::seconds every_;
  std::atomic<std::uint64_t> checks_{0};
  mutable std::mutex mutex_;
  std::condition_variable_any ended_;
  std::shared_ptr<const batcher::ConservationReport> newest_;
  std::set<std::string> reported_;  // used on the monitor's thread only
  std::jthread thread_;             // last: it uses all of the above
};

}  // namespace weir::app
