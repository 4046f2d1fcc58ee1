#pragma once

#include "base/time.hpp"

namespace weir {

/// The time of day. Thread-safe. The server learns the time through this interface only.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

}  // namespace weir
