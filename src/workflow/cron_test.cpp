#include "workflow/cron.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::workflow {
namespace {

Day day(const std::string& text) {
  return *parse_day(text);
}

TEST(Cron, TheTwoFieldsOfDaysMeetAsInVixiesCron) {
  // 2027-03-01 is a Monday.
  const auto either = *Cron::parse("0 0 15 * mon");
  EXPECT_TRUE(either.on_day(day("2027-03-01")));
  EXPECT_TRUE(either.on_day(day("2027-03-15")));
  EXPECT_TRUE(either.on_day(day("2027-04-15")));  // a Thursday
  EXPECT_FALSE(either.on_day(day("2027-04-16")));
  const auto both = *Cron::parse("0 0 */2 * 1");
  EXPECT_TRUE(both.on_day(day("2027-03-01")));
  EXPECT_FALSE(both.on_day(day("2027-03-03")));  // odd, but a Wednesday
  EXPECT_FALSE(both.on_day(day("2027-03-08")));  // a Monday, but even
}

TEST(Cron, NamesRangesStepsAndListsAreRead) {
  const auto cron = *Cron::parse("\t*/20,7  9-17/4 * JAN-mar,Dec Sun,5-7");
  EXPECT_TRUE(cron.at_minute(0) && cron.at_minute(7) && cron.at_minute(20) && cron.at_minute(40));
  EXPECT_FALSE(cron.at_minute(59));
  EXPECT_TRUE(cron.at_hour(9) && cron.at_hour(13) && cron.at_hour(17));
  EXPECT_FALSE(cron.at_hour(10));
  EXPECT_TRUE(cron.on_day(day("2027-02-28")));   // Sunday
  EXPECT_TRUE(cron.on_day(day("2027-12-03")));   // Friday
  EXPECT_FALSE(cron.on_day(day("2027-12-02")));  // Thursday
  EXPECT_FALSE(cron.on_day(day("2027-04-04")));  // April
  EXPECT_TRUE(Cron::parse("* * * * 7")->on_day(day("2027-02-28")));
}

TEST(Cron, ABadScheduleNamesItsPart) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {"", "five fields"},
      {"* * * *", "this one has 4"},
      {"* * * * * *", "this one has 6"},
      {"60 * * * *", "The minute \"60\""},
      {"-1 * * * *", "The minute \"-1\""},
      {"* 24 * * *", "The hour \"24\""},
      {"* * 0 * *", "The day of month \"0\""},
      {"* * 32 * *", "The day of month \"32\""},
      {"* * * 13 *", "The month \"13\""},
      {"* * * * 8", "The day of week \"8\""},
      {"* * * * mondays", "or a name such as mon"},
      {"* * * mo *", "or a name such as feb"},
      {"jan * * * *", "The minute \"jan\""},
      {"5-1 * * * *", "ends before it begins"},
      {"5/15 * * * *", "write \"5-59/15\""},
      {"*/0 * * * *", "above 0"},
      {"*/ * * * *", "above 0"},
      {"*/5/5 * * * *", "more than one step"},
      {"1, * * * *", "which is no value of it"},
      {"1-2-3 * * * *", "which is no value of it"},
      {"** * * * *", "which is no value of it"},
      {"+5 * * * *", "which is no value of it"},
      {"5x * * * *", "which is no value of it"},
      {"* * 30 2 *", "never meet"},
      {"* * 31 4,6 */2", "never meet"},
      {"@daily", "five fields"},
  };
  for (const auto& one : cases) {
    const auto cron = Cron::parse(one.text);
    ASSERT_FALSE(cron) << one.text;
    EXPECT_EQ(cron.error().code, Errc::bad_request);
    EXPECT_NE(cron.error().message.find(one.says), std::string::npos) << cron.error().message;
  }
  EXPECT_TRUE(Cron::parse("* * 30 2 1"));  // on Mondays of February
  EXPECT_TRUE(Cron::parse("* * 29 2 *"));
}

TEST(Cron, AStepLargerThanItsFieldIsTheFirstValueAlone) {
  const auto cron = *Cron::parse("10-59/2000000000 * * * *");
  EXPECT_TRUE(cron.at_minute(10));
  EXPECT_FALSE(cron.at_minute(11));
  EXPECT_FALSE(Cron::parse("*/99999999999 * * * *"));
}

}  // namespace
}  // namespace weir::workflow
