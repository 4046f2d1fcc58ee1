#include "cli/client/sender.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake/fake_server.hpp"

namespace weir::cli {
namespace {

using fake::Answer;
using fake::FakeServer;
using fake::Seen;
using std::chrono::milliseconds;

const Answer accepted{202, R"({"request_id":"R1"})"};

class SenderTest : public testing::Test {
 protected:
  /// Sends the numbers below `count` as payloads and returns their results.
  std::map<std::uint64_t, SendResult> send(const std::string& url, std::uint64_t count,
                                           std::uint32_t connections = 1) {
    const SendSettings settings{.access = {*parse_url(url), "the-token", "acme"},
                                .connections = connections,
                                .attempts_max = 3,
                                .backoff = {milliseconds(100), milliseconds(100)},
                                .sleep = [this](milliseconds time) {
                                  const std::lock_guard lock(mutex_);
                                  slept_.push_back(time);
                                }};
    std::map<std::uint64_t, SendResult> results;
    std::uint64_t at = 0;
    send_all(
        settings,
        [&]() -> std::optional<Outgoing> {
          if (at == count) return std::nullopt;
          const std::uint64_t index = at++;
          return Outgoing{index, "", "is-1", "application/json", std::to_string(index)};
        },
        [&](const Outgoing& payload, const SendResult& result) {
          results[payload.index] = result;
        });
    return results;
  }
  std::mutex mutex_;
  std::vector<milliseconds> slept_;
};

TEST_F(SenderTest, APayloadIsOnePostWithTokenTenantAndType) {
  FakeServer server([](const Seen&) { return accepted; });
  const auto results = send(server.url(), 1);
  EXPECT_TRUE(results.at(0).accepted);
  EXPECT_EQ(results.at(0).receipt, "R1");
  const Seen seen = server.seen().at(0);
  EXPECT_EQ(seen.method + " " + seen.target, "POST /stream/v0/data/is-1");
  EXPECT_EQ(seen.headers.at("authorization"), "Bearer the-token");
  EXPECT_EQ(seen.headers.at("x-amperity-tenant"), "acme");
  EXPECT_EQ(seen.headers.at("content-type"), "application/json");
  EXPECT_EQ(seen.body, "0");
}

TEST_F(SenderTest, EveryPayloadIsSentOnceOnKeptConnections) {
  FakeServer server([](const Seen&) { return accepted; });
  const auto results = send(server.url(), 200, 4);
  EXPECT_EQ(results.size(), 200U);
  std::vector<int> bodies;
  int connections = 0;
  for (const Seen& seen : server.seen()) {
    bodies.push_back(std::stoi(seen.body));
    connections = std::max(connections, seen.connection);
  }
  std::sort(bodies.begin(), bodies.end());
  ASSERT_EQ(bodies.size(), 200U);
  EXPECT_EQ(bodies.front(), 0);
  EXPECT_EQ(std::unique(bodies.begin(), bodies.end()), bodies.end());
  EXPECT_LE(connections, 4);
}

TEST_F(SenderTest, ABusyServerIsAskedAgainAfterWhatItAskedFor) {
  int asked = 0;
  FakeServer server([&](const Seen&) {
    return ++asked == 1 ? Answer{503, R"({"message":"busy"})", {{"Retry-After", "2"}}} : accepted;
  });
  const auto results = send(server.url(), 1);
  EXPECT_TRUE(results.at(0).accepted);
  EXPECT_EQ(results.at(0).tries, 2U);
  EXPECT_EQ(results.at(0).unanswered, 0U);
  ASSERT_EQ(slept_.size(), 1U);
  EXPECT_GE(slept_[0], milliseconds(2000));
}

TEST_F(SenderTest, ARefusedPayloadIsNotRepeated) {
  FakeServer server([](const Seen&) { return Answer{413, R"({"message":"over 254 KiB"})"}; });
  const auto results = send(server.url(), 1);
  EXPECT_FALSE(results.at(0).accepted);
  EXPECT_EQ(results.at(0).status, 413);
  EXPECT_EQ(results.at(0).message, "over 254 KiB");
  EXPECT_EQ(server.seen().size(), 1U);
}

TEST_F(SenderTest, ATryWithoutAnAnswerIsCountedAndRepeated) {
  int asked = 0;
  FakeServer server([&](const Seen&) { return ++asked == 1 ? Answer{.hang_up = true} : accepted; });
  const auto results = send(server.url(), 1);
  EXPECT_TRUE(results.at(0).accepted);
  EXPECT_EQ(results.at(0).unanswered, 1U);
  EXPECT_EQ(results.at(0).tries, 2U);
}

TEST_F(SenderTest, AServerThatIsNotThereIsGivenUpAfterTheLastTry) {
  std::string url;
  {
    url = FakeServer([](const Seen&) { return accepted; }).url();
  }
  const auto results = send(url, 1);
  EXPECT_FALSE(results.at(0).accepted);
  EXPECT_EQ(results.at(0).status, 0);
  EXPECT_EQ(results.at(0).unanswered, 0U) << "nothing was sent";
  EXPECT_EQ(slept_.size(), 2U);
  EXPECT_THAT(results.at(0).message, testing::HasSubstr("is `weir serve` running?"));
}

}  // namespace
}  // namespace weir::cli
