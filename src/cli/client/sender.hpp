#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/client/api.hpp"
#include "cli/client/backoff.hpp"

namespace weir::cli {

/// One payload to send: the body of one request.
struct Outgoing {
  std::uint64_t index = 0;  // the caller's number for it
  std::string name;         // for messages, such as a file name
  std::string stream_id;
  std::string content_type;  // application/json or application/xml
  std::string body;
  std::string idempotency_key = {};  // empty: none
};

/// The result of sending one payload.
struct SendResult {
  bool accepted = false;         // a 202 was read
  int status = 0;                // of the last answer; 0: no answer
  std::string receipt;           // the 202's request_id
  std::string message;           // why it was not accepted, from the server or from here
  std::uint32_t tries = 0;       // requests made, without refused connections
  std::uint32_t unanswered = 0;  // requests without an answer: each may have been stored
};

struct SendSettings {
  Access access;
  std::uint32_t connections = 4;  // each a thread with one keep-alive connection
  std::uint32_t attempts_max = 8;
  BackoffPolicy backoff;
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  std::function<void(std::chrono::milliseconds)> sleep;  // called from every connection's thread
  std::uint64_t seed = 0;
};

/// Sends every payload that `next` returns, until it returns none. Retries 429, 500, 503, 504 and
/// broken or refused connections with backoff and jitter. `next` and `done` are called from the
/// connections' threads, one call at a time. Returns when every payload has its result.
void send_all(const SendSettings& settings, const std::function<std::optional<Outgoing>()>& next,
              const std::function<void(const Outgoing&, const SendResult&)>& done);

}  // namespace weir::cli
