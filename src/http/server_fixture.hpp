#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "env/fake/counting_random.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"

/// For tests only: a server with a responder that answers when the test says so.
namespace weir::http {

/// Holds requests to /later/NAME until the test releases them, from another thread than the
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

/// Answers /later/* on release, everything else at once with its body; bodies up to 100 kB.
class TestResponder final : public Responder {
 public:
  TestResponder(Loop& loop, Backroom& backroom) : loop_(loop), backroom_(backroom) {}

  std::optional<std::uint64_t> admit(const RequestView& head, Ticket ticket) override {
    if (head.path() == "/throws") static_cast<void>(std::string().at(1));
    if (head.path() != "/refused") return 100'000;
    loop_.reply(ticket, Error{Errc::forbidden, "Not you."});
    return std::nullopt;
  }
  void handle(const RequestView& request, Ticket ticket) override {
    if (request.path() == "/refused")
      return loop_.reply(ticket, Error{Errc::forbidden, "Not you."});
    if (request.path() == "/throws") static_cast<void>(std::string().at(1));
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
                            },
                            body_memory_bytes_max_}},
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
  std::uint64_t body_memory_bytes_max_ = limits::large_body_bytes_default;
  Backroom backroom_;
  CountingRandom random_;
  std::unique_ptr<Server> server_;
};

}  // namespace weir::http
