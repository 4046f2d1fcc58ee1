#include "engine/spark/joda_pattern.hpp"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.hpp"

namespace weir::spark {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string read(std::string_view pattern, std::string_view text, int this_year = 2026) {
  const auto compiled = JodaPattern::parse(pattern);
  if (!compiled) return compiled.error().message;
  const auto moment = compiled->read(text, this_year);
  const auto us = moment ? moment->utc() : std::nullopt;
  return us ? to_string(Time(std::chrono::microseconds(us->us))) : "none";
}

TEST(JodaPattern, LettersMeanWhatTheyMeanInJoda) {
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2024-01-31T14:05:06.007+0200"),
            "2024-01-31T12:05:06.007000Z");
  EXPECT_EQ(read("EEE, d MMM yyyy hh:mm a", "Wed, 31 January 2024 12:05 am"),
            "2024-01-31T00:05:00.000000Z");
  EXPECT_EQ(read("EEEE MMMM d yy", "wednesday jan 31 24"), "2024-01-31T00:00:00.000000Z");
  EXPECT_EQ(read("yyyyMMddHHmmss", "20240131140506"), "2024-01-31T14:05:06.000000Z");
  EXPECT_EQ(read("kk:mm yyyy", "24:05 2024"), "2024-01-01T00:05:00.000000Z");
  EXPECT_EQ(read("M/d/yyyy H:m", "1/3/2024 4:5"), "2024-01-03T04:05:00.000000Z");
  EXPECT_EQ(read("yyyy-MM-dd HH:mm z", "2024-07-01 10:00 PDT"), "2024-07-01T17:00:00.000000Z");
  EXPECT_EQ(read("'day' dd''MM''yyyy", "day 31'01'2024"), "2024-01-31T00:00:00.000000Z");
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm:ssXXX", "2024-01-31T14:05:06-01:00"),
            "2024-01-31T15:05:06.000000Z");
}

TEST(JodaPattern, UpperCaseYearsAreYears) {
  EXPECT_EQ(read("YYYY-MM-dd", "2024-12-30"), "2024-12-30T00:00:00.000000Z");
}

/// The years that two digits mean, from the earliest to the latest.
std::string years_of_two_digits(int this_year) {
  int first = 9999;
  int last = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string digits = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
    const int year = std::stoi(read("MM/dd/yy", "01/02/" + digits, this_year).substr(0, 4));
    EXPECT_EQ(year % 100, i);
    first = std::min(first, year);
    last = std::max(last, year);
  }
  return std::to_string(first) + " " + std::to_string(last);
}

TEST(JodaPattern, TwoDigitsOfAYearMeanWhatTheyMeanInJoda) {
  // Recorded from Joda-Time 2.12.7 with its clock set to these years.
  EXPECT_EQ(years_of_two_digits(1999), "1919 2018");
  EXPECT_EQ(years_of_two_digits(2026), "1946 2045");
  EXPECT_EQ(years_of_two_digits(2027), "1947 2046");
  EXPECT_EQ(years_of_two_digits(2046), "1966 2065");
  EXPECT_EQ(read("yyMMdd", "680102"), "1968-01-02T00:00:00.000000Z");
  EXPECT_EQ(read("dd-MMM-YY", "05-Jan-46"), "1946-01-05T00:00:00.000000Z");
  EXPECT_EQ(read("dd-MMM-yy", "29-Feb-00"), "2000-02-29T00:00:00.000000Z");
  EXPECT_EQ(read("dd-MMM-yy", "29-Feb-46"), "none");
}

TEST(JodaPattern, AYearOfManyDigitsIsThatYearOrNone) {
  EXPECT_EQ(read("yyyyy-MM-dd", "12068-01-02"), "+12068-01-02T00:00:00.000000Z");
  EXPECT_EQ(read("yyyyyy-MM-dd", "294247-01-10"), "+294247-01-10T00:00:00.000000Z");
  EXPECT_EQ(read("yyyyyy-MM-dd", "294248-01-01"), "none");
  EXPECT_EQ(read("yyyyyyyyyyyy-MM-dd", "429496729601-01-02"), "none");
  EXPECT_EQ(read("yyyy-MM-dd", "99999-12-31"), "+99999-12-31T00:00:00.000000Z");
  EXPECT_EQ(read("yyyyMMdd", "999991231"), "none");
}

TEST(JodaPattern, TheWholeTextMustFit) {
  EXPECT_EQ(read("yyyy-MM-dd", "2024-01-31 "), "none");
  EXPECT_EQ(read("yyyy-MM-dd", "24-01-31"), "0024-01-31T00:00:00.000000Z");
  EXPECT_EQ(read("yyyy-MM-dd", "2024-02-30"), "none");
  EXPECT_EQ(read("yyyyMMdd", "2024131"), "none");
  EXPECT_EQ(read("HH:mm", "25:00"), "none");
  EXPECT_EQ(read("hh:mm a", "13:00 PM"), "none");
  EXPECT_EQ(read("dd MMM", "31 Foo"), "none");
  EXPECT_EQ(read("ss.SSS", "06.0071"), "none");
}

TEST(JodaPattern, AnUnknownLetterIsNamedWithItsPlace) {
  EXPECT_THAT(read("yyyy-'W'qq", ""),
              AllOf(HasSubstr("the letter q at 9"), HasSubstr("use G C y")));
  EXPECT_THAT(read("HH:mm zzzz", ""), AllOf(HasSubstr("zzzz at 7"), HasSubstr("use z")));
  EXPECT_THAT(read("yyyy-MM-dd'T", ""), HasSubstr("quote at 11"));
  EXPECT_THAT(read("", ""), HasSubstr("empty"));
}

}  // namespace
}  // namespace weir::spark
