#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "http/tls.hpp"

namespace weir::http {

/// What a connection reads from and writes to: its socket, or TLS over it. It never blocks: what
/// cannot be done now ends with Step::want_read or want_write, and the socket's next edge is the
/// time to try again. Owns the socket. One thread.
class Transport {
 public:
  using Step = TlsSession::Step;
  using Moved = TlsSession::Moved;

  /// `session`: null for plain HTTP.
  Transport(int socket, std::unique_ptr<TlsSession> session)
      : socket_(socket), session_(std::move(session)) {}
  ~Transport() { close(); }
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  bool handshaking() const { return session_ && session_->handshaking(); }

  Moved read(std::span<char> room);
  /// Whether another read is worth a try after one that gave `bytes`.
  bool may_have_more(std::size_t bytes, std::size_t room_bytes) const {
    return session_ || bytes == room_bytes;
  }

  /// As much as there is room for; done: all of it.
  Moved write(std::string_view data);

  /// The client is told that nothing follows.
  void end_writing();
  void close();

 private:
  int socket_;  // -1: closed
  std::unique_ptr<TlsSession> session_;
};

}  // namespace weir::http
