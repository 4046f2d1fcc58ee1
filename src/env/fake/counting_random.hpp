#pragma once

#include "env/random.hpp"

namespace weir {

/// Not random: each byte is one more than the last, so that a drawn value does not recur
/// soon.
class CountingRandom final : public Random {
 public:
  void fill(std::span<char> out) override {
    for (char& c : out)
      c = static_cast<char>(next_++);
  }

 private:
  unsigned char next_ = 0;
};

}  // namespace weir
