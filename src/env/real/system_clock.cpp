#include "env/real/system_clock.hpp"

namespace weir {

Time SystemClock::now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace weir
