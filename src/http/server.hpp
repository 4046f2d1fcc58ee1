#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "env/random.hpp"
#include "http/exchange.hpp"
#include "http/stats.hpp"
#include "http/tls.hpp"

namespace weir::http {

/// How long a connection may take over each thing. Kept to a tick or two.
struct Timeouts {
  std::chrono::milliseconds tick{500};      // how often each worker looks at its connections
  std::chrono::milliseconds head{10'000};   // first byte of a request to the end of its head: 408
  std::chrono::milliseconds body{60'000};   // end of the head to the end of the body: 408
  std::chrono::milliseconds idle{75'000};   // between requests: closed
  std::chrono::milliseconds write{30'000};  // a client that does not take its reply: closed
  std::chrono::milliseconds drain{2'000};   // wait for a refused client to read why
  std::chrono::milliseconds grace{10'000};  // stop(): for requests that are in flight
};

struct Options {
  std::string host = "127.0.0.1";  // a name or an address
  std::uint16_t port = 0;          // 0: a free one
  unsigned threads = 1;            // each with an event loop of its own
  std::shared_ptr<Tls> tls;        // null: plain HTTP
  Timeouts timeouts;
  std::uint32_t connections_max = limits::connections_default;
  std::uint64_t body_bytes_max = limits::control_body_bytes_max;  // whatever a responder admits
};

/// Whose path begins with `prefix` is answered by that responder; the first route that fits. Every
/// worker gets a responder of its own from the factory.
struct Route {
  std::string prefix;
  ResponderFactory responder;
  /// For its bodies on their way, all together, beyond each connection's own buffer: each route has
  /// memory of its own, so that one's uploads leave the others theirs.
  std::uint64_t body_memory_bytes_max = limits::large_body_bytes_default;
};

/// An HTTP/1.1 server: keep-alive, pipelining, chunked bodies, strict about framing. Requests that
/// are not valid HTTP it answers itself. start() and stop() come from one thread.
class Server {
 public:
  /// The last route's prefix should be "", or what fits no route is a 404.
  Server(Options options, std::vector<Route> routes, Random& random);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Listens and serves. Fails when it cannot have the address.
  Result<void> start();
  /// The port it listens on, once started.
  std::uint16_t port() const;
  /// Accepts no more, answers what is in flight within the grace time, closes, joins its threads.
  /// The responders live on until the server is destroyed. A second call does nothing.
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
