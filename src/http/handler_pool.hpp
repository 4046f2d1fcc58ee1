#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "base/limits.hpp"
#include "http/exchange.hpp"

namespace weir::http {

struct PoolOptions {
  unsigned threads = 4;
  bool can_wait = false;  // for all other threads of a busy machine
  std::uint32_t requests_max = limits::pooled_requests_max;  // waiting or being answered
  std::uint64_t bytes_max = limits::pooled_bytes_max;        // of their bodies
  std::uint64_t body_bytes_max = limits::control_body_bytes_max;
  /// Hears what a handler throws. On the pool's threads.
  std::function<void(std::string_view request_id, const std::string& cause)> on_internal_error = {};
};

/// Checks a request by its head alone, before its body is read: a response is a refusal. Runs on a
/// worker's thread, so it must not block.
using HeadCheck = std::function<std::optional<Response>(const Request& head)>;

/// Runs handlers that may block on its own threads. A request is copied, the handler called, and
/// the response returned to the worker that owns the connection. Above its bounds the pool answers
/// 503; an exception from the handler becomes a 500.
///
/// Callers take turns: who has many requests waiting delays their own, not those of others, and has
/// at most three quarters of the room for waiting. A caller is a token or, without one, an address.
/// That a client has gone, the handler is told by Request::gone.
///
/// Outlives the servers that use its responders. The destructor waits for running calls and drops
/// waiting ones.
class HandlerPool {
 public:
  /// Without `check_head`, every body that fits is read. The handler must check again: a body that
  /// arrives with its head skips `check_head`.
  HandlerPool(Handler handler, PoolOptions options, HeadCheck check_head = {});
  ~HandlerPool();
  HandlerPool(const HandlerPool&) = delete;
  HandlerPool& operator=(const HandlerPool&) = delete;

  /// Makes the responders for a server's route.
  ResponderFactory responder();
  /// Requests that are waiting or being answered. Any thread.
  std::uint32_t requests() const;

 private:
  class Queue;
  class Pooled;
  std::shared_ptr<Queue> queue_;
};

}  // namespace weir::http
