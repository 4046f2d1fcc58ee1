#pragma once

#include <cstdint>
#include <mutex>

#include "env/random.hpp"

namespace weir {

/// The same bytes for the same seed, on every machine. Thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<char> out) override;

  std::uint64_t next();
  /// 0 <= result < bound; bound > 0. The bias of a remainder does not matter to a test.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

/// WEIR_SEED from the environment, so that a failed random test can be run again, or a new one.
std::uint64_t seed_from_environment_or_new();

}  // namespace weir
