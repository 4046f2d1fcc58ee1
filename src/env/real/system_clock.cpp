#include "env/real/system_clock.hpp"

#include <ctime>

namespace weir {

Time SystemClock::now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::chrono::microseconds SystemClock::uptime() const {
  timespec since_boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  return std::chrono::seconds(since_boot.tv_sec) +
         std::chrono::floor<std::chrono::microseconds>(
             std::chrono::nanoseconds(since_boot.tv_nsec));
}

}  // namespace weir
