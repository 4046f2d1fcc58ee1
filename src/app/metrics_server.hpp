#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/listen.hpp"
#include "env/random.hpp"
#include "http/handler_pool.hpp"
#include "http/server.hpp"

namespace weir::app {

/// GET /metrics on an address of its own (metrics.listen), over plain HTTP, and nothing else there.
class MetricsServer {
 public:
  struct Dependencies {
    std::string token;  // empty: anybody may ask
    std::function<std::string()> text;
    Random& random;
  };
  explicit MetricsServer(Dependencies dependencies);

  /// bad_request or io where the address cannot be had.
  Result<void> start(const Listen& listen);
  void stop();

 private:
  http::Response answer(const http::Request& request) const;

  const Dependencies dependencies_;
  http::HandlerPool pool_;
  std::optional<http::Server> server_;  // last: it uses the pool
};

}  // namespace weir::app
