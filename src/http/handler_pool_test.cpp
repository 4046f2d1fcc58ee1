#include "http/handler_pool.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "http/server_fixture.hpp"

namespace weir::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PoolTest : public ServerTest {
 protected:
  void start_with(Handler handler, PoolOptions pool_options = {}, HeadCheck check_head = {}) {
    options_.timeouts.tick = std::chrono::milliseconds(5);
    pool_ = std::make_unique<HandlerPool>(std::move(handler), pool_options, std::move(check_head));
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

TEST_F(PoolTest, ASlashInANameStaysApartFromThoseOfThePath) {
  Request seen;
  start_with([&seen](const Request& request) {
    seen = request;
    return Response{};
  });
  LoopbackClient client(port());
  client.send(get("/t/Web%2fO%3F%23%25%252F%20%C3%BC/x?q=a%2Fb%25"));
  client.read();
  EXPECT_EQ(seen.path, "/t/Web%2FO?#%25%252F \u00fc/x");
  EXPECT_EQ(seen.query.at("q"), "a/b%");
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

TEST_F(PoolTest, ACompressedBodyIsA415) {
  start_with([](const Request&) { return Response{}; });
  LoopbackClient client(port());
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.read().status, 415);
}

TEST_F(PoolTest, ABodyIsOnlyReadOfWhomTheHeadCheckLetsIn) {
  start_with(
      [](const Request& request) {
        return Response{200, "text/plain", request.body, {}};
      },
      {},
      [](const Request& head) -> std::optional<Response> {
        EXPECT_EQ(head.body, "");
        EXPECT_EQ(head.path, "/a b");
        if (head.headers.contains("authorization")) return std::nullopt;
        return Response{401, "text/plain", "who?", {{"WWW-Authenticate", "Bearer"}}};
      });
  const std::string head = "POST /a%20b HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n";
  LoopbackClient stranger(port());
  stranger.send(head + "\r\n");
  const auto refused = stranger.read();
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.at("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(refused.headers.at("Connection"), "close");
  LoopbackClient malformed(port());
  malformed.send("POST /a%2 HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\n");
  EXPECT_EQ(malformed.read().status, 400);
  EXPECT_EQ(server_->stats().large_body_bytes, 0u);
  LoopbackClient known(port());
  known.send(head + "Authorization: Bearer x\r\n\r\n" + std::string(50'000, 'x'));
  EXPECT_EQ(known.read().body.size(), 50'000u);
}

TEST_F(PoolTest, AHandlerLearnsThatItsClientHasGone) {
  std::atomic<bool> begun{false};
  std::atomic<bool> told{false};
  start_with([&](const Request& request) {
    begun = true;
    for (int i = 0; i < 2000 && !request.gone.stop_requested(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    told = request.gone.stop_requested();
    return Response{};
  });
  // With and without "close": then the connection reads nothing more while the handler is at work.
  for (const char* more : {"", "Connection: close\r\n"}) {
    begun = told = false;
    {
      LoopbackClient client(port());
      client.send(std::string("GET /a HTTP/1.1\r\nHost: h\r\n") + more + "\r\n");
      while (!begun)
        std::this_thread::yield();
      EXPECT_FALSE(told);
    }
    for (int i = 0; i < 1000 && !told; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_TRUE(told) << more;
  }
}

TEST_F(PoolTest, OneCallersQueueDelaysNobodyElse) {
  std::mutex mutex;
  std::vector<std::string> order;
  std::atomic<bool> open{false};
  start_with(
      [&](const Request& request) {
        while (!open)
          std::this_thread::yield();
        const std::lock_guard lock(mutex);
        order.push_back(request.path);
        return Response{};
      },
      {.threads = 1, .requests_max = 16});
  const auto ask = [](const std::string& path, const std::string& token) {
    return "GET " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + "\r\n\r\n";
  };
  LoopbackClient busy(port());
  std::string many;
  for (int i = 0; i < 16; ++i)
    many += ask("/busy" + std::to_string(i), "a");
  busy.send(many);
  // One is worked on, twelve wait, which is its part of the room; the others are refused at once.
  while (server_->stats().replies[StatusCounters::index_of(503)] < 3)
    std::this_thread::yield();
  LoopbackClient other(port());
  other.send(ask("/other", "b"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  open = true;
  EXPECT_EQ(other.read().status, 200);
  const std::lock_guard lock(mutex);
  EXPECT_LE(std::find(order.begin(), order.end(), "/other") - order.begin(), 2);
}

TEST_F(PoolTest, AnExceptionIsA500AndItsWordsAreForTheLogAlone) {
  std::string logged;
  PoolOptions options;
  options.on_internal_error = [&](std::string_view, const std::string& cause) { logged = cause; };
  start_with([](const Request&) { return Response{std::vector<int>().at(0)}; }, options);
  LoopbackClient client(port());
  client.send(get("/a"));
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, Not(HasSubstr("vector::_M_range_check")));
  EXPECT_THAT(logged, HasSubstr("vector::_M_range_check"));
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
