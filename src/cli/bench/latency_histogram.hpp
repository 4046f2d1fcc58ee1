#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weir::cli {

/// Counts durations from a microsecond to more than an hour in classes of under 1 % of their value,
/// as HdrHistogram does: 128 linear classes for each power of two. Fixed size. One thread.
class LatencyHistogram {
 public:
  void record(std::chrono::nanoseconds duration);
  void add(const LatencyHistogram& other);

  std::uint64_t count() const { return count_; }
  std::chrono::microseconds max() const { return std::chrono::microseconds(max_); }
  double mean_us() const;
  /// The smallest duration that at least `part` (0.99) of all values do not exceed, rounded up to
  /// its bucket; 0 when there are no values.
  std::chrono::microseconds quantile(double part) const;

 private:
  static constexpr unsigned linear_bits = 7;
  static constexpr unsigned powers = 26;  // 2^(7 + 26) us is over two hours
  static std::size_t class_of(std::uint64_t us);
  static std::uint64_t greatest_of(std::size_t number);

  std::array<std::uint64_t, (powers + 1) << linear_bits> classes_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace weir::cli
