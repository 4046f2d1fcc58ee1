#pragma once

#include <atomic>

#include "env/clock.hpp"

namespace weir {

/// A clock that moves only when a test moves it, also backwards. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = Time{std::chrono::seconds{1'800'000'000}});
  Time now() const override;
  void set(Time time);
  void advance(std::chrono::microseconds by);  // by < 0: the clock is set back

 private:
  std::atomic<std::int64_t> since_1970_us_;
};

}  // namespace weir
