#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir {

/// Unpredictable bytes: ids, secrets, salts. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<char> out) = 0;
};

/// `prefix` and `length` mixed-case alphanumerics ("is-2hzqsgX1E"), unbiased.
std::string random_id(Random& random, std::string_view prefix, std::size_t length);

}  // namespace weir
