#include "http/server.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "http/handler_pool.hpp"
#include "http/loopback_client.hpp"

namespace weir::http {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class CountingRandom final : public Random {
 public:
  void fill(std::span<char> out) override {
    for (char& c : out)
      c = static_cast<char>(next_++);
  }

 private:
  unsigned char next_ = 0;
};

/// Where requests to /later/NAME wait until the test lets them go, from a thread that is not the
/// worker's, as the log does.
class Backroom {
 public:
  void put(Loop& loop, const std::string& name, Ticket ticket) {
    const std::lock_guard lock(mutex_);
    waiting_[name] = {&loop, ticket};
    changed_.notify_all();
  }
  void wait_for(const std::string& name) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.contains(name); });
  }
  void let_go(const std::vector<std::string>& names) {
    std::unique_lock lock(mutex_);
    for (const auto& name : names) {
      changed_.wait(lock, [&] { return waiting_.contains(name); });
      const auto [loop, ticket] = waiting_[name];
      ready_[loop].push_back({ticket, name});
      loop->wake();
    }
  }
  std::vector<std::pair<Ticket, std::string>> take(Loop& loop) {
    const std::lock_guard lock(mutex_);
    return std::exchange(ready_[&loop], {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::pair<Loop*, Ticket>> waiting_;
  std::map<Loop*, std::vector<std::pair<Ticket, std::string>>> ready_;
};

/// Answers /later/* when told to, everything else at once with its body; bodies up to 100 kB.
class TestResponder final : public Responder {
 public:
  TestResponder(Loop& loop, Backroom& backroom) : loop_(loop), backroom_(backroom) {}

  std::optional<std::uint64_t> admit(const RequestView& head, Ticket ticket) override {
    if (head.path() != "/refused") return 100'000;
    loop_.reply(ticket, Error{Errc::forbidden, "Not you."});
    return std::nullopt;
  }
  void handle(const RequestView& request, Ticket ticket) override {
    if (request.path() == "/refused")
      return loop_.reply(ticket, Error{Errc::forbidden, "Not you."});
    if (request.path().starts_with("/later/"))
      return backroom_.put(loop_, std::string(request.path().substr(7)), ticket);
    loop_.reply(ticket, {200, "text/plain", "X-Loop: " + std::to_string(loop_.number()) + "\r\n",
                         std::string(request.path()) + " " + std::string(request.body())});
  }
  void on_wake() override {
    for (const auto& [ticket, name] : backroom_.take(loop_))
      loop_.reply(ticket, {202, "text/plain", {}, name});
  }

 private:
  Loop& loop_;
  Backroom& backroom_;
};

class ServerTest : public ::testing::Test {
 protected:
  void start() {
    options_.timeouts.tick = std::chrono::milliseconds(5);
    server_ = std::make_unique<Server>(
        options_,
        std::vector<Route>{{"/",
                            [this](Loop& loop) -> std::unique_ptr<Responder> {
                              return std::make_unique<TestResponder>(loop, backroom_);
                            }}},
        random_);
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  std::uint16_t port() const { return server_->port(); }

  static std::string get(const std::string& path, const std::string& more = "") {
    return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + more + "\r\n";
  }
  static std::string post(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

  Options options_;
  Backroom backroom_;
  CountingRandom random_;
  std::unique_ptr<Server> server_;
};

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
  EXPECT_EQ(client.read().status, 431);
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
    // Its seat is taken by the next client, who must not get its reply.
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

class PoolTest : public ServerTest {
 protected:
  void start_with(Handler handler, PoolOptions pool_options = {}) {
    options_.timeouts.tick = std::chrono::milliseconds(5);
    pool_ = std::make_unique<HandlerPool>(std::move(handler), pool_options);
    server_ =
        std::make_unique<Server>(options_, std::vector<Route>{{"", pool_->responder()}}, random_);
    ASSERT_TRUE(server_->start());
  }
  std::unique_ptr<HandlerPool> pool_;
};

TEST_F(PoolTest, AHandlerSeesTheWholeRequest) {
  Request seen;
  start_with([&seen](const Request& request) {
    seen = request;
    return Response{201, "text/plain", "made", {{"Location", "/x"}}};
  });
  LoopbackClient client(port());
  client.send(
      "PUT /a%20b/c?x=1%262&y=a+b&z HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nx-one: 2\r\n"
      "Content-Length: 4\r\n\r\nbody");
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "made");
  EXPECT_EQ(reply.headers.at("Location"), "/x");
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.path, "/a b/c");
  EXPECT_EQ(seen.query,
            (std::map<std::string, std::string>{{"x", "1&2"}, {"y", "a b"}, {"z", ""}}));
  EXPECT_EQ(seen.headers.at("x-one"), "1, 2");
  EXPECT_EQ(seen.body, "body");
  EXPECT_EQ(seen.peer, "127.0.0.1");
  EXPECT_EQ(seen.request_id, "0001020304050607-0-1");
}

TEST_F(PoolTest, AHandlerMayAskForThePort) {
  start_with([this](const Request&) { return Response{200, "", std::to_string(port()), {}}; });
  LoopbackClient client(port());
  client.send(get("/a"));
  EXPECT_EQ(client.read().body, std::to_string(port()));
}

TEST_F(PoolTest, AnEscapeThatIsNoneIsA400) {
  start_with([](const Request&) { return Response{}; });
  LoopbackClient client(port());
  client.send(get("/a%2"));
  EXPECT_EQ(client.read().status, 400);
}

TEST_F(PoolTest, AnExceptionIsA500WithItsWords) {
  start_with([](const Request&) { return Response{std::vector<int>().at(0)}; });
  LoopbackClient client(port());
  client.send(get("/a"));
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("vector::_M_range_check"));
}

TEST_F(PoolTest, OverItsBoundItAnswers503AndRecovers) {
  std::mutex gate;
  std::unique_lock shut(gate);
  start_with(
      [&gate](const Request&) {
        const std::lock_guard pass(gate);
        return Response{};
      },
      {.threads = 1, .requests_max = 2});
  LoopbackClient client(port());
  client.send(get("/1") + get("/2") + get("/3"));  // taken in one turn, none can be done meanwhile
  LoopbackClient witness(port());
  witness.send(get("/4"));
  EXPECT_EQ(witness.read().status, 503);
  shut.unlock();
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().status, 200);
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.at("Retry-After"), "1");
  witness.send(get("/5"));
  EXPECT_EQ(witness.read().status, 200);
}

TEST_F(PoolTest, BodiesTakeFromABoundToo) {
  start_with([](const Request&) { return Response{}; }, {.bytes_max = 10});
  LoopbackClient client(port());
  client.send(post("/1", "0123456789") + post("/2", "0123456789+"));
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().status, 503);
}

TEST_F(PoolTest, ACallThatOutlivesTheServerIsHarmless) {
  std::mutex gate;
  std::unique_lock shut(gate);
  std::condition_variable entered;
  bool inside = false;
  std::mutex inside_mutex;
  options_.timeouts.grace = std::chrono::milliseconds(1);
  start_with([&](const Request&) {
    {
      const std::lock_guard lock(inside_mutex);
      inside = true;
    }
    entered.notify_all();
    const std::lock_guard pass(gate);
    return Response{};
  });
  LoopbackClient client(port());
  client.send(get("/1"));
  {
    std::unique_lock lock(inside_mutex);
    entered.wait(lock, [&] { return inside; });
  }
  server_.reset();
  shut.unlock();
  pool_.reset();
  EXPECT_TRUE(client.at_end());
}

}  // namespace
}  // namespace weir::http
