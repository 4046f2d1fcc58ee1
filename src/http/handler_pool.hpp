#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/http.hpp"
#include "base/limits.hpp"
#include "http/exchange.hpp"

namespace weir::http {

struct PoolOptions {
  unsigned threads = 4;
  std::uint32_t requests_max = limits::pooled_requests_max;  // waiting or being answered
  std::uint64_t bytes_max = limits::pooled_bytes_max;        // of their bodies
  std::uint64_t body_bytes_max = limits::control_body_bytes_max;
};

/// Judges a request by its head alone, before its body is read: a response is a refusal. On a
/// worker's thread, so it must not block.
using HeadCheck = std::function<std::optional<Response>(const Request& head)>;

/// Answers requests that may take their time, on threads of its own: a request is copied, the
/// handler called, its response handed back to the worker whose connection waits for it. Over its
/// bounds it answers 503; an exception out of the handler is a 500.
///
/// Outlives the servers that its responders are given to. Destroying it waits for the calls that
/// run and drops those that wait.
class HandlerPool {
 public:
  /// Without `check_head`, whatever fits is read. The handler checks again: bodies that arrive with
  /// their head are not asked about.
  HandlerPool(Handler handler, PoolOptions options, HeadCheck check_head = {});
  ~HandlerPool();
  HandlerPool(const HandlerPool&) = delete;
  HandlerPool& operator=(const HandlerPool&) = delete;

  /// For a server's route.
  ResponderFactory responder();
  /// Requests that wait or are being answered now. Any thread.
  std::uint32_t requests() const;

 private:
  class Queue;
  class Pooled;
  std::shared_ptr<Queue> queue_;
};

}  // namespace weir::http
