#include "engine/spark/calendar.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace weir::spark {

namespace {

TEST(Calendar, ADayIsTheDayThatItsDateNames) {
  for (std::int64_t days = -2'147'000'000; days < 2'147'000'000; days += 999'983) {
    const Civil civil = civil_of(days);
    EXPECT_EQ(days_of(civil), days) << civil.year << "-" << civil.month << "-" << civil.day;
  }
}

TEST(Calendar, YearsGoBeyondSixteenBits) {
  EXPECT_EQ(days_of({32768, 1, 1}), 11'248'738);
  EXPECT_EQ(civil_of(11'248'738).year, 32768);
  EXPECT_EQ(days_of({-1, 12, 31}), -719'529);
  EXPECT_FALSE(days_of({2023, 2, 29}));
  EXPECT_FALSE(days_of({2023, 0, 1}));
}

TEST(Calendar, WhatTheEngineTakesForInfinityIsNoMoment) {
  constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(moment_of(last, 1));
  EXPECT_TRUE(moment_of(last - 1, 1));
  EXPECT_FALSE(moment_of(last, 1000));
  EXPECT_FALSE(moment_of(std::numeric_limits<std::int64_t>::min(), 1));
  EXPECT_FALSE(day_in_range(std::numeric_limits<std::int32_t>::max()));
}

TEST(Calendar, MonthsEndOnTheLastDay) {
  EXPECT_EQ(add_months(*days_of({2024, 1, 31}), 1), days_of({2024, 2, 29}));
  EXPECT_EQ(add_months(*days_of({2024, 2, 29}), -12), days_of({2023, 2, 28}));
  EXPECT_EQ(weekday_of(*days_of({2024, 1, 1})), 1);
  EXPECT_EQ(weekday_of(*days_of({1969, 12, 28})), 7);
}

}  // namespace

}  // namespace weir::spark
