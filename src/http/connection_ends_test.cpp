#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "http/server_fixture.hpp"

/// How clients leave, and that nothing of them stays behind.
namespace weir::http {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds patience{5};  // far less than any timeout of the server

class ConnectionEndsTest : public ServerTest {
 protected:
  /// Whether no connection and no memory of one is left soon.
  bool is_forgotten() const {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      const ServerStats stats = server_->stats();
      if (stats.connections_open == 0 && stats.large_body_bytes == 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  void wait_for_connections(std::uint64_t count) const {
    while (server_->stats().connections_accepted < count)
      std::this_thread::yield();
  }
  static std::string head(std::size_t bytes) {
    return "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  }
  const std::string chunked_head_ =
      "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
};

TEST_F(ConnectionEndsTest, AClientThatClosesInTheMiddleOfABodyLeavesNothingBehind) {
  start();
  std::uint64_t clients = 0;
  for (const std::string& cut : std::vector<std::string>{
           head(10) + "abc", head(10), head(90'000) + std::string(50'000, 'x'),
           chunked_head_ + "5\r\nabc", get("/later/a") + head(10) + "abc",
           "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"}) {
    {
      LoopbackClient client(port());
      client.send(cut);
      if (cut.starts_with("GET")) backroom_.let_go({"a"});
    }
    wait_for_connections(++clients);
    EXPECT_TRUE(is_forgotten()) << cut;
  }
}

TEST_F(ConnectionEndsTest, AClientThatEndsABodyEarlyAndListensIsToldSoAfterItsOtherReplies) {
  start();
  LoopbackClient client(port());
  client.send(get("/later/a") + head(10) + "abc");
  client.end_sending();
  backroom_.let_go({"a"});
  EXPECT_EQ(client.read().body, "a");
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("ended before the request's body was whole"));
  EXPECT_TRUE(client.at_end());
  EXPECT_TRUE(is_forgotten());
}

TEST_F(ConnectionEndsTest, AConnectionThatBreaksWhileItsLastRequestIsAnsweredIsForgottenAtOnce) {
  start();
  LoopbackClient client(port());
  client.send(get("/later/a", "Connection: close\r\n"));
  backroom_.wait_for("a");
  client.reset();
  EXPECT_TRUE(is_forgotten());
  backroom_.let_go({"a"});
}

TEST_F(ConnectionEndsTest, ARefusedBodyGivesItsMemoryBackWhileOtherRepliesAreAwaited) {
  start();
  LoopbackClient client(port());
  client.send(get("/later/a") + chunked_head_ + "C350\r\n" + std::string(50'000, 'x') + "bad");
  backroom_.wait_for("a");
  wait_for_connections(1);
  const auto until = std::chrono::steady_clock::now() + patience;
  const auto is_refused_and_given_back = [&] {
    const auto stats = server_->stats();
    return stats.replies[StatusCounters::index_of(400)] > 0 && stats.large_body_bytes == 0;
  };
  while (!is_refused_and_given_back() && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  EXPECT_TRUE(is_refused_and_given_back());
  backroom_.let_go({"a"});
  EXPECT_EQ(client.read().body, "a");
  EXPECT_EQ(client.read().status, 400);
}

TEST_F(ConnectionEndsTest, StopDoesNotWaitForClientsThatLeftInTheMiddle) {
  options_.timeouts.grace = std::chrono::seconds(60);
  start();
  {
    LoopbackClient client(port());
    client.send(head(10) + "abc");
    wait_for_connections(1);
  }
  const auto begun = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, patience);
}

}  // namespace
}  // namespace weir::http
