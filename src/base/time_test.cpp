#include "base/time.hpp"

#include <cstdint>
#include <random>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Time, WritesAndReadsRfc3339) {
  const auto time = parse_time("2027-03-02T08:05:06.000123Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(to_string(*time), "2027-03-02T08:05:06.000123Z");
  EXPECT_EQ(to_string(day_of(*time)), "2027-03-02");
  EXPECT_EQ(hour_of(*time), 8);
}

TEST(Time, AnOffsetIsTakenIntoAccount) {
  const auto time = parse_time("2027-03-02T01:00:00+02:30");
  ASSERT_TRUE(time);
  EXPECT_EQ(to_string(*time), "2027-03-01T22:30:00.000000Z");
}

TEST(Time, AFractionMayBeShortAndIsCutAtMicroseconds) {
  EXPECT_EQ(to_string(parse_time("2027-03-02T01:00:00.25-00:30").value()),
            "2027-03-02T01:30:00.250000Z");
  EXPECT_EQ(to_string(parse_time("2027-03-02T01:00:00.123456789Z").value()),
            "2027-03-02T01:00:00.123456Z");
}

TEST(Time, DaysAreWrittenWhereverTheyLie) {
  const auto day = [](std::int64_t days) { return to_string(Day(std::chrono::days(days))); };
  EXPECT_EQ(day(0), "1970-01-01");
  EXPECT_EQ(day(-1), "1969-12-31");
  EXPECT_EQ(day(2'932'896), "9999-12-31");
  EXPECT_EQ(day(-719'528), "0000-01-01");
  // As Spark 3.5 writes them.
  EXPECT_EQ(day(2'932'897), "+10000-01-01");
  EXPECT_EQ(day(11'248'738), "+32768-01-01");
  EXPECT_EQ(day(-12'687'794), "-32768-01-01");
  EXPECT_EQ(day(-719'893), "-0001-01-01");
  EXPECT_EQ(day(INT32_MAX), "+5881580-07-11");
  EXPECT_EQ(day(INT32_MIN), "-5877641-06-23");
}

TEST(Time, MomentsAreWrittenWhereverTheyLie) {
  const auto time = [](std::int64_t us) { return to_string(Time(std::chrono::microseconds(us))); };
  EXPECT_EQ(time(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(time(1'705'314'600'000 * 1'000'000), "+56009-04-08T12:00:00.000000Z");
  EXPECT_EQ(time(INT64_MAX), "+294247-01-10T04:00:54.775807Z");
  EXPECT_EQ(time(INT64_MIN), "-290308-12-21T19:59:05.224192Z");
}

TEST(Time, TheCalendarGoesBothWays) {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> any(INT32_MIN, INT32_MAX);
  for (int i = 0; i < 100'000; ++i) {
    const Day day{std::chrono::days(i < 50'000 ? i - 25'000 : any(random))};
    ASSERT_EQ(day_of(calendar_day(day)), day) << to_string(day);
  }
  EXPECT_EQ(day_of({99'999, 12, 31}), Day(std::chrono::days(35'804'721)));
  EXPECT_EQ(day_of({2023, 2, 29}), std::nullopt);
  EXPECT_EQ(day_of({2400, 2, 29}), day_of({2400, 3, 1}).value() - std::chrono::days(1));
  EXPECT_EQ(day_of({2024, 0, 1}), std::nullopt);
  EXPECT_EQ(day_of({1'000'000'000, 1, 1}), std::nullopt);
}

TEST(Time, RefusesWhatIsNotOne) {
  for (const char* text : {"", "today", "2027-03-02", "2027-13-02T00:00:00Z", "2027-03-02T00:00:00",
                           "2027-03-02T00:00:00Zx", "2027-03-12T:00.000000Z",
                           "2027-03-02T24:00:00Z", "2027-03-02T00:60:00Z", "2027-03-02T00:00:0xZ",
                           "2027-03-02T00:00:00.Z", "2027-03-02T00:00:00+0200"})
    EXPECT_FALSE(parse_time(text)) << text;
  for (const char* text : {"", "2027-3-2", "2027-02-30", "2027-03-02x", "20270302"})
    EXPECT_FALSE(parse_day(text)) << text;
}

}  // namespace
}  // namespace weir
