#include "control/live.hpp"

#include <gmock/gmock.h>

#include "catalog/alerts.hpp"
#include "control/control_fixture.hpp"

namespace weir::control {
namespace {

using ::testing::HasSubstr;

class LiveTest : public ControlTest {
 protected:
  std::variant<LiveGrant, http::Response> admit(const http::Request& request) {
    return api_.admit_live(request);
  }
  int refusal_of(const http::Request& request) {
    const auto admitted = admit(request);
    const auto* refused = std::get_if<http::Response>(&admitted);
    return refused ? refused->status : 0;
  }
  http::Request follow(const std::string& topics, const std::string& token) {
    return request("GET", "/api/v0/live?topics=" + topics, "", token);
  }
  std::vector<std::string> needs() {
    std::vector<std::string> kinds;
    const auto answer = get("/api/v0/needs-you");
    for (const auto& item : answer.at("items").as_array())
      kinds.push_back(text(item.as_object(), "kind"));
    return kinds;
  }
};

TEST_F(LiveTest, TopicsAreTheOnesAskedFor) {
  const std::string stream = new_stream();
  const auto admitted = admit(
      follow("rates,tail:" + stream + ",tail:" + stream + "%3Atotal%20%3E%201%2C5", acme_admin_));
  const auto* grant = std::get_if<LiveGrant>(&admitted);
  ASSERT_TRUE(grant);
  EXPECT_TRUE(grant->topics.rates);
  EXPECT_FALSE(grant->topics.runs);
  EXPECT_EQ(grant->caller.tenant, "acme");
  ASSERT_EQ(grant->topics.tails.size(), 2u);
  EXPECT_EQ(grant->topics.tails[0].stream_id, stream);
  EXPECT_EQ(grant->topics.tails[0].filter, "");
  EXPECT_EQ(grant->topics.tails[1].filter, "total > 1,5");
  EXPECT_EQ(grant->topics.tails[1].topic, "tail:" + stream + ":total > 1,5");
}

TEST_F(LiveTest, WhoMayNotReadPayloadsSeesNone) {
  const std::string stream = new_stream();
  EXPECT_EQ(refusal_of(follow("tail:" + stream, "")), 401);
  EXPECT_EQ(refusal_of(follow("tail:" + stream, rival_admin_)), 404);
  const std::string sender = mint(add_key("acme", {"streaming-ingest-api:write"}));
  for (const char* topic : {"rates", "runs", "needs-you"})
    EXPECT_EQ(refusal_of(follow(topic, sender)), 403) << topic;
  EXPECT_EQ(refusal_of(follow("tail:" + stream, sender)), 403);
}

TEST_F(LiveTest, WhatIsNoTopicIsSaid) {
  for (const char* topics : {"", "weather", "tail", "tail:is-unknown%", "rates,nothing"})
    EXPECT_EQ(refusal_of(follow(topics, acme_admin_)), 400) << topics;
  EXPECT_EQ(refusal_of(follow("tail:is-unknown", acme_admin_)), 404);
  const std::string stream = new_stream();
  EXPECT_EQ(refusal_of(follow("tail:" + stream + ":total%20%3E", acme_admin_)), 400);
  std::string many;
  for (int i = 0; i < 9; ++i)
    many += "tail:" + stream + ":" + std::to_string(i) + ",";
  EXPECT_EQ(refusal_of(follow(many, acme_admin_)), 400);
  EXPECT_EQ(refusal_of(request("POST", "/api/v0/live?topics=rates", "", acme_admin_)), 405);
}

TEST_F(LiveTest, ASessionFollowsUntilItIsOver) {
  const auto user = user_with({"datagrid-operator-read-only"});
  auto& users = catalog_->users();
  ASSERT_TRUE(users.start_session(user, stored_form("s"), "", sign_ins_.life()));
  const auto following = by_session(request("GET", "/api/v0/live?topics=runs", "", ""), "s");
  EXPECT_EQ(refusal_of(following), 0);
  ASSERT_TRUE(users.disable(acme_, user.id, "user-administration"));
  EXPECT_EQ(refusal_of(following), 401);
}

TEST_F(LiveTest, NothingNeedsAPersonAtFirst) {
  EXPECT_TRUE(needs().empty());
}

TEST_F(LiveTest, QuarantinedPayloadsNeedAPersonUntilTheyAreSettled) {
  const catalog::Stream aside = add_stream(acme_);
  catalog::BatchCommit quarantine;
  quarantine.checkpoint = Lsn{4096};
  quarantine.positions = {{aside.no, Sequence{1}, Sequence{3}, PayloadType::xml}};
  quarantine.quarantined = {quarantined(aside, 1), quarantined(aside, 2)};
  ASSERT_TRUE(commit(quarantine));
  const auto items = get("/api/v0/needs-you")["items"].as_array();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(text(items[0].as_object(), "object_id"), aside.id);
  EXPECT_EQ(items[0].as_object().at("count").as_int64(), 2);
  EXPECT_THAT(text(items[0].as_object(), "title"), HasSubstr("2 payloads"));
  for (const std::uint64_t sequence : {1, 2})
    expect(200, send("POST", "/api/v0/quarantine/" +
                                 std::string(view(encode_receipt(
                                     {aside.no, PartitionNo{0}, Sequence{sequence}}))) +
                                 "/drop"));
  EXPECT_TRUE(needs().empty());
}

TEST_F(LiveTest, AFailedRunNeedsAPersonUntilOneOfItsCourierSucceeds) {
  const std::string courier = new_courier();
  const auto run_to = [&](catalog::RunState state) {
    created("/api/v0/couriers/" + courier + "/runs", R"({"all":true})");
    const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
    ASSERT_TRUE(catalog_->runs().finish(claimed->lease, state, "Disk on fire."));
  };
  run_to(catalog::RunState::failed);
  run_to(catalog::RunState::failed);
  const auto items = get("/api/v0/needs-you")["items"].as_array();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(text(items[0].as_object(), "kind"), "failed_run");
  EXPECT_EQ(text(items[0].as_object(), "severity"), "failed");
  EXPECT_EQ(text(items[0].as_object(), "text"), "Disk on fire.");
  EXPECT_EQ(items[0].as_object().at("count").as_int64(), 2);
  run_to(catalog::RunState::succeeded);
  EXPECT_TRUE(needs().empty());
}

TEST_F(LiveTest, AnEndpointThatIsGoneNeedsWhoAdministersIt) {
  created("/api/v0/alerts", R"({"name":"A","channel":"webhook","target":"http://h"})");
  auto& alerts = catalog_->alerts();
  const auto endpoint = alerts.list(acme_, {}).value().items.front();
  ASSERT_TRUE(alerts.test(acme_, endpoint.id));
  const auto due = alerts.due(1).value();
  ASSERT_EQ(due.size(), 1u);
  catalog::AlertVerdict gone{.state = catalog::AlertMessageState::failed,
                             .next_attempt_at = {},
                             .others_wait_until = {},
                             .is_endpoint_gone = true};
  ASSERT_TRUE(alerts.settle(due[0].message.id, {clock_.now(), 410, "gone", 1}, gone));
  EXPECT_EQ(needs(), std::vector<std::string>{"alert_endpoint"});
  const std::string operator_token = mint(add_key("acme", {"datagrid:operate"}));
  EXPECT_TRUE(expect(200, send(request("GET", "/api/v0/needs-you", "", operator_token)))["items"]
                  .as_array()
                  .empty());
}

TEST_F(LiveTest, TheServersOwnTroubleNeedsAPerson) {
  health_checks_ = {{"disk", HealthCheck::State::alarm, "full: /srv/weir/data/log"},
                    {"log", HealthCheck::State::ok, ""}};
  conservation_->differences.push_back({.stream = StreamNo{1}, .what = "1 missing"});
  const auto items = get("/api/v0/needs-you")["items"].as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(text(items[0].as_object(), "kind"), "conservation");
  EXPECT_EQ(text(items[1].as_object(), "id"), "health:disk");
  EXPECT_EQ(text(items[1].as_object(), "text"), "full: log");
}

}  // namespace
}  // namespace weir::control
