#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/limits.hpp"
#include "http/memory_budget.hpp"

namespace weir::http {

/// The bytes that one connection has received but not used yet. A fixed buffer that grows for a
/// large body, out of a budget shared by many connections, and shrinks afterwards. body_padding
/// bytes after the end are always readable.
class ReceiveBuffer {
 public:
  explicit ReceiveBuffer(MemoryBudget& budget);
  ~ReceiveBuffer();
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;

  char* begin() { return bytes_.get() + begin_; }
  const char* begin() const { return bytes_.get() + begin_; }
  std::size_t size() const { return end_ - begin_; }

  /// Makes room for at least one byte, growing up to `bytes_wanted` in total; empty when the budget
  /// is used up. May move what begin() points at.
  std::span<char> room(std::size_t bytes_wanted);
  /// Whether the budget would allow it to grow to that size now.
  bool may_grow_to(std::size_t bytes) const {
    return bytes <= capacity_ || budget_->has_room(bytes - capacity_);
  }
  /// Switches to another budget, which takes over the bytes grown so far. False, with nothing
  /// changed, when that budget lacks room for them.
  bool charge_to(MemoryBudget& budget);
  void filled(std::size_t bytes) { end_ += bytes; }
  /// Drops bytes from the front; frees the grown buffer when the rest fits the fixed one.
  void consume(std::size_t bytes);
  /// Nothing more is to be read: frees all memory. Only size() may be called afterwards.
  void discard();
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
