#include <atomic>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "http/server_fixture.hpp"

/// Replies without an end (Loop::begin).
namespace weir::http {
namespace {

/// Begins a reply for every request, and adds to all of them what the test says.
class Streams {
 public:
  void say(const std::string& bytes) {
    const std::lock_guard lock(mutex_);
    said_ += bytes;
    if (loop_) loop_->wake();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (loop_) loop_->wake();
  }
  std::size_t waiting() const { return waiting_; }
  int open() const { return open_; }
  int gone() const { return gone_; }

  class OfLoop final : public Responder {
   public:
    OfLoop(Loop& loop, Streams& all) : loop_(loop), all_(all) {
      const std::lock_guard lock(all_.mutex_);
      all_.loop_ = &loop;
    }
    std::optional<std::uint64_t> admit(const RequestView&, Ticket) override { return 0; }
    void handle(const RequestView& request, Ticket ticket) override {
      loop_.begin(ticket, {200, "text/event-stream", "X-A: b\r\n", "first;"});
      if (request.path() == "/throws") static_cast<void>(std::string().at(1));
      tickets_.push_back(ticket);
      ++all_.open_;
    }
    void on_gone(Ticket ticket) override {
      if (std::erase_if(tickets_, [&](Ticket own) { return own.value == ticket.value; }) == 0)
        return;
      ++all_.gone_;
      --all_.open_;
      loop_.end(ticket);
    }
    void on_wake() override {
      const std::lock_guard lock(all_.mutex_);
      for (const Ticket ticket : tickets_)
        if (const auto bytes = loop_.add(ticket, all_.said_)) all_.waiting_ = *bytes;
      all_.said_.clear();
      if (all_.ended_)
        for (const Ticket ticket : tickets_)
          loop_.end(ticket);
    }

   private:
    Loop& loop_;
    Streams& all_;
    std::vector<Ticket> tickets_;
  };

 private:
  std::mutex mutex_;
  Loop* loop_ = nullptr;
  std::string said_;
  bool ended_ = false;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<int> open_{0};
  std::atomic<int> gone_{0};
};

class StreamTest : public ServerTest {
 protected:
  ~StreamTest() override { server_.reset(); }  // whose thread uses streams_
  void serve() {
    options_.timeouts.tick = std::chrono::milliseconds(5);
    server_ = std::make_unique<Server>(
        options_,
        std::vector<Route>{{"",
                            [this](Loop& loop) -> std::unique_ptr<Responder> {
                              return std::make_unique<Streams::OfLoop>(loop, streams_);
                            }}},
        random_);
    ASSERT_TRUE(server_->start());
  }
  template <class Condition>
  static bool comes_true(const Condition& condition) {
    const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > late) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }

  Streams streams_;
};

TEST_F(StreamTest, AReplyWithoutAnEndArrivesAsItIsAddedTo) {
  serve();
  LoopbackClient client(port());
  client.send(get("/a"));
  const ReadReply head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.headers.at("X-A"), "b");
  EXPECT_EQ(head.headers.at("Connection"), "close");
  EXPECT_FALSE(head.headers.contains("Content-Length"));
  EXPECT_EQ(client.read_bytes(6), "first;");
  streams_.say("second;");
  EXPECT_EQ(client.read_bytes(7), "second;");
  streams_.say("third;");
  EXPECT_EQ(client.read_bytes(6), "third;");
  streams_.end();
  EXPECT_TRUE(client.at_end());
}

TEST_F(StreamTest, ItOutlivesIdleConnections) {
  options_.timeouts.idle = options_.timeouts.head = std::chrono::milliseconds(20);
  serve();
  LoopbackClient client(port());
  client.send(get("/a"));
  EXPECT_EQ(client.read(true).status, 200);
  EXPECT_EQ(client.read_bytes(6), "first;");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  streams_.say("later;");
  EXPECT_EQ(client.read_bytes(6), "later;");
}

TEST_F(StreamTest, AHeadHasNoStream) {
  serve();
  LoopbackClient client(port());
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read(true).status, 200);
  EXPECT_TRUE(client.at_end());
}

TEST_F(StreamTest, AClientThatLeavesIsTold) {
  serve();
  {
    LoopbackClient client(port());
    client.send(get("/a"));
    EXPECT_EQ(client.read(true).status, 200);
    EXPECT_TRUE(comes_true([&] { return streams_.open() == 1; }));
  }
  EXPECT_TRUE(comes_true([&] { return streams_.gone() == 1; }));
  EXPECT_TRUE(comes_true([&] { return server_->stats().connections_open == 0; }));
}

TEST_F(StreamTest, WhatWaitsForASlowClientIsToldAndItIsDroppedInTheEnd) {
  options_.timeouts.write = std::chrono::milliseconds(300);
  serve();
  LoopbackClient client(port());
  client.send(get("/a"));
  EXPECT_TRUE(comes_true([&] { return streams_.open() == 1; }));
  const std::string piece(256 * limits::kib, 'x');
  EXPECT_TRUE(comes_true([&] {
    streams_.say(piece);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return streams_.waiting() > limits::mib;
  }));
  EXPECT_TRUE(comes_true([&] { return server_->stats().connections_open == 0; }));
  EXPECT_EQ(streams_.gone(), 1);
}

TEST_F(StreamTest, WhatIsAddedWhileTheSocketIsFullIsNotLost) {
  serve();
  LoopbackClient client(port());
  client.send(get("/a"));
  EXPECT_EQ(client.read(true).status, 200);
  EXPECT_EQ(client.read_bytes(6), "first;");
  std::string all;
  for (int i = 0; i < 64; ++i) {
    const std::string piece = std::to_string(i) + std::string(128 * limits::kib, 'x') + "\n";
    all += piece;
    streams_.say(piece);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(client.read_bytes(all.size()) == all);
}

TEST_F(StreamTest, AnExceptionAfterItsBeginningEndsIt) {
  serve();
  LoopbackClient client(port());
  client.send(get("/throws"));
  EXPECT_EQ(client.read(true).status, 200);
  EXPECT_EQ(client.read_bytes(6), "first;");
  EXPECT_TRUE(client.at_end());
}

TEST_F(StreamTest, AStopEndsItAtOnce) {
  serve();
  LoopbackClient client(port());
  client.send(get("/a"));
  EXPECT_EQ(client.read(true).status, 200);
  EXPECT_EQ(client.read_bytes(6), "first;");
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));  // grace: 10 s
  EXPECT_TRUE(client.at_end());
}

}  // namespace
}  // namespace weir::http
