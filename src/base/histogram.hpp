#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weir {

/// Upper bounds of the histogram buckets: for durations in seconds and for sizes in bytes.
inline constexpr std::array<double, 20> second_bounds = {
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
    0.1,     0.25,   0.5,     1,      2.5,   5,      10,    30,   60,    300};
inline constexpr std::array<double, 20> byte_bounds = [] {
  std::array<double, 20> bounds{};  // 4 KiB, doubled each time, to 2 GiB
  double bytes = 4096;
  for (double& bound : bounds) {
    bound = bytes;
    bytes *= 2;
  }
  return bounds;
}();

/// The counts of one or several histograms with the same bounds; the last bucket has no bound.
struct HistogramCounts {
  std::array<std::uint64_t, 21> classes{};
  double sum = 0;
};

/// Counts values in buckets. One thread records, any thread reads; no locked instructions.
class Histogram {
 public:
  explicit Histogram(const std::array<double, 20>& bounds = second_bounds) : bounds_(&bounds) {}

  void record(double value) noexcept {
    const auto found = std::lower_bound(bounds_->begin(), bounds_->end(), value);
    auto& own = classes_[static_cast<std::size_t>(found - bounds_->begin())];
    own.store(own.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  void add_to(HistogramCounts& counts) const noexcept {
    for (std::size_t i = 0; i < classes_.size(); ++i)
      counts.classes[i] += classes_[i].load(std::memory_order_relaxed);
    counts.sum += sum_.load(std::memory_order_relaxed);
  }

 private:
  const std::array<double, 20>* bounds_;
  std::array<std::atomic<std::uint64_t>, 21> classes_{};
  std::atomic<double> sum_{0};
};

}  // namespace weir
