#include "env/fake/seeded_random.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

namespace weir {

void SeededRandom::fill(std::span<char> out) {
  while (!out.empty()) {
    const std::uint64_t word = next();
    const std::size_t size = std::min(out.size(), sizeof word);
    std::memcpy(out.data(), &word, size);
    out = out.subspan(size);
  }
}

// SplitMix64 (Steele, Lea and Flood, 2014).
std::uint64_t SeededRandom::next() {
  const std::lock_guard lock(mutex_);
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

std::uint64_t seed_from_environment_or_new() {
  // Called before a test starts threads.
  const char* given = std::getenv("WEIR_SEED");  // NOLINT(concurrency-mt-unsafe)
  if (given != nullptr) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

}  // namespace weir
