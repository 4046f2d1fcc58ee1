// A time is judged only where it is past the last one judged by more than jump_max, which is every
// few minutes while all is well. A clock that was put back stays below that line until it has
// caught up, so its return to where it was is no jump.
#include "env/watched_clock.hpp"

namespace weir {

WatchedClock::WatchedClock(const Clock& clock, const Uptime& uptime, Bounds bounds)
    : clock_(clock), uptime_(uptime), bounds_(bounds) {
  trust(clock_.now(), uptime_.uptime());
}

Time WatchedClock::judge(Time time) const {
  const std::lock_guard lock(mutex_);
  const std::chrono::microseconds uptime = uptime_.uptime();
  const Time expected = last_time_ + (uptime - last_uptime_);
  const std::chrono::microseconds ahead = time - expected;
  if (ahead <= bounds_.jump_max) {
    trust(time, uptime);
    return time;
  }
  if (!jump_ || std::chrono::abs(ahead - jump_->ahead) > bounds_.jump_max) {
    jump_ = Jump{uptime, ahead};
    ++jumps_;
  }
  if (uptime - jump_->at >= bounds_.jump_wait) {
    ++jumps_taken_;
    trust(time, uptime);
    return time;
  }
  trusted_until_us_.store(never, std::memory_order_relaxed);
  return expected;
}

void WatchedClock::trust(Time time, std::chrono::microseconds uptime) const {
  last_time_ = time;
  last_uptime_ = uptime;
  jump_.reset();
  trusted_until_us_.store((time + bounds_.jump_max).time_since_epoch().count(),
                          std::memory_order_relaxed);
}

WatchedClock::State WatchedClock::state() const {
  now();
  const std::lock_guard lock(mutex_);
  State state;
  state.jumps = jumps_;
  state.jumps_taken = jumps_taken_;
  if (!jump_) return state;
  state.ahead = jump_->ahead;
  state.taken_after = bounds_.jump_wait - (uptime_.uptime() - jump_->at);
  return state;
}

}  // namespace weir
