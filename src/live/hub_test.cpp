#include "live/hub.hpp"

#include <thread>

#include <gmock/gmock.h>

#include "http/server_fixture.hpp"

namespace weir::live {
namespace {

using ::testing::HasSubstr;

/// A hub on a real server, to which a test says what is sent.
class HubTest : public http::ServerTest {
 protected:
  void serve(std::uint64_t connections_max = limits::live_connections_max) {
    hub_ = std::make_unique<Hub>(Hub::Options{
        .admit = [this](const http::Request&) -> std::variant<control::LiveGrant, http::Response> {
          if (is_over_) return http::Response{401, "application/json", R"({"status":401})"};
          return control::LiveGrant{};
        },
        .now = [] { return std::string("now"); },
        .on_answer =
            [this](const http::Request&, const http::Response& response) {
              if (response.status == 200) ++begun_;
            },
        .connections_max = connections_max,
        .check = std::chrono::milliseconds(20)});
    options_.timeouts.tick = std::chrono::milliseconds(5);
    server_ = std::make_unique<http::Server>(
        options_, std::vector<http::Route>{{"", hub_->responder()}}, random_);
    ASSERT_TRUE(server_->start());
  }
  void TearDown() override { server_.reset(); }  // before the hub
  std::unique_ptr<http::LoopbackClient> follow(const std::string& last_id = "") {
    auto client = std::make_unique<http::LoopbackClient>(port());
    client->send("GET /api/v0/live HTTP/1.1\r\nHost: h\r\n" +
                 (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n") + "\r\n");
    EXPECT_EQ(client->read(true).status, 200);
    return client;
  }
  void send(const std::string& event, std::uint64_t payloads) {
    const auto shared = std::make_shared<const std::string>(event);
    std::vector<Hub::Message> messages;
    for (const auto& follower : *hub_->followers())
      messages.push_back({.to = follower, .event = shared, .payloads = payloads});
    hub_->send(std::move(messages));
  }
  template <class Condition>
  static bool comes_true(const Condition& condition) {
    for (int i = 0; i < 5000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

  std::atomic<bool> is_over_{false};
  std::atomic<int> begun_{0};
  std::unique_ptr<Hub> hub_;
};

TEST_F(HubTest, WhatIsSentArrivesAndIsCounted) {
  serve();
  auto client = follow();
  send("data: 1\n\n", 1);
  client->read_bytes(std::string("retry: 1000\n\n").size());
  EXPECT_EQ(client->read_bytes(9), "data: 1\n\n");
  EXPECT_EQ(begun_, 1);
  EXPECT_EQ(hub_->counts().open, 1u);
  EXPECT_EQ(hub_->counts().events, 1u);
}

TEST_F(HubTest, MoreThanMayFollowAreToldToTryAgain) {
  serve(2);
  auto first = follow();
  auto second = follow();
  EXPECT_TRUE(comes_true([&] { return hub_->counts().open == 2; }));
  http::LoopbackClient third(port());
  third.send(get("/api/v0/live"));
  const http::ReadReply refused = third.read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.contains("Retry-After"));
  EXPECT_EQ(hub_->counts().refused, 1u);
}

TEST_F(HubTest, ASlowClientLosesPayloadsFirstAndIsToldHowMany) {
  serve();
  auto client = follow();
  EXPECT_TRUE(comes_true([&] { return hub_->counts().open == 1; }));
  const std::string event = "data: " + std::string(128 * limits::kib, 'x') + "\n\n";
  std::uint64_t sent = 0;
  EXPECT_TRUE(comes_true([&] {
    send(event, 3);
    ++sent;
    return hub_->counts().payloads_lost >= 30;
  }));
  const auto is_settled = [&] {
    return hub_->counts().events + hub_->counts().payloads_lost / 3 == sent;
  };
  EXPECT_TRUE(comes_true(is_settled));
  const auto [open, events, lost, dropped, refused] = hub_->counts();
  EXPECT_EQ(open, 1u);
  send("data: a state\n\n", 0);
  const std::string end =
      "event: lost\ndata: {\"payloads\":" + std::to_string(lost) + "}\n\ndata: a state\n\n";
  const std::string read = client->read_bytes(std::string("retry: 1000\n\n").size() +
                                              events * event.size() + end.size());
  EXPECT_TRUE(read.ends_with(end)) << read.substr(read.size() - 100);
}

TEST_F(HubTest, AClientForWhichEvenStatesPileUpIsDropped) {
  serve();
  auto client = follow();
  EXPECT_TRUE(comes_true([&] { return hub_->counts().open == 1; }));
  const std::string event = "data: " + std::string(256 * limits::kib, 'x') + "\n\n";
  EXPECT_TRUE(comes_true([&] {
    send(event, 0);
    return hub_->counts().open == 0;
  }));
  EXPECT_EQ(hub_->counts().dropped, 1u);
}

TEST_F(HubTest, WhoComesBackSaysSinceWhen) {
  serve();
  auto client = follow("0.4096;1.7");
  EXPECT_TRUE(comes_true([&] { return hub_->counts().open == 1; }));
  EXPECT_EQ(hub_->followers()->front()->last_event_id, "0.4096;1.7");
}

TEST_F(HubTest, WhoMayNoLongerFollowIsToldAndOut) {
  serve();
  auto client = follow();
  is_over_ = true;
  EXPECT_THAT(client->read_bytes(1000), HasSubstr("event: end\ndata: {\"status\":401}\n\n"));
  EXPECT_TRUE(client->at_end());
  EXPECT_TRUE(comes_true([&] { return hub_->counts().open == 0; }));
}

}  // namespace
}  // namespace weir::live
