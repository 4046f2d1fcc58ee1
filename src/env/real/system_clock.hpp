#pragma once

#include "env/clock.hpp"

namespace weir {

/// The machine's time of day. It may jump; code that needs order must keep it (the log does).
class SystemClock final : public Clock {
 public:
  Time now() const override;
};

}  // namespace weir
