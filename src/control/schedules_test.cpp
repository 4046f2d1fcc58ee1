#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

namespace weir::control {
namespace {

using ::testing::HasSubstr;

class SchedulesTest : public ControlTest {
 protected:
  http::Response next(const std::string& body) {
    return send("POST", "/api/v0/schedules/next", body);
  }
};

TEST_F(SchedulesTest, TheNextTimesAreToldWithWhatDaylightSavingSkipsAndDoubles) {
  const auto spring = expect(200, next(R"({"schedule":"30 2 * * *","time_zone":"Europe/Berlin",
      "after":"2027-03-27T12:00:00Z","count":1})"));
  EXPECT_EQ(json::serialize(spring),
            R"({"items":[{"at":"2027-03-29T00:30:00.000000Z","local":"2027-03-29T02:30+02:00"}],)"
            R"("skipped":[{"at":"2027-03-28T01:00:00.000000Z","local":"2027-03-28T02:30"}]})");
  const auto autumn = expect(200, next(R"({"schedule":"30 2 * * *","time_zone":"Europe/Berlin",
      "after":"2027-10-30T12:00:00Z","count":2})"));
  EXPECT_EQ(text(autumn.at("items").as_array()[0].as_object(), "doubled"), "first");
  EXPECT_EQ(text(autumn.at("items").as_array()[1].as_object(), "at"),
            "2027-10-31T01:30:00.000000Z");
}

TEST_F(SchedulesTest, ItIsFiveTimesOfUtcFromNowUnlessSaidOtherwise) {
  const auto told = expect(200, next(R"({"schedule":"* * * * *"})"));
  ASSERT_EQ(told.at("items").as_array().size(), 5U);
  EXPECT_TRUE(text(told.at("items").as_array()[0].as_object(), "local").ends_with("+00:00"));
}

TEST_F(SchedulesTest, ABadScheduleOrZoneIsNamed) {
  EXPECT_THAT(refusal(400, next(R"({"schedule":"61 * * * *"})")), HasSubstr("The minute \"61\""));
  EXPECT_THAT(refusal(400, next(R"({"schedule":"* * * * *","time_zone":"Mars"})")),
              HasSubstr("Mars"));
  EXPECT_EQ(next(R"({"schedule":"* * * * *","count":0})").status, 400);
  EXPECT_EQ(next("{}").status, 400);
}

}  // namespace
}  // namespace weir::control
