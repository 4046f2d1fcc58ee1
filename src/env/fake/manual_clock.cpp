#include "env/fake/manual_clock.hpp"

namespace weir {

ManualClock::ManualClock(Time start) : since_1970_us_(start.time_since_epoch().count()) {}

Time ManualClock::now() const {
  return Time{std::chrono::microseconds{since_1970_us_.load()}};
}

void ManualClock::set(Time time) {
  since_1970_us_ = time.time_since_epoch().count();
}

void ManualClock::advance(std::chrono::microseconds by) {
  since_1970_us_ += by.count();
}

}  // namespace weir
