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
  std::string certificate;  // PEM: the server's certificate first, then the chain to its CA
  std::string key;          // PEM, without a passphrase
};

/// One connection's TLS 1.2 or 1.3, over a non-blocking socket. It reads and writes the socket
/// itself, so an idle connection holds no buffers. Used by one thread.
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

  /// Does the handshake first, where it is not finished.
  Moved read(char* room, std::size_t bytes);
  Moved write(const char* data, std::size_t bytes);
  bool handshaking() const;
  /// Sends close_notify, if the socket takes it.
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

/// The certificate and key for new connections. Thread-safe.
class Tls {
 public:
  /// bad_request when a file cannot be used, or when key and certificate do not match.
  static Result<std::shared_ptr<Tls>> load(const TlsFiles& files);
  /// Applies to new connections. When the files cannot be used, the previous ones stay in use.
  Result<void> reload(const TlsFiles& files);
  /// Null when there is not enough memory.
  std::unique_ptr<TlsSession> session(int socket) const;

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;
  static Result<Context> read(const TlsFiles& files);
  mutable std::mutex mutex_;
  Context context_;  // guarded by mutex_
};

}  // namespace weir::http
