#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

/// What the server and those who answer its requests (responders) say to each other. One worker
/// thread runs a loop of its own and has responders of its own, so nothing here locks but
/// Loop::wake().
namespace weir::http {

/// Names one request until it is answered; worth nothing once its connection is gone.
struct Ticket {
  std::uint64_t value = 0;
};

/// Copied while it is given; the views need to live only for the call.
struct Reply {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string_view headers;  // beyond type and length: whole lines, each with its CRLF
  std::string_view body;
};

/// One worker's event loop, as its responders see it.
class Loop {
 public:
  virtual ~Loop() = default;

  /// Answers a request, now or later; replies leave in the order of the requests, all that are
  /// ready in one write at the end of the turn. On the worker's thread only. Once a ticket: a
  /// reply to a connection that is gone is dropped.
  virtual void reply(Ticket ticket, const Reply& reply) = 0;

  /// The same with an error's body (spec/ingest.md 5), which carries request_id().
  /// `headers` as in Reply; a Retry-After among them stands for the usual one.
  virtual void reply(Ticket ticket, const Error& error, std::string_view headers = {}) = 0;

  /// A new id, unique over processes, for a request that gets no receipt. Worker's thread only.
  virtual std::string request_id() = 0;

  /// Any thread, cheap when repeated: on_wake() of each responder follows on the worker's thread.
  virtual void wake() noexcept = 0;

  /// 0, 1, 2, ... of Options::threads.
  virtual unsigned number() const = 0;
};

/// Answers requests on one worker's thread. Must not block. An exception out of admit() or handle()
/// is answered with 500 and ends the connection.
class Responder {
 public:
  virtual ~Responder() = default;

  /// Asked when a head is here whose body is not: how large may the body be? Without a value it
  /// has replied (a refusal), and the connection closes after it: the body is not read.
  virtual std::optional<std::uint64_t> admit(const RequestView& head, Ticket ticket) = 0;

  /// A whole request. Bodies that arrived with their head were not admitted first, so everything
  /// that admit() looks at is looked at again, the body's size too. Replies now or later.
  virtual void handle(const RequestView& request, Ticket ticket) = 0;

  /// After Loop::wake(): what other threads have left for this one.
  virtual void on_wake() = 0;

  /// The loop has nothing else to do: all that is here has been handled and what is ready written.
  virtual void on_idle() {}

  /// Every now and then; `elapsed` is since the last time, by a clock that nobody turns.
  virtual void on_tick(std::chrono::milliseconds elapsed) { static_cast<void>(elapsed); }
};

using ResponderFactory = std::function<std::unique_ptr<Responder>(Loop&)>;

/// The refusal of a body over its cap, worded once.
Error too_large(std::uint64_t bytes_max);

}  // namespace weir::http
