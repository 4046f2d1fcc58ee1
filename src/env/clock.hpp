#pragma once

#include "base/time.hpp"

namespace weir {

/// The time of day. Thread-safe. The only way the server learns what time it is.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

}  // namespace weir
