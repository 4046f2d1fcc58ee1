#pragma once

#include "env/random.hpp"

namespace weir {

/// The kernel's random numbers. Aborts the process where the kernel has none: no secret is better
/// than a guessable one.
class SystemRandom final : public Random {
 public:
  void fill(std::span<char> out) override;
};

}  // namespace weir
