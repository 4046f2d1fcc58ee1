#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "env/random.hpp"
#include "http/exchange.hpp"
#include "http/stats.hpp"
#include "http/tls.hpp"

namespace weir::http {

/// Time limits of a connection. Each is kept to within two ticks.
struct Timeouts {
  std::chrono::milliseconds tick{500};      // how often each worker looks at its connections
  std::chrono::milliseconds head{10'000};   // first byte of a request to the end of its head: 408
  std::chrono::milliseconds body{60'000};   // end of the head to the end of the body: 408
  std::chrono::milliseconds idle{75'000};   // between requests: closed
  std::chrono::milliseconds write{30'000};  // a client that does not take its reply: closed
  std::chrono::milliseconds drain{2'000};   // wait for a refused client to read the reply
  std::chrono::milliseconds grace{10'000};  // stop(): wait for requests in flight
};

struct Options {
  std::string host = "127.0.0.1";  // a name or an address
  std::uint16_t port = 0;          // 0: a free one
  unsigned threads = 1;            // each with its own event loop
  std::shared_ptr<Tls> tls;        // null: plain HTTP
  Timeouts timeouts;
  std::uint32_t connections_max = limits::connections_default;
  std::uint64_t body_bytes_max = limits::control_body_bytes_max;  // whatever a responder admits
  /// Hears the whole message of an internal error that a responder gave, or that an exception is.
  /// On a worker's thread; must not block.
  std::function<void(std::string_view request_id, const std::string& cause)> on_internal_error = {};
};

/// Requests whose path begins with `prefix` go to this responder; the first matching route wins.
/// The factory makes one responder for every worker.
struct Route {
  std::string prefix;
  ResponderFactory responder;
  /// Memory for all of the route's bodies in transit, beyond each connection's own buffer. Each
  /// route has its own, so that uploads to one route cannot starve another.
  std::uint64_t body_memory_bytes_max = limits::large_body_bytes_default;
};

/// An HTTP/1.1 server: keep-alive, pipelining, chunked bodies, strict about framing. It answers
/// invalid requests itself. start() and stop() are called from one thread.
class Server {
 public:
  /// The last route's prefix should be ""; otherwise a request that matches no route gets a 404.
  Server(Options options, std::vector<Route> routes, Random& random);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Listens and serves. Fails when the address cannot be used.
  Result<void> start();
  /// The port that it listens on, once started.
  std::uint16_t port() const;
  /// Accepts no more connections, answers requests in flight within the grace time, closes all
  /// connections and joins the threads. Responders live until the server is destroyed. Idempotent.
  void stop();

  /// Any thread.
  ServerStats stats() const;

 private:
  class Running;
  Options options_;
  std::vector<Route> routes_;
  Random& random_;
  std::unique_ptr<Running> running_;
};

}  // namespace weir::http
