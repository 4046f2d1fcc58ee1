#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace weir::http {

struct TlsFiles {
  std::string certificate;  // PEM: the server's own first, then what leads to its authority
  std::string key;          // PEM, without a passphrase
};

/// TLS 1.2 and 1.3 of one connection, over a socket that never blocks. It reads and writes the
/// socket itself, so an idle connection holds no buffers. One thread.
class TlsSession {
 public:
  enum class Step { done, want_read, want_write, ended, failed };
  struct Moved {
    Step step;
    std::size_t bytes = 0;
  };

  TlsSession(ssl_st* session, int socket);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Shakes hands first, where that is still to be done.
  Moved read(char* room, std::size_t bytes);
  Moved write(const char* data, std::size_t bytes);
  bool handshaking() const;
  /// Tells the client, as far as the socket takes it, that nothing follows.
  void end();

 private:
  Moved moved(int answer, std::size_t bytes);
  void refuse_plain_http();

  struct Freed {
    void operator()(ssl_st* session) const;
  };
  std::unique_ptr<ssl_st, Freed> session_;
  int socket_;  // not const: OpenSSL keeps a pointer to it
  bool failed_ = false;
};

/// Certificate and key that new connections are spoken to with. Thread-safe.
class Tls {
 public:
  /// bad_request when a file cannot be used, or key and certificate do not belong together.
  static Result<std::shared_ptr<Tls>> load(const TlsFiles& files);
  /// For connections from now on. When the files cannot be used, those before stay in use.
  Result<void> reload(const TlsFiles& files);
  /// Null when there is no memory for one.
  std::unique_ptr<TlsSession> session(int socket) const;

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;
  static Result<Context> read(const TlsFiles& files);
  mutable std::mutex mutex_;
  Context context_;  // guarded by mutex_
};

}  // namespace weir::http
