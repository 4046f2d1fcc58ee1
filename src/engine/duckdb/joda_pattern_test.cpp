#include "engine/duckdb/joda_pattern.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.hpp"

namespace weir::engine {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string read(std::string_view pattern, std::string_view text) {
  const auto compiled = JodaPattern::parse(pattern);
  if (!compiled) return compiled.error().message;
  const auto moment = compiled->read(text);
  return moment ? to_string(Time(std::chrono::microseconds(moment->utc_us()))) : "none";
}

TEST(JodaPattern, LettersMeanWhatTheyMeanInJoda) {
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2024-01-31T14:05:06.007+0200"),
            "2024-01-31T12:05:06.007000Z");
  EXPECT_EQ(read("EEE, d MMM yyyy hh:mm a", "Wed, 31 January 2024 12:05 am"),
            "2024-01-31T00:05:00.000000Z");
  EXPECT_EQ(read("EEEE MMMM d yy", "wednesday jan 31 24"), "2024-01-31T00:00:00.000000Z");
  EXPECT_EQ(read("yyyyMMddHHmmss", "20240131140506"), "2024-01-31T14:05:06.000000Z");
  EXPECT_EQ(read("kk:mm K a yyyy", "24:05 3 PM 2024"), "2024-01-01T15:05:00.000000Z");
  EXPECT_EQ(read("M/d/yyyy H:m", "1/3/2024 4:5"), "2024-01-03T04:05:00.000000Z");
  EXPECT_EQ(read("yyyy-MM-dd HH:mm z", "2024-07-01 10:00 PDT"), "2024-07-01T17:00:00.000000Z");
  EXPECT_EQ(read("'day' dd''MM''yyyy", "day 31'01'2024"), "2024-01-31T00:00:00.000000Z");
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm:ssXXX", "2024-01-31T14:05:06-01:00"),
            "2024-01-31T15:05:06.000000Z");
}

TEST(JodaPattern, UpperCaseYearsAreYears) {
  EXPECT_EQ(read("YYYY-MM-dd", "2024-12-30"), "2024-12-30T00:00:00.000000Z");
}

TEST(JodaPattern, TheWholeTextMustFit) {
  EXPECT_EQ(read("yyyy-MM-dd", "2024-01-31 "), "none");
  EXPECT_EQ(read("yyyy-MM-dd", "24-01-31"), "none");
  EXPECT_EQ(read("yyyy-MM-dd", "2024-02-30"), "none");
  EXPECT_EQ(read("yyyyMMdd", "2024131"), "none");
  EXPECT_EQ(read("HH:mm", "25:00"), "none");
  EXPECT_EQ(read("hh:mm a", "13:00 PM"), "none");
  EXPECT_EQ(read("dd MMM", "31 Foo"), "none");
  EXPECT_EQ(read("ss.SSS", "06.0071"), "none");
}

TEST(JodaPattern, AnUnknownLetterIsNamedWithItsPlace) {
  EXPECT_THAT(read("yyyy-'W'ww", ""),
              AllOf(HasSubstr("the letter w at 9"), HasSubstr("use y M d")));
  EXPECT_THAT(read("yyyy-MM-dd'T", ""), HasSubstr("quote at 11"));
  EXPECT_THAT(read("", ""), HasSubstr("empty"));
}

}  // namespace
}  // namespace weir::engine
