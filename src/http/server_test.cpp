#include "http/server.hpp"

#include <thread>

#include <gmock/gmock.h>

#include "http/server_fixture.hpp"

namespace weir::http {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST_F(ServerTest, AConnectionIsKeptAndAnswersOneAfterTheOther) {
  start();
  LoopbackClient client(port());
  for (int i = 0; i < 3; ++i) {
    client.send(post("/a", "body"));
    const auto reply = client.read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "/a body");
    EXPECT_EQ(reply.headers.at("Content-Type"), "text/plain");
  }
  EXPECT_EQ(server_->stats().connections_accepted, 1u);
  EXPECT_EQ(server_->stats().replies[StatusCounters::index_of(200)], 3u);
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrderWhoeverIsReadyFirst) {
  start();
  LoopbackClient client(port());
  client.send(get("/later/a") + get("/1") + get("/later/b") + get("/2") + get("/later/c"));
  backroom_.let_go({"c"});
  backroom_.let_go({"b"});
  backroom_.let_go({"a"});
  for (const char* body : {"a", "/1 ", "b", "/2 ", "c"})
    EXPECT_EQ(client.read().body, body);
}

TEST_F(ServerTest, MorePipelinedRequestsThanSlotsWaitTheirTurn) {
  start();
  LoopbackClient client(port());
  constexpr int requests = 5 * limits::pipelined_requests_max;
  client.send(get("/later/first"));
  std::string all;
  for (int i = 0; i < requests; ++i)
    all += post("/" + std::to_string(i), std::string(100, 'x'));
  client.send(all);
  backroom_.let_go({"first"});
  EXPECT_EQ(client.read().body, "first");
  for (int i = 0; i < requests; ++i)
    ASSERT_THAT(client.read().body, HasSubstr("/" + std::to_string(i) + " x"));
}

TEST_F(ServerTest, AClientThatReadsLateGetsEverything) {
  start();
  LoopbackClient client(port());
  const std::string body(90'000, 'y');
  std::jthread sender([&] {
    for (int i = 0; i < 100; ++i)
      client.send(post("/echo", body));
  });
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(client.read().body.size(), body.size() + 6);
  EXPECT_EQ(server_->stats().large_body_bytes, 0u);
}

TEST_F(ServerTest, ConnectionCloseIsHonouredAndSaid) {
  start();
  LoopbackClient client(port());
  client.send(get("/a", "Connection: close\r\n") + get("/never"));
  const auto reply = client.read();
  EXPECT_EQ(reply.body, "/a ");
  EXPECT_EQ(reply.headers.at("Connection"), "close");
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, OldClientsAreClosedUnlessTheyAskToBeKept) {
  start();
  LoopbackClient kept(port());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.read().headers.at("Connection"), "keep-alive");
  }
  LoopbackClient plain(port());
  plain.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(plain.read().headers.at("Connection"), "close");
  EXPECT_TRUE(plain.at_end());
}

TEST_F(ServerTest, HeadIsAnsweredWithoutABody) {
  start();
  LoopbackClient client(port());
  client.send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));
  const auto reply = client.read(true);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("Content-Length"), "5");
  EXPECT_EQ(client.read().body, "/next ");
}

TEST_F(ServerTest, WhatIsNotHttpIsAnsweredAndTheConnectionCloses) {
  start();
  LoopbackClient client(port());
  client.send(get("/later/a") + "nonsense\r\n\r\n" + get("/smuggled"));
  backroom_.let_go({"a"});
  EXPECT_EQ(client.read().body, "a");
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.headers.at("Connection"), "close");
  EXPECT_EQ(reply.headers.at("Content-Type"), "application/json");
  EXPECT_THAT(reply.body, MatchesRegex(R"(\{"status":400,"message":"The request is not valid )"
                                       R"(HTTP/1.1: .*","request_id":"0001020304050607-0-1"\})"));
  client.end_sending();
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, AnOversizedHeadIsA431) {
  start();
  LoopbackClient client(port());
  client.send(get("/", "X: " + std::string(limits::header_bytes_max, 'x') + "\r\n"));
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 431);
  EXPECT_EQ(reply.headers.at("Connection"), "close");
  EXPECT_FALSE(reply.headers.contains("Retry-After"));
}

TEST_F(ServerTest, TooManyHeadersAreA431) {
  start();
  LoopbackClient client(port());
  std::string lines;
  for (std::uint32_t i = 0; i < limits::header_fields_max; ++i)
    lines += "X: y\r\n";
  client.send(get("/", lines));
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 431);
  EXPECT_THAT(reply.body, HasSubstr("more than 100 header fields"));
  client.end_sending();
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, WhatAResponderThrowsIsA500AndTheServerGoesOn) {
  std::string logged;  // read once the reply is here, which is sent after it
  options_.on_internal_error = [&](std::string_view request_id, const std::string& cause) {
    logged.append(request_id).append(": ").append(cause);
  };
  start();
  LoopbackClient client(port());
  client.send(post("/throws", "x") + get("/never"));
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.headers.at("Retry-After"), "1");
  EXPECT_EQ(reply.headers.at("Connection"), "close");
  EXPECT_THAT(reply.body, HasSubstr("report it with its request_id"));
  EXPECT_THAT(reply.body, Not(HasSubstr("basic_string"))) << "that is for the log";
  EXPECT_THAT(logged, HasSubstr("basic_string"));
  EXPECT_THAT(reply.body, HasSubstr(R"("request_id":")" + logged.substr(0, logged.find(':'))));
  LoopbackClient head_only(port());
  head_only.send("POST /throws HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(head_only.read().status, 500);
  LoopbackClient next(port());
  next.send(get("/a"));
  EXPECT_EQ(next.read().status, 200);
}

TEST_F(ServerTest, OptionsOfTheWholeServerAreTold) {
  start();
  LoopbackClient client(port());
  client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 204);
  EXPECT_THAT(reply.headers.at("Allow"), HasSubstr("POST"));
  EXPECT_EQ(client.read().body, "/next ");
}

TEST_F(ServerTest, WhenMemoryForBodiesIsUsedUpALargeOneIsRefusedBeforeItIsSent) {
  body_memory_bytes_max_ = 60'000;
  start();
  const std::string head = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\n";
  LoopbackClient first(port());
  first.send(head + std::string(40'000, 'x'));
  while (server_->stats().large_body_bytes == 0)
    std::this_thread::yield();
  LoopbackClient second(port());
  second.send(head);
  const auto reply = second.read();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.at("Retry-After"), "1");
  EXPECT_THAT(reply.body, HasSubstr("large bodies"));
  LoopbackClient small(port());
  small.send(post("/small", "x"));
  EXPECT_EQ(small.read().status, 200);
  first.send(std::string(10'000, 'x'));
  EXPECT_EQ(first.read().status, 200);
  LoopbackClient third(port());
  third.send(head + std::string(50'000, 'x'));
  EXPECT_EQ(third.read().status, 200) << "there is room again";
}

TEST_F(ServerTest, ARoutesUploadsLeaveTheOthersTheirMemory) {
  options_.timeouts.tick = std::chrono::milliseconds(5);
  const ResponderFactory responder = [this](Loop& loop) -> std::unique_ptr<Responder> {
    return std::make_unique<TestResponder>(loop, backroom_);
  };
  server_ = std::make_unique<Server>(
      options_, std::vector<Route>{{"/one", responder, 60'000}, {"", responder, 60'000}}, random_);
  ASSERT_TRUE(server_->start());
  const std::string rest =
      " HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\n" + std::string(40'000, 'x');
  LoopbackClient first(port());
  first.send("POST /one" + rest);
  while (server_->stats().large_body_bytes == 0)
    std::this_thread::yield();
  LoopbackClient second(port());
  second.send("POST /one" + rest);
  EXPECT_EQ(second.read().status, 503);
  LoopbackClient other(port());
  other.send("POST /two" + rest + std::string(10'000, 'x'));
  EXPECT_EQ(other.read().status, 200);
}

TEST_F(ServerTest, AHeadTakesNoMemoryBeyondItsConnectionsOwn) {
  body_memory_bytes_max_ = 0;
  start();
  LoopbackClient client(port());
  const std::string start_of_head = get("/").substr(0, get("/").size() - 2);
  client.send(start_of_head +
              "X: " + std::string(limits::header_bytes_max - start_of_head.size() - 3, 'x'));
  EXPECT_EQ(client.read().status, 431);
}

TEST_F(ServerTest, AmbiguousFramingIsRefusedAndEndsTheConnection) {
  start();
  const std::string post_head = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string chunked = post_head + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& bytes :
       {post_head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post_head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        post_head + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        post_head + "Content-Length : 3\r\n\r\nabc", post_head + "X: a\r\n b\r\n\r\n",
        post_head + "X: a\nY: b\r\n\r\n", post_head + "X: a\rb\r\n\r\n",
        post_head + std::string("X: a\0b\r\n\r\n", 10), chunked + "3\nabc\r\n0\r\n\r\n",
        chunked + "x\r\n", chunked + "3\r\nabcd\r\n0\r\n\r\n"}) {
    LoopbackClient client(port());
    client.send(bytes + get("/smuggled"));
    auto reply = client.read();
    EXPECT_EQ(reply.status, 400) << bytes;
    EXPECT_EQ(reply.headers["Connection"], "close") << bytes;
    client.end_sending();
    EXPECT_TRUE(client.at_end()) << bytes;
  }
  EXPECT_EQ(server_->stats().replies[StatusCounters::index_of(200)], 0u);
}

TEST_F(ServerTest, ALargeBodyIsRefusedFromItsLengthAndTheReasonCanBeRead) {
  start();
  LoopbackClient client(port());
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n");
  EXPECT_EQ(client.read().status, 413);
  client.send(std::string(100'001, 'x'));  // it did not look, and is not cut off before it can
  client.end_sending();
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, ARefusedHeadSparesTheBody) {
  start();
  LoopbackClient client(port());
  client.send("POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\nthe beginning");
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.headers.at("Connection"), "close");
}

TEST_F(ServerTest, AClientThatAsksFirstIsToldToContinueInItsTurn) {
  start();
  LoopbackClient client(port());
  client.send(get("/later/a") +
              "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  backroom_.let_go({"a"});
  EXPECT_EQ(client.read().body, "a");
  EXPECT_EQ(client.read().status, 100);
  client.send("body");
  EXPECT_EQ(client.read().body, "/b body");
}

TEST_F(ServerTest, AClientThatAsksFirstIsRefusedWithoutContinue) {
  start();
  LoopbackClient client(port());
  client.send(
      "POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 403);
}

TEST_F(ServerTest, AChunkedBodyArrivesWhole) {
  start();
  LoopbackClient client(port());
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r");
  client.send("\n3\r\ncde\r\n0\r\n\r\n" + get("/next"));
  EXPECT_EQ(client.read().body, "/a abcde");
  EXPECT_EQ(client.read().body, "/next ");
}

TEST_F(ServerTest, ASlowHeadIsA408) {
  options_.timeouts.head = std::chrono::milliseconds(20);
  start();
  LoopbackClient client(port());
  client.send(get("/a"));
  EXPECT_EQ(client.read().status, 200);
  client.send("GET /b HT");
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 408);
  EXPECT_THAT(reply.body, HasSubstr("head did not arrive in time"));
  EXPECT_EQ(reply.headers.at("Retry-After"), "1");
  client.end_sending();
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, ASlowBodyIsA408) {
  options_.timeouts.body = std::chrono::milliseconds(20);
  start();
  LoopbackClient client(port());
  client.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 408);
  EXPECT_THAT(reply.body, HasSubstr("body did not arrive in time"));
}

TEST_F(ServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  options_.timeouts.idle = std::chrono::milliseconds(20);
  start();
  LoopbackClient client(port());
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, ARequestInFlightIsNotIdle) {
  options_.timeouts.idle = std::chrono::milliseconds(20);
  options_.timeouts.head = std::chrono::milliseconds(20);
  start();
  LoopbackClient waiting(port());
  waiting.send(get("/later/a"));
  backroom_.wait_for("a");
  LoopbackClient idle(port());
  EXPECT_TRUE(idle.at_end());  // by now the idle time has passed for the other one too
  backroom_.let_go({"a"});
  EXPECT_EQ(waiting.read().body, "a");
}

TEST_F(ServerTest, AConnectionThatDiedWhileItWaitedIsForgotten) {
  start();
  for (int i = 0; i < 3; ++i) {
    const std::string name = "lost" + std::to_string(i);
    LoopbackClient lost(port());
    lost.send(get("/later/" + name));
    backroom_.wait_for(name);
    lost.reset();
    // Its slot is taken by the next client, who must not get its reply.
    LoopbackClient next(port());
    next.send(get("/later/next" + std::to_string(i)));
    backroom_.let_go({name, "next" + std::to_string(i)});
    EXPECT_EQ(next.read().body, "next" + std::to_string(i));
  }
}

TEST_F(ServerTest, AClientThatStopsSendingStillGetsItsReplies) {
  start();
  LoopbackClient client(port());
  client.send(get("/later/a") + get("/b") + "GET /half");
  client.end_sending();
  backroom_.let_go({"a"});
  EXPECT_EQ(client.read().body, "a");
  EXPECT_EQ(client.read().body, "/b ");
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, OverItsLimitAConnectionIsRefusedWithAReason) {
  options_.connections_max = 2;
  start();
  LoopbackClient first(port());
  LoopbackClient second(port());
  for (LoopbackClient* client : {&first, &second}) {
    client->send(get("/a"));
    EXPECT_EQ(client->read().status, 200);
  }
  LoopbackClient third(port());
  const auto reply = third.read();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.at("Retry-After"), "1");
  EXPECT_THAT(reply.body, HasSubstr("\"request_id\":"));
  EXPECT_EQ(server_->stats().connections_refused, 1u);
}

TEST_F(ServerTest, ConnectionsAreSpreadEvenlyOverTheWorkers) {
  options_.threads = 3;
  start();
  std::map<std::string, int> loops;
  std::vector<std::unique_ptr<LoopbackClient>> clients;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(std::make_unique<LoopbackClient>(port()));
    clients.back()->send(get("/a"));
    ++loops[clients.back()->read().headers["X-Loop"]];
  }
  EXPECT_EQ(loops, (std::map<std::string, int>{{"0", 3}, {"1", 3}, {"2", 3}}));
  EXPECT_EQ(server_->stats().connections_open, 9u);
}

TEST_F(ServerTest, StopAnswersWhatIsInFlightAndClosesTheRest) {
  start();
  LoopbackClient idle(port());
  idle.send(get("/a"));
  EXPECT_EQ(idle.read().status, 200);
  LoopbackClient waiting(port());
  waiting.send(get("/later/a"));
  LoopbackClient sending(port());
  sending.send(
      "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbo");
  EXPECT_EQ(sending.read().status, 100);
  backroom_.wait_for("a");
  std::jthread stopper([this] { server_->stop(); });
  EXPECT_TRUE(idle.at_end());  // the loop stops
  backroom_.let_go({"a"});
  const auto reply = waiting.read();
  EXPECT_EQ(reply.body, "a");
  EXPECT_EQ(reply.headers.at("Connection"), "close");
  EXPECT_TRUE(waiting.at_end());
  sending.send("dy");
  EXPECT_EQ(sending.read().body, "/b body");
  EXPECT_TRUE(sending.at_end());
}

TEST_F(ServerTest, StopEndsEveryWorker) {
  options_.threads = 4;
  start();
  std::vector<std::unique_ptr<LoopbackClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<LoopbackClient>(port()));
    clients.back()->send(get("/a"));
    EXPECT_EQ(clients.back()->read().status, 200);
  }
  server_->stop();
  for (const auto& client : clients)
    EXPECT_TRUE(client->at_end());
  EXPECT_EQ(server_->stats().connections_open, 0u);
}

TEST_F(ServerTest, StopDoesNotWaitLongerThanItsGrace) {
  options_.timeouts.grace = std::chrono::milliseconds(20);
  start();
  LoopbackClient waiting(port());
  waiting.send(get("/later/a"));
  backroom_.wait_for("a");
  server_->stop();
  EXPECT_TRUE(waiting.at_end());
  backroom_.let_go({"a"});  // too late, and harmless
}

TEST_F(ServerTest, ASecondServerOnTheSamePortSaysSo) {
  start();
  Options options;
  options.port = port();
  Server second(options, {}, random_);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("in use"));
}

TEST_F(ServerTest, WhatFitsNoRouteIsA404) {
  Server server(options_, {}, random_);
  ASSERT_TRUE(server.start());
  LoopbackClient client(server.port());
  client.send(get("/a"));
  EXPECT_EQ(client.read().status, 404);
}

}  // namespace
}  // namespace weir::http
