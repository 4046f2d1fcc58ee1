#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/limits.hpp"
#include "http/memory_budget.hpp"

namespace weir::http {

/// The bytes one connection has received and not yet used: a fixed buffer, grown for a large body
/// out of a budget shared by many, and given back after it. body_padding bytes behind the end are
/// always readable.
class ReceiveBuffer {
 public:
  explicit ReceiveBuffer(MemoryBudget& budget);
  ~ReceiveBuffer();
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;

  char* begin() { return bytes_.get() + begin_; }
  const char* begin() const { return bytes_.get() + begin_; }
  std::size_t size() const { return end_ - begin_; }

  /// Room for at least a byte, growing up to `bytes_wanted` in all; empty when the budget is used
  /// up. What begin() points at may move.
  std::span<char> room(std::size_t bytes_wanted);
  /// Whether the budget would let it grow so far now.
  bool may_grow_to(std::size_t bytes) const {
    return bytes <= capacity_ || budget_->has_room(bytes - capacity_);
  }
  /// From now on it grows out of this one, which takes over what it has grown by; false, and
  /// nothing is changed, when that has no room for it.
  bool charge_to(MemoryBudget& budget);
  void filled(std::size_t bytes) { end_ += bytes; }
  /// Drops bytes from the front; a grown buffer is given back when the rest fits the fixed size.
  void consume(std::size_t bytes);
  /// Keeps the first `bytes` only.
  void truncate(std::size_t bytes) { end_ = begin_ + bytes; }

 private:
  void move_to(std::size_t capacity);

  MemoryBudget* budget_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = limits::connection_buffer_bytes;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace weir::http
