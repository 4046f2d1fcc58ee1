// A table with open addressing, half full at most: the halves are random, so they are their own
// hashes, and one is found at its place or close behind it.

#include "engine/duckdb/tables/key_set.hpp"

#include <bit>

namespace weir::engine::duckdb {

namespace {

std::uint64_t slots_for(std::uint64_t most) {
  return std::bit_ceil(2 * most + 1);
}

}  // namespace

KeySet::KeySet(std::uint64_t most) : slots_(slots_for(most)) {}

std::uint64_t KeySet::bytes_for(std::uint64_t most) {
  return slots_for(most) * sizeof(std::uint64_t);
}

bool KeySet::add(std::uint64_t half) {
  if (half == 0) {
    const bool is_new = !has_zero_;
    has_zero_ = true;
    return is_new;
  }
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = half & mask;; at = (at + 1) & mask) {
    if (slots_[at] == half) return false;
    if (slots_[at] != 0) continue;
    slots_[at] = half;
    return true;
  }
}

}  // namespace weir::engine::duckdb
