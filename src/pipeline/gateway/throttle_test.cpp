#include "pipeline/gateway/throttle.hpp"

#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "env/fake/manual_clock.hpp"

namespace weir::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class ThrottleTest : public ::testing::Test {
 protected:
  static catalog::StreamView stream(std::uint32_t no, catalog::RateLimit own,
                                    catalog::RateLimit tenants = {}) {
    catalog::StreamView view;
    view.no = StreamNo{no};
    view.tenant_no = 1;
    view.rate_limit = own;
    view.tenant_rate_limit = tenants;
    return view;
  }
  int taken(Throttle& throttle, const catalog::StreamView& view, int attempts) {
    int count = 0;
    for (int i = 0; i < attempts; ++i)
      count += !throttle.take(view, clock_);
    return count;
  }
  std::string headers(Throttle& throttle, StreamNo no) {
    Throttle::HeaderBuffer buffer;
    return std::string(throttle.headers(no, clock_, buffer));
  }
  ManualClock clock_{*parse_time("2027-03-02T08:00:00Z")};
};

TEST_F(ThrottleTest, WithoutALimitEverythingIsTakenAndNothingIsSaid) {
  Throttle throttle({});
  EXPECT_EQ(taken(throttle, stream(1, {}), 1000), 1000);
  EXPECT_EQ(headers(throttle, StreamNo{1}), "");
}

TEST_F(ThrottleTest, ABurstIsTakenAtOnceAndThenTheRate) {
  Throttle throttle({});
  const auto limited = stream(1, {10, 5});
  EXPECT_EQ(taken(throttle, limited, 20), 5);
  clock_.advance(milliseconds(100));
  EXPECT_EQ(taken(throttle, limited, 20), 1);
  clock_.advance(milliseconds(250));
  EXPECT_EQ(taken(throttle, limited, 20), 2);
  clock_.advance(milliseconds(50));
  EXPECT_EQ(taken(throttle, limited, 20), 1) << "the half token was kept";
  clock_.advance(seconds(60));
  EXPECT_EQ(taken(throttle, limited, 20), 5) << "a pause fills it, and no more than that";
}

TEST_F(ThrottleTest, ARefusalSaysWhoseLimitItIsAndHowLongToWait) {
  Throttle throttle({1, 1});
  const auto limited = stream(1, {5, 1});
  EXPECT_FALSE(throttle.take(limited, clock_));
  const auto by_stream = throttle.take(limited, clock_);
  ASSERT_TRUE(by_stream);
  EXPECT_FALSE(by_stream->by_tenant);
  EXPECT_EQ(by_stream->retry_after, seconds(1));
  clock_.advance(milliseconds(500));
  const auto by_tenant = throttle.take(limited, clock_);
  ASSERT_TRUE(by_tenant);
  EXPECT_TRUE(by_tenant->by_tenant);
  EXPECT_EQ(by_tenant->limit.rate, 1u);
}

TEST_F(ThrottleTest, WhatTheTenantIsRefusedCostsTheStreamNothing) {
  Throttle throttle({1, 1});
  const auto limited = stream(1, {1, 3});
  EXPECT_EQ(taken(throttle, limited, 50), 1);
  EXPECT_THAT(headers(throttle, StreamNo{1}), HasSubstr("\"stream\";r=2;"));
}

TEST_F(ThrottleTest, AllStreamsOfATenantShareItsTokens) {
  Throttle throttle({10, 10});
  EXPECT_EQ(taken(throttle, stream(1, {}), 6), 6);
  EXPECT_EQ(taken(throttle, stream(2, {}), 6), 4);
  catalog::StreamView others = stream(3, {});
  others.tenant_no = 2;
  EXPECT_EQ(taken(throttle, others, 6), 6);
}

TEST_F(ThrottleTest, ATenantsOwnLimitStandsForTheStandard) {
  Throttle throttle({10, 10});
  EXPECT_EQ(taken(throttle, stream(1, {}, {3, 3}), 20), 3);
}

TEST_F(ThrottleTest, PeekingTakesNothing) {
  Throttle throttle({});
  const auto limited = stream(1, {1, 1});
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(throttle.peek(limited, clock_));
  EXPECT_FALSE(throttle.take(limited, clock_));
  EXPECT_TRUE(throttle.peek(limited, clock_));
}

TEST_F(ThrottleTest, AClockThatIsSetBackStopsNobodyForLong) {
  Throttle throttle({});
  const auto limited = stream(1, {10, 5});
  EXPECT_EQ(taken(throttle, limited, 20), 5);
  clock_.advance(-std::chrono::hours(24));
  EXPECT_EQ(taken(throttle, limited, 20), 0);
  clock_.advance(milliseconds(100));
  EXPECT_EQ(taken(throttle, limited, 20), 1);
}

TEST_F(ThrottleTest, AnotherLimitIsInForceAtOnce) {
  Throttle throttle({});
  EXPECT_EQ(taken(throttle, stream(1, {1, 1}), 5), 1);
  clock_.advance(milliseconds(5));
  EXPECT_EQ(taken(throttle, stream(1, {1000, 1000}), 10), 5) << "no second is waited for";
  EXPECT_THAT(headers(throttle, StreamNo{1}), HasSubstr("RateLimit-Limit: 1000\r\n"));
  EXPECT_EQ(taken(throttle, stream(1, {}), 5000), 5000);
  EXPECT_EQ(headers(throttle, StreamNo{1}), "");
}

TEST_F(ThrottleTest, HeadersTellBothLimitsAndTheTighterOne) {
  Throttle throttle({100, 50});
  EXPECT_EQ(taken(throttle, stream(7, {10, 20}), 15), 15);
  EXPECT_EQ(headers(throttle, StreamNo{7}),
            "RateLimit-Policy: \"stream\";q=10;w=1;burst=20, \"tenant\";q=100;w=1;burst=50\r\n"
            "RateLimit: \"stream\";r=5;t=2, \"tenant\";r=35;t=1\r\n"
            "RateLimit-Limit: 10\r\nRateLimit-Remaining: 5\r\nRateLimit-Reset: 2\r\n");
  EXPECT_EQ(taken(throttle, stream(8, {}), 1), 1);
  EXPECT_THAT(headers(throttle, StreamNo{8}), HasSubstr("RateLimit: \"tenant\";r=34;t=1\r\n"));
}

TEST_F(ThrottleTest, TheLargestNumbersFit) {
  Throttle throttle({limits::rate_limit_max, limits::rate_limit_max});
  const auto largest = stream(1, {1, limits::rate_limit_max});
  EXPECT_EQ(taken(throttle, largest, 1000), 1000);
  EXPECT_THAT(headers(throttle, StreamNo{1}), HasSubstr("\"stream\";r=999000;t=1000,"));
  EXPECT_THAT(headers(throttle, StreamNo{1}), ::testing::EndsWith("\r\n"));
}

TEST_F(ThrottleTest, ThreadsTakeEachTokenOnce) {
  Throttle throttle({});
  const auto limited = stream(1, {1000, 1000});
  std::atomic<int> all = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { all += taken(throttle, limited, 1000); });
  }
  EXPECT_EQ(all, 1000);
}

}  // namespace
}  // namespace weir::gateway
