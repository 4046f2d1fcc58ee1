#pragma once

#include <chrono>

#include "env/watched_clock.hpp"

namespace weir::app {

/// Says in the log, once each, that the clock has jumped ahead, that it is back or was taken for
/// true, and that what comes is stamped later than the clock says. One thread.
class ClockReport {
 public:
  explicit ClockReport(std::chrono::seconds stamps_ahead_max)
      : stamps_ahead_max_(stamps_ahead_max) {}

  void look(const WatchedClock::State& clock, std::chrono::microseconds stamps_ahead);

 private:
  const std::chrono::seconds stamps_ahead_max_;
  WatchedClock::State clock_;  // as told
  bool are_stamps_ahead_ = false;
};

}  // namespace weir::app
