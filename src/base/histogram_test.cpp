#include "base/histogram.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Histogram, AValueIsCountedInTheFirstClassThatHoldsIt) {
  Histogram histogram;
  histogram.record(0.00005);  // a bound belongs to its class
  histogram.record(0.00006);
  histogram.record(1000);
  HistogramCounts counts;
  histogram.add_to(counts);
  EXPECT_EQ(counts.classes[0], 1u);
  EXPECT_EQ(counts.classes[1], 1u);
  EXPECT_EQ(counts.classes.back(), 1u);
  EXPECT_DOUBLE_EQ(counts.sum, 1000.00011);
}

TEST(Histogram, SeveralAreAddedUp) {
  Histogram one(byte_bounds);
  Histogram two(byte_bounds);
  one.record(4096);
  two.record(4096);
  two.record(1e12);
  HistogramCounts counts;
  one.add_to(counts);
  two.add_to(counts);
  EXPECT_EQ(counts.classes[0], 2u);
  EXPECT_EQ(std::accumulate(counts.classes.begin(), counts.classes.end(), std::uint64_t{0}), 3u);
}

}  // namespace
}  // namespace weir
