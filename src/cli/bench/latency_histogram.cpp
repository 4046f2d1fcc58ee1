#include "cli/bench/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::cli {

/// Below 2^7 a bucket is one microsecond wide. In each power of two above, the seven bits after the
/// leading one select the bucket.
std::size_t LatencyHistogram::class_of(std::uint64_t us) {
  constexpr std::uint64_t linear = std::uint64_t{1} << linear_bits;
  if (us < linear) return us;
  const auto power = static_cast<unsigned>(std::bit_width(us)) - 1 - linear_bits;
  const std::size_t number = ((power + 1) << linear_bits) + ((us >> power) - linear);
  return std::min(number, ((std::size_t{powers} + 1) << linear_bits) - 1);
}

std::uint64_t LatencyHistogram::greatest_of(std::size_t number) {
  constexpr std::uint64_t linear = std::uint64_t{1} << linear_bits;
  if (number < linear) return number;
  const std::uint64_t power = (number >> linear_bits) - 1;
  const std::uint64_t least = (linear + (number & (linear - 1))) << power;
  return least + (std::uint64_t{1} << power) - 1;
}

void LatencyHistogram::record(std::chrono::nanoseconds duration) {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()) / 1000);
  ++classes_[class_of(us)];
  ++count_;
  max_ = std::max(max_, us);
  sum_ += static_cast<double>(us);
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < classes_.size(); ++i)
    classes_[i] += other.classes_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

double LatencyHistogram::mean_us() const {
  return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

std::chrono::microseconds LatencyHistogram::quantile(double part) const {
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    seen += classes_[i];
    if (seen >= wanted) return std::chrono::microseconds(std::min(greatest_of(i), max_));
  }
  return std::chrono::microseconds(0);
}

}  // namespace weir::cli
