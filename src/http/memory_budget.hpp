#pragma once

#include <atomic>
#include <cstdint>

namespace weir::http {

/// The bytes that all connections together may use beyond their fixed buffers. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  /// Reserves bytes; false, and reserves none, if the budget would be exceeded.
  bool reserve(std::uint64_t bytes) noexcept {
    if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= bytes_max_) return true;
    release(bytes);
    return false;
  }
  /// Whether so many bytes are free now; reserves nothing.
  bool has_room(std::uint64_t bytes) const noexcept { return used() + bytes <= bytes_max_; }
  void release(std::uint64_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::uint64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

 private:
  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> used_{0};
};

}  // namespace weir::http
