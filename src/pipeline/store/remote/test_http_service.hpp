#pragma once

#include <atomic>
#include <cctype>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.hpp"

/// For tests only: a service on loopback that answers, or does not, as a test says.
namespace weir::store {

class TestHttpService {
 public:
  struct Asked {
    std::string method;
    std::string target;                          // path and query, as they were sent
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
  };
  struct Answer {
    int status = 200;
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    bool is_lost = false;  // the connection is closed without an answer
  };
  using Answering = std::function<Answer(const Asked&)>;

  explicit TestHttpService(Answering answering) : answering_(std::move(answering)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    WEIR_ASSERT(::bind(listener_, generic, size) == 0 && ::listen(listener_, 16) == 0);
    WEIR_ASSERT(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TestHttpService() {
    ends_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  TestHttpService(const TestHttpService&) = delete;
  TestHttpService& operator=(const TestHttpService&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<Asked> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void serve() {
    while (!ends_) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      Asked asked;
      if (receive(connection, asked)) {
        {
          const std::lock_guard lock(mutex_);
          asked_.push_back(asked);
        }
        const Answer answer = answering_(asked);
        if (!answer.is_lost) send(connection, answer, asked.method != "HEAD");
      }
      ::close(connection);
    }
  }

  static bool receive(int connection, Asked& asked) {
    std::string bytes;
    const auto read_more = [&] {
      char piece[65536];
      const ssize_t got = ::recv(connection, piece, sizeof piece, 0);
      if (got > 0) bytes.append(piece, static_cast<std::size_t>(got));
      return got > 0;
    };
    std::size_t end = 0;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos)
      if (!read_more()) return false;
    const std::size_t space = bytes.find(' ');
    asked.method = bytes.substr(0, space);
    asked.target = bytes.substr(space + 1, bytes.find(' ', space + 1) - space - 1);
    for (std::size_t at = bytes.find("\r\n") + 2; at < end;) {
      const std::size_t stop = bytes.find("\r\n", at);
      const std::size_t colon = bytes.find(':', at);
      std::string name = bytes.substr(at, colon - at);
      for (char& c : name)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const std::size_t value = bytes.find_first_not_of(' ', colon + 1);
      asked.headers[name] = bytes.substr(value, stop - value);
      at = stop + 2;
    }
    const std::size_t size = std::stoul("0" + asked.headers["content-length"]);
    while (bytes.size() < end + 4 + size)
      if (!read_more()) return false;
    asked.body = bytes.substr(end + 4, size);
    return true;
  }

  static void send(int connection, const Answer& answer, bool with_body) {
    std::string text =
        "HTTP/1.1 " + std::to_string(answer.status) + " Said\r\nConnection: close\r\n";
    for (const auto& [name, value] : answer.headers)
      text += name + ": " + value + "\r\n";
    if (with_body) text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    text += "\r\n" + (with_body ? answer.body : "");
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t more = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) return;
      sent += static_cast<std::size_t>(more);
    }
  }

  const Answering answering_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ends_{false};
  std::mutex mutex_;
  std::vector<Asked> asked_;
  std::thread thread_;
};

}  // namespace weir::store
