#include "pipeline/gateway/in_flight.hpp"

#include <gmock/gmock.h>

namespace weir::gateway {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint64_t> given_up(InFlight& in_flight, milliseconds then) {
  std::vector<std::uint64_t> cookies;
  in_flight.give_up_since(then, [&](std::uint64_t cookie) { cookies.push_back(cookie); });
  return cookies;
}

TEST(InFlight, WhatIsSettledInTimeIsNeverGivenUp) {
  InFlight in_flight;
  in_flight.add(1, milliseconds(10));
  in_flight.add(2, milliseconds(20));
  EXPECT_FALSE(in_flight.resolve(1).was_given_up);
  EXPECT_THAT(given_up(in_flight, milliseconds(10)), IsEmpty());
  EXPECT_FALSE(in_flight.is_stalled());
  EXPECT_FALSE(in_flight.resolve(2).was_given_up);
}

TEST(InFlight, WhatWaitedTooLongIsGivenUpOnceAndRemembered) {
  InFlight in_flight;
  for (std::uint64_t cookie = 1; cookie <= 3; ++cookie)
    in_flight.add(cookie, milliseconds(10 * cookie));
  EXPECT_THAT(given_up(in_flight, milliseconds(20)), ElementsAre(1, 2));
  EXPECT_THAT(given_up(in_flight, milliseconds(20)), IsEmpty());
  EXPECT_TRUE(in_flight.is_stalled());
  EXPECT_TRUE(in_flight.resolve(1).was_given_up);
  EXPECT_TRUE(in_flight.is_stalled());
  EXPECT_TRUE(in_flight.resolve(2).was_given_up);
  EXPECT_FALSE(in_flight.is_stalled());
  EXPECT_FALSE(in_flight.resolve(3).was_given_up);
}

TEST(InFlight, FatesOutOfOrderAreFound) {
  InFlight in_flight;
  for (std::uint64_t cookie = 1; cookie <= 3; ++cookie)
    in_flight.add(cookie, milliseconds(0));
  EXPECT_FALSE(in_flight.resolve(2).was_given_up);
  EXPECT_THAT(given_up(in_flight, milliseconds(0)), ElementsAre(1, 3));
  EXPECT_TRUE(in_flight.resolve(3).was_given_up);
  EXPECT_TRUE(in_flight.is_stalled());
  EXPECT_TRUE(in_flight.resolve(1).was_given_up);
  EXPECT_FALSE(in_flight.is_stalled());
}

TEST(InFlight, ItGrowsAroundTheRingsEnd) {
  InFlight in_flight;
  std::uint64_t oldest = 0;
  std::uint64_t newest = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 7; ++i)
      in_flight.add(newest++, milliseconds(round));
    for (int i = 0; i < 5; ++i)
      EXPECT_FALSE(in_flight.resolve(oldest++).was_given_up);
  }
  EXPECT_EQ(given_up(in_flight, milliseconds(200)).size(), newest - oldest);
  while (oldest < newest)
    EXPECT_TRUE(in_flight.resolve(oldest++).was_given_up);
  EXPECT_FALSE(in_flight.is_stalled());
}

TEST(InFlight, ACookieMayComeAgainAfterItsResult) {
  InFlight in_flight;
  in_flight.add(1, milliseconds(0));
  in_flight.add(2, milliseconds(0));
  EXPECT_FALSE(in_flight.resolve(2).was_given_up);
  in_flight.add(2, milliseconds(5));
  EXPECT_THAT(given_up(in_flight, milliseconds(5)), ElementsAre(1, 2));
  EXPECT_TRUE(in_flight.resolve(2).was_given_up);
}

}  // namespace
}  // namespace weir::gateway
