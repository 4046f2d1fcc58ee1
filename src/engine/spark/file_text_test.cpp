#include "engine/spark/file_text.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "engine/spark/datetime_text.hpp"
#include "engine/spark/number_text.hpp"

namespace weir::spark {

namespace {

std::string date(std::string_view text) {
  const auto day = date_from_file(text);
  return day ? date_to_text(*day) : "none";
}

std::optional<std::int32_t> days(std::string_view text) {
  const auto day = date_from_file(text);
  return day ? std::optional(day->days) : std::nullopt;
}

std::string timestamp(std::string_view text) {
  const auto moment = timestamp_from_file(text);
  return moment ? timestamp_to_text(*moment) : "none";
}

TEST(FileText, BooleansHaveFourWordsAndCastHasMore) {
  EXPECT_EQ(boolean_from_file("TRUE"), true);
  EXPECT_EQ(boolean_from_file(" false\n"), false);
  EXPECT_EQ(boolean_from_file("1"), true);
  EXPECT_EQ(boolean_from_file("0"), false);
  for (const auto* text : {"yes", "no", "t", "f", "y", "N"}) {
    EXPECT_EQ(boolean_from_file(text), std::nullopt) << text;
    EXPECT_NE(boolean_from_text(text), std::nullopt) << text;
  }
  for (const auto* text : {"", "2", "truer", "tru e"})
    EXPECT_EQ(boolean_from_file(text), std::nullopt) << text;
}

TEST(FileText, WholeNumbersHaveNoFractionToCutOff) {
  EXPECT_EQ(long_from_file(" +7 "), 7);
  EXPECT_EQ(long_from_file("-7"), -7);
  EXPECT_EQ(long_from_file("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(long_from_file("7.0"), std::nullopt);
  EXPECT_EQ(long_from_file("7."), std::nullopt);
  EXPECT_EQ(whole_from_text("7.9"), 7);
  EXPECT_EQ(long_from_file("99999999999999999999"), std::nullopt);
  EXPECT_EQ(long_from_file("1e2"), std::nullopt);
  EXPECT_EQ(long_from_file("+-1"), std::nullopt);
  EXPECT_EQ(long_from_file(""), std::nullopt);
}

TEST(FileText, FractionsHaveNoSuffixAndTwoWordsForInfinity) {
  EXPECT_EQ(double_from_file("1.5e3"), 1500);
  EXPECT_EQ(double_from_file(" +.5 "), 0.5);
  EXPECT_EQ(double_from_file("1e999"), HUGE_VAL);
  EXPECT_EQ(double_from_file("-1e999"), -HUGE_VAL);
  EXPECT_EQ(double_from_file("1e-999"), 0.0);
  EXPECT_EQ(double_from_file("1e999999999999"), HUGE_VAL);
  EXPECT_TRUE(std::isnan(*double_from_file("NaN")));
  for (const auto* text : {"Infinity", "+Infinity", "INF", "+INF"})
    EXPECT_EQ(double_from_file(text), HUGE_VAL) << text;
  for (const auto* text : {"-Infinity", "-INF"})
    EXPECT_EQ(double_from_file(text), -HUGE_VAL) << text;
  for (const auto* text : {"1d", "1D", "1.5f", "0x1p3", "inf", "nan", "+NaN", "infinity"}) {
    EXPECT_EQ(double_from_file(text), std::nullopt) << text;
    EXPECT_EQ(float_from_file(text), std::nullopt) << text;
    EXPECT_NE(double_from_text(text), std::nullopt) << text;
  }
  for (const auto* text : {"+-1", "1.5x", "1e", "1,5", "", ".", "e5", "--1", "1.2.3"})
    EXPECT_EQ(double_from_file(text), std::nullopt) << text;
}

TEST(FileText, AFloatIsRoundedOnce) {
  // Recorded from Spark 3.5's JSON reader. Through a double it would be 1.
  EXPECT_EQ(float_from_file("1.00000005960464477539062500000000001"), 1.00000012F);
  EXPECT_EQ(float_from_file("3.5e38"), std::numeric_limits<float>::infinity());
}

TEST(FileText, YearsBeyondFourDigitsAreThoseYears) {
  // Recorded from Spark 3.5's JSON reader, but for the last day, which DuckDB does not have.
  EXPECT_EQ(days("32768-01-01"), 11'248'738);
  EXPECT_EQ(days("99999-12-31"), 35'804'721);
  EXPECT_EQ(days("+99999-12-31"), 35'804'721);
  EXPECT_EQ(days("-32768-01-01"), -12'687'794);
  EXPECT_EQ(days("5881580-07-10"), 2'147'483'646);
  EXPECT_EQ(days("00012-01-01"), -715'145);
  for (const auto* text : {"5881580-07-11", "9999999-01-01", "10000000-01-01", "999-01-01",
                           "+-2024-01-01", "--2024-01-01"})
    EXPECT_EQ(date(text), "none") << text;
  EXPECT_EQ(timestamp("99999-12-31"), "+99999-12-31 00:00:00");
  EXPECT_EQ(timestamp("00012-01-01"), "0012-01-01 00:00:00");
  EXPECT_EQ(timestamp("294247-01-10 04:00:54.775806"), "+294247-01-10 04:00:54.775806");
  EXPECT_EQ(timestamp("-290308-12-22 00:00:00"), "-290308-12-22 00:00:00");
  for (const auto* text : {"294247-01-10 04:00:54.775808", "294248-01-01", "999999-12-31 10:00:00",
                           "-290308-01-01", "5881580-07-10", "0000012-01-01"})
    EXPECT_EQ(timestamp(text), "none") << text;
}

TEST(FileText, DatesAreAsWrittenWhateverStandsBehindThem) {
  // All but the zones recorded from Spark 3.5's JSON reader.
  for (const auto* text :
       {"1970-01-02", " 1970-01-02 ", "1970-1-2", "1970-1-2T10:00:00", "1970-01-02 x",
        "1970-01-02Tx", "1970-01-02+01:00", "1970-01-02-05:00", "1970-01-02Z",
        "\x7F"
        "1970-01-02"})
    EXPECT_EQ(date(text), "1970-01-02") << text;
  EXPECT_EQ(date("1970"), "1970-01-01");
  EXPECT_EQ(date("1970-3"), "1970-03-01");
  for (const auto* text : {"1970-01-02+01:00x",
                           "1970-01-02-05",
                           "1970-01-02-5",
                           "1970-01-02+0100",
                           "1970-01-02z",
                           "1970-01-02+19:00",
                           "1970-01-02+01:60",
                           "1970-01+01:00",
                           "1970+01:00",
                           "1970 x",
                           "1970-02-30",
                           "02/01/1970",
                           "20240115",
                           "3",
                           "now",
                           "today",
                           "epoch",
                           "1970-",
                           "1970-01-002",
                           "0000-00-00",
                           "",
                           "\u0661\u0669\u0667\u0660-01-02",
                           "\u00A01970-01-02"})
    EXPECT_EQ(date(text), "none") << text;
  EXPECT_EQ(date_from_text("1970-01-02Z").has_value(), false);
}

TEST(FileText, TimestampsAreThoseOfSparksReader) {
  // Recorded from Spark 3.5's JSON reader.
  EXPECT_EQ(timestamp("2024-01-31"), "2024-01-31 00:00:00");
  EXPECT_EQ(timestamp(" 2024-1"), "2024-01-01 00:00:00");
  EXPECT_EQ(timestamp("2024-01-31 4:5:6"), "2024-01-31 04:05:06");
  EXPECT_EQ(timestamp("2024-01-31T23"), "2024-01-31 23:00:00");
  EXPECT_EQ(timestamp("2024-01-31T23:5"), "2024-01-31 23:05:00");
  EXPECT_EQ(timestamp("2024-01-31 23:05:06."), "2024-01-31 23:05:06");
  EXPECT_EQ(timestamp("2024-01-31T04:05:06.123456789+02:00"), "2024-01-31 02:05:06.123456");
  for (const auto* zone :
       {" UTC", "UTC", "Z", "Z ", " UT", "+00", "+0", "+0:0", "+00:00:00", " GMT+0", " UTC+00:00"})
    EXPECT_EQ(timestamp(std::string("2024-01-31T04:05:06") + zone), "2024-01-31 04:05:06") << zone;
  for (const auto* zone :
       {"z", " utc", " est", " EDT", " PDT", " europe/berlin", "+18:01", " +", "+02:60", " x"})
    EXPECT_EQ(timestamp(std::string("2024-01-31T04:05:06") + zone), "none") << zone;
  EXPECT_EQ(timestamp("2024-01-31T04:05:06 EST"), "2024-01-31 09:05:06");
  EXPECT_EQ(timestamp("2024-01-31T04:05:06 CST"), "2024-01-31 10:05:06");
  EXPECT_EQ(timestamp("2024-07-31T04:05:06 PST"), "2024-07-31 11:05:06");
  EXPECT_EQ(timestamp("2024-01-31T04:05:06 Europe/Berlin"), "2024-01-31 03:05:06");
  EXPECT_EQ(timestamp("2024-07-31 04:05:06.1Europe/Berlin"), "2024-07-31 02:05:06.1");
  for (const auto* text :
       {"2024-01-31T24:00", "2024-01-31T04:05:60", "2024-01-31T23:05Z", "2024-01-31T",
        "2024-01-31 x", "2024-01-31t04:05:06", "2024-01-31  04:05:06", "2024-01-31 04:05:06,5",
        "2024-02-30 01:00:00", "20240131", "1706666706", "now", "today", "epoch", ""})
    EXPECT_EQ(timestamp(text), "none") << text;
}

TEST(FileText, ATimeAloneIsNoneAndForCastTodays) {
  for (const auto* text : {"10:00", "10:00:00", "T10:00:00", "T10"}) {
    EXPECT_EQ(timestamp(text), "none") << text;
    const auto moment = timestamp_from_text(text, Moment{day_us + 1});
    ASSERT_TRUE(moment) << text;
    EXPECT_EQ(timestamp_to_text(*moment), "1970-01-02 10:00:00") << text;
  }
}

}  // namespace

}  // namespace weir::spark
