#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/histogram.hpp"
#include "workflow/scheduler.hpp"

namespace weir::app {

/// Fires schedules and takes the steps of groups' runs, on a thread of its own.
class SchedulerThread {
 public:
  /// `on_courier_runs` hears that runs of couriers were made; `scheduler` is used by the thread
  /// alone.
  SchedulerThread(workflow::Scheduler scheduler, std::function<void()> on_courier_runs);
  ~SchedulerThread() { stop(); }
  SchedulerThread(const SchedulerThread&) = delete;
  SchedulerThread& operator=(const SchedulerThread&) = delete;

  /// Announces that a run was added, stopped or is over. Any thread. Without the call it is seen
  /// within a second.
  void wake();
  void stop();
  /// How late schedules fired.
  HistogramCounts lateness() const;

 private:
  void work(const std::stop_token& stop);

  workflow::Scheduler scheduler_;
  const std::function<void()> on_courier_runs_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t wakes_ = 0;
  Histogram lateness_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace weir::app
