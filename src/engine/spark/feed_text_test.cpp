#include "engine/spark/feed_text.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/time.hpp"

namespace weir::spark {
namespace {

std::string datetime(std::string_view text) {
  const auto us = feed_datetime(text, 2026);
  return us ? to_string(Time(std::chrono::microseconds(us->us))) : "none";
}

std::string date(std::string_view text) {
  const auto day = feed_date(text, 2026);
  return day ? to_string(weir::Day(std::chrono::days(day->days))) : "none";
}

TEST(FeedText, BooleansAreTheDocumentedSix) {
  for (const auto* text : {"true", "TRUE", "Yes", "yes", "1", " true "})
    EXPECT_EQ(feed_boolean(text), true) << text;
  for (const auto* text : {"false", "False", "NO", "no", "0"})
    EXPECT_EQ(feed_boolean(text), false) << text;
  for (const auto* text : {"t", "y", "2", "", "truee", "on"})
    EXPECT_EQ(feed_boolean(text), std::nullopt) << text;
}

TEST(FeedText, FloatsAreTheNearestDoubleAndFinite) {
  EXPECT_EQ(feed_float(" +1.50 "), 1.5);
  EXPECT_EQ(feed_float("-.5"), -0.5);
  EXPECT_EQ(feed_float("5."), 5);
  EXPECT_EQ(feed_float("1E-3"), 0.001);
  EXPECT_EQ(feed_float("1e-400"), 0);
  for (const auto* text : {"1,000", "$1", "1_000", "nan", "NaN", "inf", "Infinity", "1e400", "",
                           "e5", "1e+", "--1", "+-1", "1.2.3"})
    EXPECT_EQ(feed_float(text), std::nullopt) << text;
}

TEST(FeedText, EveryDocumentedDateFormatIsRead) {
  for (const auto* text :
       {"20240131", "2024-01-31", "2024/01/31", "01/31/2024", "1/31/2024", "01/31/24",
        "31-Jan-2024", "31-JAN-24", "31 Jan 2024", "31jan2024", "2024-1-31"})
    EXPECT_EQ(date(text), "2024-01-31") << text;
  for (const auto* text : {"31/01/2024", "2024-02-30", "2024-01", "24-01-31", "Jan 31 2024",
                           "today", "202401311", "31-Foo-2024"})
    EXPECT_EQ(date(text), "none") << text;
}

TEST(FeedText, TwoDigitYearsLieBetween80YearsAgoAnd19Ahead) {
  EXPECT_EQ(date("01/31/45"), "2045-01-31");
  EXPECT_EQ(date("01/31/46"), "1946-01-31");
  EXPECT_EQ(date("31-Jan-68"), "1968-01-31");
}

/// Texts of the usual form are read without the patterns, and the same date with slashes by them.
TEST(FeedText, TheUsualFormIsReadAsThePatternsReadIt) {
  std::uint32_t state = 1;
  const auto upto = [&state](std::uint32_t most) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % (most + 1);
  };
  const auto digits = [](std::uint32_t value, std::size_t width) {
    std::string out = std::to_string(value);
    return std::string(out.size() < width ? width - out.size() : 0, '0') + out;
  };
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string year = digits(upto(3) > 0 ? 1000 + upto(8999) : upto(9999), 4);
    const std::string month = digits(upto(13), 2);
    const std::string day = digits(upto(32), 2);
    std::string time;
    if (upto(3) > 0)
      time = (upto(1) > 0 ? "T" : " ") + digits(upto(24), 2) + ":" + digits(upto(60), 2) + ":" +
             digits(upto(60), 2) + (upto(1) > 0 ? "Z" : "");
    const std::string usual = year + "-" + month + "-" + day + time;
    const std::string slashes = year + "/" + month + "/" + day + time;
    ASSERT_EQ(datetime(usual), datetime(slashes)) << usual;
    ASSERT_EQ(date(usual), date(slashes)) << usual;
    read += datetime(usual) == "none" ? 0 : 1;
  }
  EXPECT_GT(read, 10'000);
}

TEST(FeedText, ADateMayHaveAZone) {
  EXPECT_EQ(date("2024-01-15+01:00"), "2024-01-15");
  EXPECT_EQ(date("2024-01-15-05:00"), "2024-01-15");
  EXPECT_EQ(date("2024-01-15Z"), "2024-01-15");
  EXPECT_EQ(date("20240115-05:00"), "2024-01-15");
  EXPECT_EQ(datetime("2024-01-15+01:00"), "2024-01-14T23:00:00.000000Z");
  for (const auto* text : {"2024-01-15+0100", "2024-01-15-05", "2024-01-15+25:00",
                           "2024-01-15+01:00x", "2024-01-15z", "15-Jan-20-10"})
    EXPECT_EQ(date(text), "none") << text;
}

TEST(FeedText, AYearThatIsTooLongIsNoOtherYear) {
  for (const auto* text : {"99999-12-31", "33000-01-01", "01/31/99999", "999991231"})
    EXPECT_EQ(date(text), "none") << text;
}

TEST(FeedText, EveryDocumentedTimeFormatIsRead) {
  const std::string expected = "2024-01-31T14:05:06.000000Z";
  for (const auto* time : {"140506", "140506Z", "140506+0000", "14:05:06", "14:05:06Z",
                           "14:05:06+00:00", "14:05:06.000 UTC", "02:05:06 PM", "2:05:06 pm",
                           "14:05:06.000000000", "140506.000", "14:05:06 GMT"}) {
    EXPECT_EQ(datetime(std::string("2024-01-31 ") + time), expected) << time;
    EXPECT_EQ(datetime(std::string("20240131T") + time), expected) << time;
  }
  EXPECT_EQ(datetime("2024-01-31 14:05"), "2024-01-31T14:05:00.000000Z");
  EXPECT_EQ(datetime("2024-01-31 14"), "2024-01-31T14:00:00.000000Z");
  EXPECT_EQ(datetime("2024-01-31 2:05 PM"), "2024-01-31T14:05:00.000000Z");
  EXPECT_EQ(datetime("2024-01-31 12:05 AM"), "2024-01-31T00:05:00.000000Z");
  EXPECT_EQ(datetime("2024-01-31 2:05PM EST"), "2024-01-31T19:05:00.000000Z");
  EXPECT_EQ(datetime("31 Jan 2024 14:05:06"), expected);
  EXPECT_EQ(datetime("2024-01-31"), "2024-01-31T00:00:00.000000Z");
}

TEST(FeedText, ADateAloneHasNoTime) {
  for (const auto* text : {"2024-01-31", " 31 Jan 2024 ", "20240131", "2024-01-31Z", "1/31/24"})
    EXPECT_TRUE(feed_date_alone(text, 2026)) << text;
  for (const auto* text : {"2024-01-31 14", "2024-01-31T14:05:06Z", "2024", ""})
    EXPECT_FALSE(feed_date_alone(text, 2026)) << text;
}

TEST(FeedText, IsoTimesWithFractionsAndOffsetsAreRead) {
  EXPECT_EQ(datetime("2024-01-31T14:05:06.123456Z"), "2024-01-31T14:05:06.123456Z");
  EXPECT_EQ(datetime("2024-01-31T14:05:06.123456789+02:00"), "2024-01-31T12:05:06.123456Z");
  EXPECT_EQ(datetime("2024-01-31T14:05-0530"), "2024-01-31T19:35:00.000000Z");
  EXPECT_EQ(date("2024-01-31T23:30:00-02:00"), "2024-01-31");
}

TEST(FeedText, WhatIsNoTimeIsNone) {
  for (const auto* text :
       {"2024-01-31 24:00", "2024-01-31 14:60", "2024-01-31 13:05 PM", "14:05", "2024-01-31x",
        "2024-01-31 14:05:06 XYZ", "1557933657", "2024-01-31 1405"})
    EXPECT_EQ(datetime(text), "none") << text;
}

}  // namespace
}  // namespace weir::spark
