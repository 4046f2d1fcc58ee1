#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Endpoints of alerts and their messages, over the API.
namespace weir::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class AlertsApiTest : public ControlTest {
 protected:
  json::object add(const std::string& more = "") {
    return created(
        "/api/v0/alerts",
        R"({"name":"Ops","channel":"webhook","target":"https://h.example.org/x")" + more + "}");
  }
  std::string refused(const std::string& body) {
    return refusal(400, send("POST", "/api/v0/alerts", body));
  }
  static std::vector<std::string> texts(const json::value& array) {
    std::vector<std::string> out;
    for (const json::value& one : array.as_array())
      out.emplace_back(one.as_string());
    return out;
  }
};

TEST_F(AlertsApiTest, TheSecretOfAWebhookIsShownOnce) {
  const auto added = add();
  const std::string id = text(added, "id");
  EXPECT_THAT(id, StartsWith("al-"));
  EXPECT_THAT(text(added, "secret"), StartsWith("whsec_"));
  EXPECT_THAT(texts(added.at("kinds")), Not(::testing::Contains("success")));
  for (const std::string& path : {std::string("/api/v0/alerts"), "/api/v0/alerts/" + id})
    EXPECT_THAT(send("GET", path).body, Not(HasSubstr("whsec_")));
  const auto updated = send("PUT", "/api/v0/alerts/" + id, R"({"name":"n","target":"http://h"})");
  EXPECT_THAT(updated.body, Not(HasSubstr("whsec_")));
  EXPECT_FALSE(
      created("/api/v0/alerts", R"({"name":"M","channel":"email","target":"ops@example.org"})")
          .contains("secret"));
}

TEST_F(AlertsApiTest, WhatCannotBeIsRefusedWithItsField) {
  EXPECT_THAT(refused(R"({"name":"a","channel":"sms","target":"1"})"), HasSubstr("\"channel\""));
  EXPECT_THAT(refused(R"({"name":"a","channel":"email","target":"a@b","kinds":["test"]})"),
              HasSubstr("\"kinds\""));
  EXPECT_THAT(refused(R"({"name":"a","channel":"email","target":"a@b","only":["df-1"]})"),
              HasSubstr("\"only\""));
  EXPECT_THAT(refused(R"({"name":"a","channel":"email","target":"a@b","only":["cr-1 cr-2"]})"),
              HasSubstr("\"only\""));
  alert_check_ = fail(Errc::bad_request, "\"target\" is none.");
  EXPECT_THAT(refused(R"({"name":"a","channel":"webhook","target":"x"})"), HasSubstr("target"));
}

TEST_F(AlertsApiTest, AnEndpointIsChangedSwitchedOffAndDeleted) {
  const std::string path = "/api/v0/alerts/" + text(add(), "id");
  const auto changed = expect(
      200, send("PUT", path,
                R"({"name":"B","target":"http://h/y","kinds":["success"],"only":["cr-1"]})"));
  EXPECT_EQ(text(changed, "target"), "http://h/y");
  EXPECT_THAT(texts(changed.at("kinds")), ElementsAre("success"));
  EXPECT_THAT(texts(changed.at("only")), ElementsAre("cr-1"));
  const auto off =
      expect(200, send("PUT", path, R"({"name":"B","target":"http://h/y","active":false})"));
  EXPECT_EQ(text(off, "state"), "off");
  EXPECT_THAT(refusal(409, send("POST", path + "/test")), HasSubstr("Activate"));
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(send("GET", path).status, 404);
}

TEST_F(AlertsApiTest, MessagesAreListedWithTheirTriesAndDeliveredAgain) {
  const std::string path = "/api/v0/alerts/" + text(add(), "id");
  const auto message = created(path + "/test", "");
  EXPECT_EQ(text(message, "type"), "test");
  const std::string id = text(message, "id");
  ASSERT_TRUE(catalog_->alerts().settle(
      id, {.at = clock_.now(), .status = 500, .error = "the answer was 500", .duration_ms = 7},
      {.state = catalog::AlertMessageState::failed}));
  EXPECT_EQ(get(path + "/deliveries?state=failed").at("items").as_array().size(), 1u);
  EXPECT_TRUE(get(path + "/deliveries?state=pending").at("items").as_array().empty());
  EXPECT_EQ(send("GET", path + "/deliveries?state=lost").status, 400);
  const auto one = get("/api/v0/alert-deliveries/" + id);
  const auto& tries = one.at("history").as_array();
  ASSERT_EQ(tries.size(), 1u);
  EXPECT_EQ(tries[0].at("status"), 500);
  EXPECT_EQ(tries[0].at("duration_ms"), 7);
  const auto again = expect(200, send("POST", "/api/v0/alert-deliveries/" + id + "/redeliver"));
  EXPECT_EQ(text(again, "state"), "pending");
  EXPECT_EQ(text(again, "id"), id);
}

TEST_F(AlertsApiTest, ARunThatFailedIsToldWithoutTheServersPaths) {
  const std::string path = "/api/v0/alerts/" + text(add(), "id");
  const auto run =
      created("/api/v0/couriers/" + new_courier() + "/runs", R"({"day":"2027-03-02"})");
  const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(15)).value().value();
  ASSERT_TRUE(catalog_->runs().finish(claimed.lease, catalog::RunState::failed,
                                      "/srv/weir/data/store/a.ndjson is gone"));
  const auto items = get(path + "/deliveries").at("items").as_array();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(text(items[0].as_object(), "run_id"), text(run, "id"));
  EXPECT_EQ(text(items[0].as_object(), "text"), "store/a.ndjson is gone");
}

}  // namespace
}  // namespace weir::control
