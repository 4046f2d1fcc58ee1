#include "app/scheduler_thread.hpp"

#include <chrono>
#include <utility>

#include "app/logging.hpp"

// A look a second, since a schedule is by minutes: what is due is found by an index, and a timer
// for each firing would have to follow every edit and every change of the clock.
namespace weir::app {
namespace {

constexpr std::chrono::seconds look_every{1};
constexpr std::uint64_t errors_logged_every = 60;  // looks

}  // namespace

SchedulerThread::SchedulerThread(workflow::Scheduler scheduler,
                                 std::function<void()> on_courier_runs)
    : scheduler_(std::move(scheduler)), on_courier_runs_(std::move(on_courier_runs)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void SchedulerThread::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

void SchedulerThread::stop() {
  thread_ = {};
}

HistogramCounts SchedulerThread::lateness() const {
  const std::lock_guard lock(mutex_);
  HistogramCounts counts;
  lateness_.add_to(counts);
  return counts;
}

void SchedulerThread::work(const std::stop_token& stop) {
  std::uint64_t seen = 0;
  std::uint64_t failures = 0;  // one after the other
  while (!stop.stop_requested()) {
    const auto done = scheduler_.tick();
    failures = done ? 0 : failures + 1;
    if (failures % errors_logged_every == 1) {
      log_event(LogLevel::error, "Schedules could not be looked at; it is tried each second",
                {{"cause", done.error().message}});
    }
    if (done && done->courier_runs > 0) on_courier_runs_();
    std::unique_lock lock(mutex_);
    if (done && done->fired > 0)
      lateness_.record(std::chrono::duration<double>(done->lateness).count());
    changed_.wait_for(lock, stop, look_every, [&] { return wakes_ != seen; });
    seen = wakes_;
  }
}

}  // namespace weir::app
