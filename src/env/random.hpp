#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir {

/// A source of unpredictable bytes for ids, secrets and salts. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<char> out) = 0;
};

/// `prefix` followed by `length` unbiased mixed-case alphanumerics ("is-2hzqsgX1E").
std::string random_id(Random& random, std::string_view prefix, std::size_t length);

}  // namespace weir
