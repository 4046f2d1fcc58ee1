#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "http/tls.hpp"

namespace weir::http {

/// What a connection reads from and writes to: its socket, or TLS over it. Never blocks: an
/// operation that cannot finish returns Step::want_read or want_write, and is to be retried at the
/// socket's next edge. Owns the socket. Used by one thread.
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
  /// Whether another read is worthwhile after one that returned `bytes`.
  bool may_have_more(std::size_t bytes, std::size_t room_bytes) const {
    return session_ || bytes == room_bytes;
  }

  /// Writes as much as the socket takes; done: all of it.
  Moved write(std::string_view data);

  /// The kernel holds about so much for a client that does not read.
  void bound_unsent(std::size_t bytes);

  /// Ends the output (close_notify, FIN).
  void end_writing();
  void close();

 private:
  int socket_;  // -1: closed
  std::unique_ptr<TlsSession> session_;
};

}  // namespace weir::http
