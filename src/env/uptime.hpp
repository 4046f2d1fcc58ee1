#pragma once

#include <chrono>

namespace weir {

/// How long the machine has been up. Nobody sets it, and it never goes back. Thread-safe.
class Uptime {
 public:
  virtual ~Uptime() = default;
  virtual std::chrono::microseconds uptime() const = 0;
};

}  // namespace weir
