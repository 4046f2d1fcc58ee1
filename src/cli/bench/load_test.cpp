#include "cli/bench/load.hpp"

#include <gtest/gtest.h>

namespace weir::cli {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// A time that passes only while somebody sleeps or is answered.
class LoadTest : public ::testing::Test {
 protected:
  LoadResult run(const LoadPlan& plan, const std::function<nanoseconds(std::uint64_t)>& takes,
                 const std::function<int(std::uint64_t)>& status) {
    return run_load(plan, {[this] { return now_; }, [this](nanoseconds until) { now_ = until; }},
                    [&](std::uint32_t) -> LoadConnection {
                      return [&](std::uint64_t request) {
                        sent_at_.push_back(now_);
                        now_ += takes(request);
                        return status(request);
                      };
                    });
  }
  static int accepted(std::uint64_t) { return 202; }
  nanoseconds now_{};
  std::vector<nanoseconds> sent_at_;
};

TEST_F(LoadTest, EachRequestIsSentAtItsMoment) {
  const auto result = run(
      {100, milliseconds(50), 1}, [](std::uint64_t) { return milliseconds(1); }, accepted);
  EXPECT_EQ(sent_at_, (std::vector<nanoseconds>{milliseconds(0), milliseconds(10), milliseconds(20),
                                                milliseconds(30), milliseconds(40)}));
  EXPECT_EQ(result.late, 0u);
  EXPECT_EQ(result.elapsed, milliseconds(41));
  EXPECT_EQ(result.accepted.quantile(0.5), milliseconds(1));
}

/// A server that stalls for a second once: measured from the send, 999 of 1000 would look fast.
TEST_F(LoadTest, AStallIsFeltByAllWhoWouldHaveComeMeanwhile) {
  const auto result = run(
      {100, seconds(10), 1},
      [](std::uint64_t request) {
        return request == 500 ? nanoseconds(seconds(1)) : microseconds(100);
      },
      accepted);
  EXPECT_EQ(result.accepted.count(), 1000u);
  EXPECT_EQ(result.accepted.max(), seconds(1));
  EXPECT_GT(result.accepted.quantile(0.99), milliseconds(880));
  EXPECT_GT(result.accepted.quantile(0.95), milliseconds(480));
  EXPECT_LT(result.accepted.quantile(0.89), milliseconds(1));
  EXPECT_NEAR(static_cast<double>(result.late), 100, 2);
}

TEST_F(LoadTest, AnswersAreCountedByTheirCode) {
  const auto result = run(
      {10, seconds(1), 1}, [](std::uint64_t) { return milliseconds(1); },
      [](std::uint64_t request) { return request < 7   ? 202
                                         : request < 9 ? 429
                                                       : 0; });
  EXPECT_EQ(result.answers, (std::map<int, std::uint64_t>{{0, 1}, {202, 7}, {429, 2}}));
  EXPECT_EQ(result.accepted.count(), 7u) << "a refusal is no latency";
}

TEST(LatencyHistogram, AQuantileIsWithinOnePercent) {
  LatencyHistogram histogram;
  for (int us = 1; us <= 1'000'000; us += 7)
    histogram.record(microseconds(us));
  for (const double part : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999}) {
    const double expected = part * 1'000'000;
    EXPECT_NEAR(static_cast<double>(histogram.quantile(part).count()), expected,
                expected * 0.01 + 8)
        << part;
  }
  EXPECT_NEAR(histogram.mean_us(), 500'000, 10);
}

TEST(LatencyHistogram, ExtremesAreKeptAndNoneIsZero) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.99), microseconds(0));
  histogram.record(nanoseconds(-5));
  histogram.record(std::chrono::hours(24));
  EXPECT_EQ(histogram.quantile(0.5), microseconds(0));
  EXPECT_EQ(histogram.max(), std::chrono::hours(24));
  LatencyHistogram other;
  other.record(microseconds(3));
  other.add(histogram);
  EXPECT_EQ(other.count(), 3u);
  EXPECT_EQ(other.quantile(0.6), microseconds(3));
}

}  // namespace
}  // namespace weir::cli
