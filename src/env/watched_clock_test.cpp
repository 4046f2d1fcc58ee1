#include "env/watched_clock.hpp"

#include <gtest/gtest.h>

#include "env/fake/manual_clock.hpp"

namespace weir {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class WatchedClockTest : public ::testing::Test {
 protected:
  ManualClock clock;
  WatchedClock watched{clock, clock, {.jump_max = minutes(5), .jump_wait = minutes(10)}};
  const Time start = clock.now();
};

TEST_F(WatchedClockTest, TimeThatPassesIsFollowedHoweverSeldomSomebodyLooks) {
  for (const auto step : {microseconds(seconds(1)), microseconds(hours(30)), microseconds(1)}) {
    clock.advance(step);
    EXPECT_EQ(watched.now(), clock.now());
    EXPECT_TRUE(watched.is_trusted());
  }
  EXPECT_EQ(watched.state().jumps, 0u);
}

TEST_F(WatchedClockTest, AJumpOfThreeSecondsIsNeverSeen) {
  clock.advance(seconds(60));
  clock.jump(hours(24 * 365));
  EXPECT_EQ(watched.now(), start + seconds(60));
  EXPECT_FALSE(watched.is_trusted());
  EXPECT_EQ(watched.state().ahead, hours(24 * 365));
  clock.advance(seconds(3));
  EXPECT_EQ(watched.now(), start + seconds(63));
  EXPECT_EQ(watched.state().taken_after, minutes(10) - seconds(3));
  clock.jump(-hours(24 * 365));
  EXPECT_EQ(watched.now(), start + seconds(63));
  EXPECT_TRUE(watched.is_trusted());
  const auto state = watched.state();
  EXPECT_EQ(state.ahead, seconds(0));
  EXPECT_EQ(state.jumps, 1u);
  EXPECT_EQ(state.jumps_taken, 0u);
}

TEST_F(WatchedClockTest, AJumpThatLastsIsTrue) {
  clock.jump(hours(8));  // a virtual machine that was paused
  EXPECT_EQ(watched.now(), start);
  clock.advance(minutes(10) - seconds(1));
  EXPECT_FALSE(watched.is_trusted());
  EXPECT_EQ(watched.now(), start + minutes(10) - seconds(1));
  clock.advance(seconds(1));
  EXPECT_EQ(watched.now(), clock.now());
  EXPECT_TRUE(watched.is_trusted());
  EXPECT_EQ(watched.state().jumps_taken, 1u);
}

TEST_F(WatchedClockTest, AnotherJumpMeanwhileIsWaitedOutAnew) {
  clock.jump(hours(8));
  watched.now();
  clock.advance(minutes(9));
  clock.jump(hours(1));
  EXPECT_EQ(watched.now(), start + minutes(9));
  clock.advance(minutes(9));
  watched.now();
  EXPECT_FALSE(watched.is_trusted());
  EXPECT_EQ(watched.state().jumps, 2u);
}

TEST_F(WatchedClockTest, AStepWithinTheBoundIsFollowedAtOnce) {
  clock.jump(minutes(5));
  EXPECT_EQ(watched.now(), clock.now());
  EXPECT_TRUE(watched.is_trusted());
}

TEST_F(WatchedClockTest, AClockPutBackIsFollowedAndItsReturnIsNoJump) {
  clock.advance(hours(1));
  EXPECT_EQ(watched.now(), clock.now());
  clock.jump(-hours(2));
  EXPECT_EQ(watched.now(), clock.now());
  clock.advance(minutes(20));
  EXPECT_EQ(watched.now(), clock.now());
  clock.jump(hours(2));
  EXPECT_EQ(watched.now(), clock.now());
  EXPECT_TRUE(watched.is_trusted());
}

}  // namespace
}  // namespace weir
