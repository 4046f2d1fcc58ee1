#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "env/clock.hpp"
#include "env/uptime.hpp"

namespace weir {

/// The time of day, held against the time since the machine was started. Where the clock is ahead
/// of what has really passed by more than `jump_max`, now() goes on by what has passed, and the
/// clock is not trusted: until it is back, or until it has stood there for `jump_wait`, which no
/// clock put wrong by mistake is left to do, and is taken for true. A clock that goes back is
/// followed; who needs order keeps it (the log does).
///
/// Thread-safe. While all is well, now() costs one comparison more than the clock's.
class WatchedClock final : public Clock {
 public:
  struct Bounds {
    std::chrono::microseconds jump_max = std::chrono::minutes(5);
    std::chrono::microseconds jump_wait = std::chrono::minutes(10);
  };
  struct State {
    std::chrono::microseconds ahead{0};        // of what now() says; 0: the clock is trusted
    std::chrono::microseconds taken_after{0};  // so long from now it is taken for true
    std::uint64_t jumps = 0;                   // noticed so far
    std::uint64_t jumps_taken = 0;             // of these, taken for true
  };

  /// Both outlive it. What the clock says now is trusted.
  WatchedClock(const Clock& clock, const Uptime& uptime, Bounds bounds);

  Time now() const override {
    const Time time = clock_.now();
    return time.time_since_epoch().count() <= trusted_until_us_.load(std::memory_order_relaxed)
               ? time
               : judge(time);
  }
  /// False while the time of day has jumped and nobody knows yet whether it is right: what is
  /// stamped for good had better wait. Known from the last look at now().
  bool is_trusted() const noexcept {
    return trusted_until_us_.load(std::memory_order_relaxed) != never;
  }
  /// Looks at the clock, too.
  State state() const;

 private:
  struct Jump {
    std::chrono::microseconds at;  // uptime
    std::chrono::microseconds ahead;
  };
  static constexpr std::int64_t never = INT64_MIN;

  Time judge(Time time) const;
  void trust(Time time, std::chrono::microseconds uptime) const;

  const Clock& clock_;
  const Uptime& uptime_;
  const Bounds bounds_;

  mutable std::atomic<std::int64_t> trusted_until_us_{never};  // never: each time is judged
  mutable std::mutex mutex_;                                   // of all below
  mutable Time last_time_;                                     // that was judged and trusted
  mutable std::chrono::microseconds last_uptime_{0};           // at that moment
  mutable std::optional<Jump> jump_;
  mutable std::uint64_t jumps_ = 0;
  mutable std::uint64_t jumps_taken_ = 0;
};

}  // namespace weir
