#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

/// The interface between the server and the code that answers its requests (responders). Each
/// worker thread has its own event loop and its own responders, so nothing here takes a lock except
/// Loop::wake().
namespace weir::http {

/// Names one request until it is answered; void once its connection is closed.
struct Ticket {
  std::uint64_t value = 0;
};

/// Copied during the call; the views need not live longer.
struct Reply {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string_view headers;  // beyond type and length: whole lines, each with its CRLF
  std::string_view body;
};

/// One worker's event loop, as its responders use it.
class Loop {
 public:
  virtual ~Loop() = default;

  /// Answers a request, now or later. Replies leave in the order of the requests; all ready ones go
  /// out in one write at the end of the turn. On the worker's thread only. Call it once per ticket;
  /// a reply for a closed connection is dropped.
  virtual void reply(Ticket ticket, const Reply& reply) = 0;

  /// The same with an error's body (spec/ingest.md 5), which contains request_id(). `headers` as in
  /// Reply; a Retry-After among them replaces the default one.
  virtual void reply(Ticket ticket, const Error& error, std::string_view headers = {}) = 0;

  /// Begins a reply that has no end yet: `head` without a length, and its body as the first bytes.
  /// Call it within handle(), and not reply(). The connection takes no further request, has no idle
  /// time, and costs little memory. It ends by end(), when the client leaves (on_gone()) or takes
  /// nothing for the write time, and when the server stops.
  virtual void begin(Ticket ticket, const Reply& head) = 0;
  /// Adds to a reply that begin() began. How many bytes now wait for the client; nullopt: the reply
  /// is over, and the bytes are dropped. Worker's thread only; leaves at the end of the turn.
  virtual std::optional<std::size_t> add(Ticket ticket, std::string_view bytes) = 0;
  /// Ends such a reply and, once what was added is written, its connection.
  virtual void end(Ticket ticket) = 0;

  /// A new id, unique across processes, for a request without a receipt. Worker's thread only.
  virtual std::string request_id() = 0;

  /// Makes the worker's thread call on_wake() of each responder. Any thread; cheap when repeated.
  virtual void wake() noexcept = 0;

  /// The worker's index: 0, 1, 2, ... of Options::threads.
  virtual unsigned number() const = 0;
};

/// Answers requests on one worker's thread. Must not block. An exception from admit() or handle()
/// is answered with 500 and ends the connection.
class Responder {
 public:
  virtual ~Responder() = default;

  /// Called when a head has arrived but not its body; returns the largest body to accept. nullopt:
  /// the responder has replied with a refusal, and the connection closes without reading the body.
  virtual std::optional<std::uint64_t> admit(const RequestView& head, Ticket ticket) = 0;

  /// Called with a whole request, to be answered now or later. Not every request passed admit(): a
  /// body that arrived with its head did not. So handle() repeats every check, including the size.
  virtual void handle(const RequestView& request, Ticket ticket) = 0;

  /// Header lines, each with its CRLF, for an error that the server itself answers a request with:
  /// a body that is too large, or late. Not called before the head is whole.
  virtual std::string refusal_headers(const RequestView& head) {
    static_cast<void>(head);
    return {};
  }

  /// Called when the client of a request that is not answered yet has closed its side: it has
  /// disconnected, or at least sends no more. A reply is still accepted, and dropped if the client
  /// is gone. May be called repeatedly, and for tickets of other responders.
  virtual void on_gone(Ticket ticket) { static_cast<void>(ticket); }

  /// Called after Loop::wake(), to take what other threads have left for this one.
  virtual void on_wake() = 0;

  /// Called when the loop has handled all input and written every ready reply.
  virtual void on_idle() {}

  /// Called periodically; `elapsed` is the time since the last call, by a monotonic clock.
  virtual void on_tick(std::chrono::milliseconds elapsed) { static_cast<void>(elapsed); }
};

using ResponderFactory = std::function<std::unique_ptr<Responder>(Loop&)>;

/// The refusal of a body over its limit.
Error too_large(std::uint64_t bytes_max);
/// What an exception of a responder or a handler is to the caller, and to the log.
Error unexpected(const std::exception& error);

}  // namespace weir::http
