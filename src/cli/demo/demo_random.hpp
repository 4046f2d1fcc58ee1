#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace weir::cli::demo {

/// Repeatable randomness: the same seed gives the same numbers on every machine (the standard's
/// distributions do not promise that).
class DemoRandom {
 public:
  explicit DemoRandom(std::uint64_t seed) : engine_(seed) {}
  /// 0 .. bound - 1
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  /// True once in `n` times.
  bool once_in(std::uint64_t n) { return below(n) == 0; }
  template <class Values>
  const auto& one_of(const Values& values) {
    return values[below(values.size())];
  }
  /// Hexadecimal digits.
  std::string hex(std::size_t digits) {
    std::string out;
    while (out.size() < digits)
      out += "0123456789abcdef"[below(16)];
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace weir::cli::demo
