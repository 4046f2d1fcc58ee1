#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace weir::cli::fake {

struct Seen {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  int connection = 0;  // 1, 2, 3, ... in the order they were made
};

struct Answer {
  int status = 200;
  std::string body = "{}";
  std::map<std::string, std::string> headers = {};
  bool hang_up = false;      // no answer at all: the connection is closed
  bool close_after = false;  // answers, then closes without a Connection header
};

/// For tests: an HTTP server on the loopback with given answers, which records its requests.
class FakeServer {
 public:
  /// `answer` is called one request at a time.
  explicit FakeServer(std::function<Answer(const Seen&)> answer);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string url() const;  // "http://127.0.0.1:PORT"
  std::vector<Seen> seen() const;

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace weir::cli::fake
