#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "http/chunked.hpp"
#include "http/head_parser.hpp"
#include "http/receive_buffer.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Parses requests from one connection's bytes. The result depends on the bytes alone, not on how
/// they were split in transit (http_parser_fuzz.cpp). No I/O; used by one thread.
class RequestParser {
 public:
  enum class Event : std::uint8_t {
    need_more,  // read into room(), tell filled()
    head,       // a head arrived without its body: call limit_body(), then go on; once a request
    request,    // a whole request: call request(), then take()
    refused,    // see refusal(); no further request comes from this connection
  };

  /// `budget`: for large bodies, until another is said. `body_bytes_max`: the cap of a body that no
  /// limit_body() was said for.
  RequestParser(MemoryBudget& budget, std::uint64_t body_bytes_max)
      : buffer_(budget), body_bytes_ceiling_(body_bytes_max) {}

  /// Where to read into; empty when memory for large bodies is used up.
  std::span<char> room();
  void filled(std::size_t bytes) { buffer_.filled(bytes); }

  Event next();

  /// After head or request. Views into the buffer: good until the next call of anything else.
  RequestView request(std::string_view peer) const;
  /// Where memory for the body comes from; false: there is none for what is held already.
  bool charge_to(MemoryBudget& budget) { return buffer_.charge_to(budget); }
  void limit_body(std::uint64_t bytes_max) { body_bytes_max_ = bytes_max; }
  /// After head: whether there is memory now for the body that Content-Length announces.
  bool has_memory_for_body() const { return buffer_.may_grow_to(bytes_wanted()); }
  /// The request has been dealt with.
  void take();
  /// No further request is wanted: drops what is here and gives its memory back.
  void discard() { buffer_.discard(); }
  const Error& refusal() const { return refusal_; }

  /// Whether no byte of a request is here.
  bool idle() const { return buffer_.size() == 0; }
  /// Whether request() may be called: also after refused, where the body was the reason.
  bool has_head() const { return raw_ > 0; }
  /// Whether a request's body is on its way.
  bool in_body() const { return state_ == State::body; }

 private:
  enum class State : std::uint8_t { start, head, body, whole, refused };
  Event refuse(Error error);
  bool skip_blank_line();
  Event read_head();
  Event read_body();
  Event read_chunks();
  std::size_t bytes_wanted() const;

  ReceiveBuffer buffer_;
  const std::uint64_t body_bytes_ceiling_;
  State state_ = State::start;
  bool head_reported_ = false;
  bool skipped_blank_ = false;
  HeadParser head_parser_;
  RequestHead head_;
  ChunkedDecoder chunks_;
  // From the request's first byte:
  std::size_t body_end_ = 0;  // of what is decoded
  std::size_t raw_ = 0;       // of what is consumed
  std::uint64_t body_bytes_max_ = 0;
  Error refusal_;
};

}  // namespace weir::http
