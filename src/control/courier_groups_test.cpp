#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Courier groups, their runs, and the history of runs.
namespace weir::control {
namespace {

using ::testing::HasSubstr;

constexpr const char* all = "/api/v0/courier-groups";

class CourierGroupsTest : public ControlTest {
 protected:
  std::string body(const std::string& name, const std::string& more = "") {
    return R"({"name":")" + name + R"(","schedule":"30 2 * * *","time_zone":"Europe/Berlin",)" +
           R"("couriers":[{"courier_id":")" + courier_ + "\"}]" + more + "}";
  }
  std::string one(const json::object& group) { return std::string(all) + "/" + text(group, "id"); }

  std::string courier_ = new_courier();
};

TEST_F(CourierGroupsTest, AGroupIsAddedChangedCopiedSwitchedAndDeleted) {
  const auto group = created(all, body("Nightly"));
  EXPECT_EQ(get(one(group)), group);
  EXPECT_EQ(group.at("couriers").as_array()[0].at("offset_s"), 86'400) << "a complete day";
  EXPECT_EQ(text(group, "overlap"), "queue_one");
  EXPECT_EQ(group.at("catch_up_s"), 86'400);
  const auto changed =
      expect(200, send("PUT", one(group), body("Nightly", R"(,"overlap":"skip")")));
  EXPECT_EQ(text(changed, "overlap"), "skip");
  EXPECT_EQ(expect(200, send("POST", one(group) + "/deactivate")).at("active"), false);
  EXPECT_EQ(expect(200, send("POST", one(group) + "/activate")).at("active"), true);
  const auto copy = created(one(group) + "/copy", R"({"name":"Again"})");
  EXPECT_EQ(copy.at("active"), false);
  EXPECT_EQ(text(copy, "schedule"), "30 2 * * *");
  EXPECT_EQ(get(all).at("items").as_array().size(), 2U);
  EXPECT_EQ(send("DELETE", one(copy)).status, 204);
  EXPECT_EQ(send("GET", one(copy)).status, 404);
}

TEST_F(CourierGroupsTest, WhatIsWrongIsNamed) {
  const auto refused = [&](const std::string& more) {
    return refusal(400, send("POST", all, body("X", more)));
  };
  EXPECT_THAT(refused(R"(,"overlap":"never")"), HasSubstr("queue_one or skip"));
  EXPECT_THAT(refused(R"(,"catch_up_s":-1)"), HasSubstr("catch_up_s"));
  EXPECT_THAT(refused(R"(,"after_group":"cg-none")"), HasSubstr("cg-none"));
  EXPECT_THAT(refusal(400, send("POST", all, R"({"name":"X","couriers":[]})")),
              HasSubstr("\"couriers\""));
  EXPECT_THAT(
      refusal(400, send("POST", all,
                        R"({"name":"X","schedule":"61 * * * *","couriers":[{"courier_id":")" +
                            courier_ + "\"}]}")),
      HasSubstr("minute"));
  EXPECT_THAT(
      refusal(400, send("POST", all, R"({"name":"X","couriers":[{"courier_id":"cr-none"}]})")),
      HasSubstr("cr-none"));
  EXPECT_THAT(refusal(400, send("POST", all,
                                R"({"name":"X","couriers":[{"courier_id":")" + courier_ +
                                    R"(","as_soon_as_sealed":true,"offset_s":0}]})")),
              HasSubstr("offset_s"));
  created(all, body("Taken"));
  EXPECT_THAT(refusal(409, send("POST", all, body("Taken"))), HasSubstr("Taken"));
  EXPECT_THAT(refusal(409, send("DELETE", "/api/v0/couriers/" + courier_)), HasSubstr("Taken"));
}

TEST_F(CourierGroupsTest, TheNextTimesTellWhatTheyWouldLoad) {
  const auto group = created(all, body("Nightly"));
  const auto next =
      expect(200, send("POST", one(group) + "/next", R"({"after":"2027-03-26T12:00:00Z"})"));
  const auto& items = next.at("items").as_array();
  ASSERT_EQ(items.size(), 5U);
  const auto load = [&](std::size_t i) {
    const auto& first = items[i].at("loads").as_array().at(0).as_object();
    return text(first, "range_from") + ".." + text(first, "range_to");
  };
  EXPECT_EQ(load(0), "2027-03-26..2027-03-27");
  EXPECT_EQ(text(items[1].as_object(), "local"), "2027-03-29T02:30+02:00") << "the 28th is skipped";
  EXPECT_EQ(load(1), "2027-03-27..2027-03-29") << "the days since the run before";
  ASSERT_EQ(next.at("skipped").as_array().size(), 1U);
  EXPECT_EQ(text(next.at("skipped").as_array()[0].as_object(), "local"), "2027-03-28T02:30");
}

TEST_F(CourierGroupsTest, ARunByHandMayGoIntoTheShadows) {
  const auto group = created(all, body("Nightly"));
  const auto run = created(one(group) + "/runs", R"({"all":true,"shadow":true})");
  EXPECT_EQ(run.at("shadow"), true);
  const auto shown = get("/api/v0/workflow/runs/" + text(run, "id"));
  EXPECT_THAT(text(shown.at("notices").at(0).as_object(), "text"), HasSubstr("into the shadows"));
}

TEST_F(CourierGroupsTest, ARunByHandIsInTheHistory) {
  const auto group = created(all, body("Nightly"));
  const auto run = created(one(group) + "/runs", R"({"day":"2027-03-01"})");
  EXPECT_EQ(text(run, "kind"), "group");
  EXPECT_EQ(text(run, "state"), "scheduled");
  EXPECT_EQ(text(run, "group_id"), text(group, "id"));
  EXPECT_THAT(text(run, "started_by"), ::testing::StartsWith("tak-"));
  const auto automatic = created(one(group) + "/runs", "{}");
  EXPECT_TRUE(automatic.at("range_from").is_null());
  EXPECT_EQ(send("POST", one(group) + "/runs", R"({"day":"2027-03-01","all":true})").status, 400);
  const auto shown = get("/api/v0/workflow/runs/" + text(run, "id"));
  EXPECT_THAT(text(shown.at("notices").as_array().at(0).as_object(), "text"),
              HasSubstr("2027-03-01"));
  const auto found = [&](const std::string& query) {
    return get("/api/v0/workflow/runs?" + query).at("items").as_array().size();
  };
  EXPECT_EQ(found("kind=group"), 2U);
  EXPECT_EQ(found("kind=courier"), 0U);
  EXPECT_EQ(found("state=scheduled&text=night&started_by=" + text(run, "started_by")), 2U);
  EXPECT_EQ(found("state=failed"), 0U);
  EXPECT_EQ(found("group_id=" + text(group, "id")), 2U);
  EXPECT_THAT(refusal(400, send("GET", "/api/v0/workflow/runs?state=x")), HasSubstr("state"));
  EXPECT_THAT(refusal(400, send("GET", "/api/v0/workflow/runs?kind=x")), HasSubstr("kind"));
  EXPECT_THAT(refusal(409, send("DELETE", one(group))), HasSubstr("not over"));
  const auto stopped =
      expect(200, send("POST", "/api/v0/workflow/runs/" + text(run, "id") + "/stop"));
  EXPECT_EQ(text(stopped, "state"), "stopped");
}

}  // namespace
}  // namespace weir::control
