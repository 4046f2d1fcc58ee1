#pragma once

#include <atomic>

#include "env/clock.hpp"
#include "env/uptime.hpp"

namespace weir {

/// Time that moves when told to, also backwards. Thread-safe.
class ManualClock final : public Clock, public Uptime {
 public:
  explicit ManualClock(Time start = Time{std::chrono::seconds{1'800'000'000}});
  Time now() const override;
  std::chrono::microseconds uptime() const override;
  void set(Time time);
  void advance(std::chrono::microseconds by);  // time passes; by < 0: the clock was put back
  void jump(std::chrono::microseconds by);     // no time passes: the clock was put

 private:
  std::atomic<std::int64_t> since_1970_us_;
  std::atomic<std::int64_t> uptime_us_{0};
};

}  // namespace weir
