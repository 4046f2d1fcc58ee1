#include "engine/duckdb/spark_text.hpp"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "base/time.hpp"

namespace weir::engine {
namespace {

std::string decimal(std::string_view text, int precision, int scale) {
  const auto value = decimal_from_text(text, precision, scale);
  if (!value) return "none";
  // The tests stay within 64 bits but for the one that says so.
  return std::to_string(static_cast<std::int64_t>(*value));
}

std::string timestamp(std::string_view text) {
  const auto us = timestamp_from_text(text);
  return us ? to_string(Time(std::chrono::microseconds(*us))) : "none";
}

TEST(SparkText, Booleans) {
  EXPECT_EQ(boolean_from_text("TRUE"), true);
  EXPECT_EQ(boolean_from_text("0"), false);
  EXPECT_EQ(boolean_from_text("yes"), std::nullopt);
}

TEST(SparkText, WholeNumbers) {
  EXPECT_EQ(whole_from_text(" +7 "), 7);
  EXPECT_EQ(whole_from_text("-7"), -7);
  EXPECT_EQ(whole_from_text("7.0"), std::nullopt);
  EXPECT_EQ(whole_from_text("99999999999999999999"), std::nullopt);
  EXPECT_EQ(whole_from_text(""), std::nullopt);
}

TEST(SparkText, Doubles) {
  EXPECT_EQ(double_from_text("1.5e3"), 1500);
  EXPECT_EQ(double_from_text("+.5"), 0.5);
  EXPECT_EQ(double_from_text("1e999"), HUGE_VAL);
  EXPECT_EQ(double_from_text("-1e999"), -HUGE_VAL);
  EXPECT_EQ(double_from_text("1e-999"), 0.0);
  EXPECT_TRUE(std::isnan(*double_from_text("NaN")));
  EXPECT_EQ(double_from_text("inf"), std::nullopt);
  EXPECT_EQ(double_from_text("+-1"), std::nullopt);
  EXPECT_EQ(double_from_text("1.5x"), std::nullopt);
}

TEST(SparkText, DecimalsAreRoundedHalfUpAndBounded) {
  EXPECT_EQ(decimal("18.5", 10, 2), "1850");
  EXPECT_EQ(decimal("0.285", 10, 2), "29");
  EXPECT_EQ(decimal("-0.285", 10, 2), "-29");
  EXPECT_EQ(decimal("0.004", 10, 2), "0");
  EXPECT_EQ(decimal("0.0004", 10, 2), "0");
  EXPECT_EQ(decimal("1.2e2", 10, 2), "12000");
  EXPECT_EQ(decimal("00012", 3, 0), "12");
  EXPECT_EQ(decimal("99.995", 4, 2), "none");
  EXPECT_EQ(decimal("1000", 3, 0), "none");
  EXPECT_EQ(decimal("0", 3, 0), "0");
  EXPECT_EQ(decimal("abc", 3, 0), "none");
  const auto widest = decimal_from_text("99999999999999999999999999999999999999", 38, 0);
  ASSERT_TRUE(widest);
  EXPECT_EQ(static_cast<std::int64_t>(*widest % 1'000'000'000), 999'999'999);
}

TEST(SparkText, TinyNumbersAreRoundedByTheirValueAndNotByTheirDigits) {
  for (const char* tiny : {"5.55e-17", "9e-05", "5e-4", "9e-999999999999", "0.00499999"})
    EXPECT_EQ(decimal(tiny, 38, 2), "0") << tiny;
  EXPECT_EQ(decimal("5e-3", 38, 2), "1");
  EXPECT_EQ(decimal("-5e-3", 38, 2), "-1");
  EXPECT_EQ(decimal("9e-3", 38, 0), "0");
  EXPECT_EQ(decimal("0.5", 38, 0), "1");
  EXPECT_EQ(decimal("1e999999999999", 38, 0), "none");
}

TEST(SparkText, IntegersAreThoseWhoseExactValueIsWhole) {
  EXPECT_EQ(integer_from_text("12"), 12);
  EXPECT_EQ(integer_from_text(" +12 "), 12);
  EXPECT_EQ(integer_from_text("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(integer_from_text("9223372036854775807.000"), INT64_MAX);
  EXPECT_EQ(integer_from_text("12.00"), 12);
  EXPECT_EQ(integer_from_text("1.2e1"), 12);
  EXPECT_EQ(integer_from_text("1e2"), 100);
  EXPECT_EQ(integer_from_text("120e-1"), 12);
  EXPECT_EQ(integer_from_text("1e0000000002"), 100);
  EXPECT_EQ(integer_from_text("0e-400"), 0);
  EXPECT_EQ(integer_from_text("-0.0"), 0);
  for (const auto* text :
       {"12.5", "1e-400", "1e-1", "9223372036854775808", "9223372036854775807.5", "1_000", "0x10",
        "1e400", "1e99999999999", "twelve", "+-1", "1e", ".", "-", "1 2", "12.000000000000000001",
        "12.0000000000000000000000000000000000000001"})
    EXPECT_EQ(integer_from_text(text), std::nullopt) << text;
}

TEST(SparkText, YearsBeyondFourDigitsAreThoseYears) {
  // Recorded from Spark 3.5, but for the last day, which DuckDB does not have.
  EXPECT_EQ(date_from_text("32768-01-01"), 11'248'738);
  EXPECT_EQ(date_from_text("99999-12-31"), 35'804'721);
  EXPECT_EQ(date_from_text("+99999-12-31"), 35'804'721);
  EXPECT_EQ(date_from_text("-32768-01-01"), -12'687'794);
  EXPECT_EQ(date_from_text("5881580-07-10"), 2'147'483'646);
  EXPECT_EQ(date_from_text("00012-01-01"), -715'145);
  for (const auto* text : {"5881580-07-11", "9999999-01-01", "10000000-01-01", "999-01-01",
                           "+-2024-01-01", "--2024-01-01"})
    EXPECT_EQ(date_from_text(text), std::nullopt) << text;
  EXPECT_EQ(timestamp_from_text("99999-12-31"), 3'093'527'894'400'000'000);
  EXPECT_EQ(timestamp("294247-01-10 04:00:54.775806"), "+294247-01-10T04:00:54.775806Z");
  EXPECT_EQ(timestamp("-290308-12-22 00:00:00"), "-290308-12-22T00:00:00.000000Z");
  for (const auto* text : {"294247-01-10 04:00:54.775808", "294248-01-01", "999999-12-31 10:00:00",
                           "-290308-01-01", "5881580-07-10"})
    EXPECT_EQ(timestamp(text), "none") << text;
}

TEST(SparkText, DatesAndTimestamps) {
  EXPECT_EQ(date_from_text("1970-01-02"), 1);
  EXPECT_EQ(date_from_text("1970-1-2T10:00:00"), 1);
  EXPECT_EQ(date_from_text("1970-01-02+01:00"), 1);
  EXPECT_EQ(date_from_text("1970-01-02-05:00"), 1);
  EXPECT_EQ(date_from_text("1970-01-02Z"), 1);
  EXPECT_EQ(date_from_text("1970-01-02+01:00x"), std::nullopt);
  EXPECT_EQ(date_from_text("1970-02-30"), std::nullopt);
  EXPECT_EQ(date_from_text("02/01/1970"), std::nullopt);
  EXPECT_EQ(timestamp("2024-01-31"), "2024-01-31T00:00:00.000000Z");
  EXPECT_EQ(timestamp("2024-01-31 4:5:6"), "2024-01-31T04:05:06.000000Z");
  EXPECT_EQ(timestamp("2024-01-31T04:05:06.123456789+02:00"), "2024-01-31T02:05:06.123456Z");
  EXPECT_EQ(timestamp("2024-01-31T04:05:06 UTC"), "2024-01-31T04:05:06.000000Z");
  EXPECT_EQ(timestamp("2024-01-31T24:00"), "none");
  EXPECT_EQ(timestamp("now"), "none");
}

}  // namespace
}  // namespace weir::engine
