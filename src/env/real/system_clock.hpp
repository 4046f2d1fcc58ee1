#pragma once

#include "env/clock.hpp"
#include "env/uptime.hpp"

namespace weir {

/// The machine's time of day, which may jump (watched_clock.hpp), and how long it has been up, the
/// time it was suspended included.
class SystemClock final : public Clock, public Uptime {
 public:
  Time now() const override;
  std::chrono::microseconds uptime() const override;
};

}  // namespace weir
