#include "engine/spark/decimal_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::spark {

namespace {

std::string decimal(std::string_view text, int precision, int scale) {
  const auto value = decimal_from_text(text, precision, scale);
  if (!value) return "none";
  // The tests stay within 64 bits but for the one that says so.
  return std::to_string(static_cast<std::int64_t>(*value));
}

TEST(DecimalText, DecimalsAreRoundedHalfUpAndBounded) {
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
  EXPECT_EQ(decimal("1", 39, 0), "none");
  EXPECT_EQ(decimal("1", 0, 0), "none");
  const auto widest = decimal_from_text("99999999999999999999999999999999999999", 38, 0);
  ASSERT_TRUE(widest);
  EXPECT_EQ(static_cast<std::int64_t>(*widest % 1'000'000'000), 999'999'999);
}

TEST(DecimalText, TinyNumbersAreRoundedByTheirValueAndNotByTheirDigits) {
  for (const char* tiny : {"5.55e-17", "9e-05", "5e-4", "9e-2147483647", "0.00499999"})
    EXPECT_EQ(decimal(tiny, 38, 2), "0") << tiny;
  EXPECT_EQ(decimal("5e-3", 38, 2), "1");
  EXPECT_EQ(decimal("-5e-3", 38, 2), "-1");
  EXPECT_EQ(decimal("9e-3", 38, 0), "0");
  EXPECT_EQ(decimal("0.5", 38, 0), "1");
  EXPECT_EQ(decimal("1e2147483647", 38, 0), "none");
}

TEST(DecimalText, DigitsBeyondThoseThatADecimalHasOnlyRound) {
  const std::string nines(60, '9');
  EXPECT_EQ(decimal("0.12" + nines, 10, 2), "13");
  EXPECT_EQ(decimal("0.124" + nines, 10, 2), "12");
  EXPECT_EQ(decimal(nines + "e-58", 4, 2), "none");
  EXPECT_EQ(decimal(nines + "e-58", 5, 2), "10000");
  EXPECT_EQ(decimal("12" + std::string(60, '0') + "e-60", 4, 2), "1200");
  EXPECT_EQ(integer_from_text("12" + std::string(60, '0') + "e-60"), 12);
  EXPECT_EQ(integer_from_text("12" + std::string(60, '0') + "1e-61"), std::nullopt);
}

TEST(DecimalText, AnExponentBeyondThirtyTwoBitsIsNoneAsInJava) {
  // Recorded from Spark 3.5.
  for (const char* text : {"9e-999999999999", "1e999999999999", "1e2147483648"})
    EXPECT_EQ(decimal(text, 38, 2), "none") << text;
}

TEST(DecimalText, DigitsOfEveryScriptCountAndBlanksDoNot) {
  // Recorded from Spark 3.5.
  EXPECT_EQ(decimal("\u0661\u0662", 10, 2), "1200");
  EXPECT_EQ(decimal("\uFF11", 10, 2), "100");
  EXPECT_EQ(decimal("1e\u0662", 10, 2), "10000");
  EXPECT_EQ(decimal(" \t1\n", 10, 2), "100");
  EXPECT_EQ(decimal(".5", 10, 2), "50");
  EXPECT_EQ(decimal("1.", 10, 2), "100");
  for (const char* text : {"\u00A01", "1d", "1D", "1f", "1_0", "1e", "0x10", "", ".", "NaN", "INF",
                           "(1)", "1,5", "\xD9\x21", "\xD9", "\xE0\xA5"})
    EXPECT_EQ(decimal(text, 10, 2), "none") << text;
}

TEST(DecimalText, AZeroHasItsValueWhateverItsExponentButNotForCast) {
  // Recorded from Spark 3.5: the first of its JSON reader, the second of its CAST.
  for (const char* zero : {"0e38", "0e39", "0E50", "0e400", "0.0e39"}) {
    EXPECT_EQ(decimal_from_text(zero, 10, 2), Int128{0}) << zero;
    EXPECT_EQ(cast_decimal_from_text(zero, 10, 2), std::nullopt) << zero;
  }
  for (const char* zero : {"0e37", "0e-400", "0", "-0.00"})
    EXPECT_EQ(cast_decimal_from_text(zero, 10, 2), Int128{0}) << zero;
  EXPECT_EQ(cast_decimal_from_text("1e5", 10, 2), Int128{10'000'000});
}

TEST(DecimalText, IntegersAreThoseWhoseExactValueIsWhole) {
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
        "12.0000000000000000000000000000000000000001", "1e19", "-9223372036854775809"})
    EXPECT_EQ(integer_from_text(text), std::nullopt) << text;
}

}  // namespace

}  // namespace weir::spark
