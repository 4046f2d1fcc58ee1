#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/// For tests only: a client that sends exactly the given bytes, and reads replies one by one.
namespace weir::http {

struct ReadReply {
  int status = 0;  // 0: the connection ended, or a timeout
  std::map<std::string, std::string> headers;
  std::string body;
};

class LoopbackClient {
 public:
  explicit LoopbackClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      ADD_FAILURE() << "cannot connect to port " << port;
  }
  ~LoopbackClient() {
    if (socket_ >= 0) ::close(socket_);
  }
  LoopbackClient(const LoopbackClient&) = delete;
  LoopbackClient& operator=(const LoopbackClient&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has closed: the next read will show it
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  /// Resets the connection.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket_);
    socket_ = -1;
  }

  /// Reads the next reply. `to_head`: it has no body, whatever its length says.
  ReadReply read(bool to_head = false) {
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) return {};
    ReadReply reply;
    reply.status = std::atoi(buffer_.c_str() + 9);
    std::size_t line = buffer_.find("\r\n") + 2;
    while (line < end) {
      const std::size_t next = buffer_.find("\r\n", line);
      const std::size_t colon = buffer_.find(": ", line);
      reply.headers[buffer_.substr(line, colon - line)] =
          buffer_.substr(colon + 2, next - colon - 2);
      line = next + 2;
    }
    buffer_.erase(0, end + 4);
    const std::size_t bytes =
        to_head ? 0 : static_cast<std::size_t>(std::atol(reply.headers["Content-Length"].c_str()));
    while (buffer_.size() < bytes)
      if (!receive()) return {};
    reply.body = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return reply;
  }

  /// Exactly so many bytes of a reply without a length; fewer where the connection ended.
  std::string read_bytes(std::size_t bytes) {
    while (buffer_.size() < bytes && receive()) {
    }
    const std::string read = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return read;
  }

  /// Whether the server has closed the connection after everything that was read.
  bool at_end() { return buffer_.empty() && !receive() && ended_; }

 private:
  bool receive() {
    char bytes[16 * 1024];
    const auto received = ::recv(socket_, bytes, sizeof bytes, 0);
    ended_ = received == 0 || (received < 0 && errno == ECONNRESET);
    if (received <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(received));
    return true;
  }

  int socket_;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace weir::http
