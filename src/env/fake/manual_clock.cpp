#include "env/fake/manual_clock.hpp"

namespace weir {

ManualClock::ManualClock(Time start) : since_1970_us_(start.time_since_epoch().count()) {}

Time ManualClock::now() const {
  return Time{std::chrono::microseconds{since_1970_us_.load()}};
}

std::chrono::microseconds ManualClock::uptime() const {
  return std::chrono::microseconds{uptime_us_.load()};
}

void ManualClock::set(Time time) {
  advance(time - now());
}

void ManualClock::advance(std::chrono::microseconds by) {
  since_1970_us_ += by.count();
  if (by.count() > 0) uptime_us_ += by.count();
}

void ManualClock::jump(std::chrono::microseconds by) {
  since_1970_us_ += by.count();
}

}  // namespace weir
