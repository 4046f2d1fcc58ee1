#pragma once

#include "env/random.hpp"

namespace weir {

/// Not random at all: each byte is one more than the last, so what is drawn is never drawn again
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
