#include "base/time.hpp"

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
