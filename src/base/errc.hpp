#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// Every way an operation of the server can fail, as a closed list. `outcome_of`, and nothing else,
/// decides what an error means to callers outside the process.
enum class Errc : std::uint8_t {
  bad_request,         // the caller's input is malformed or breaks a rule; it must change
  unauthorized,        // no token, or one that does not verify or has expired
  forbidden,           // a valid token whose key may not do this
  not_found,           // there is no such thing, or another tenant owns it
  method_not_allowed,  // the path exists, the method does not
  request_timeout,     // the request did not arrive in time
  conflict,            // the name is taken, or the thing was changed meanwhile or is in use
  length_required,     // a body without a length
  too_large,           // the body is over the cap
  unsupported_media,   // neither JSON nor XML
  headers_too_large,   // header section over its cap
  throttled,           // over its rate limit; the same request may pass a little later
  overloaded,          // too much in flight; the same request may pass in a second
  disk_full,           // no room to make a record durable
  log_failed,          // a write or sync failed: the log is poisoned until restart
  commit_timeout,      // not durable within the time limit; it may still become durable
  unavailable,         // a part that is needed has failed, has not started or is shutting down
  corrupt,             // bytes on disk are not what was written
  newer_version,       // written by a newer weir than this one
  locked,              // another process holds the data directory
  io,                  // the operating system refused; the message has its error text
  internal,            // none of the above: a bug of ours
};

/// What an error is to a caller over HTTP, to a retrying client, to metrics and to a shell.
struct Outcome {
  int http_status;
  bool retryable;
  std::string_view label;  // metric and log label, snake_case
  int exit_code;           // of the CLI, documented in docs/cli.md
};

/// Total over Errc: a new code does not compile until it has its line here.
constexpr Outcome outcome_of(Errc code) {
  switch (code) {
    case Errc::bad_request:
      return {400, false, "bad_request", 2};
    case Errc::unauthorized:
      return {401, false, "unauthorized", 3};
    case Errc::forbidden:
      return {403, false, "forbidden", 3};
    case Errc::not_found:
      return {404, false, "not_found", 4};
    case Errc::method_not_allowed:
      return {405, false, "method_not_allowed", 2};
    case Errc::request_timeout:
      return {408, true, "request_timeout", 6};
    case Errc::conflict:
      return {409, false, "conflict", 5};
    case Errc::length_required:
      return {411, false, "length_required", 2};
    case Errc::too_large:
      return {413, false, "too_large", 2};
    case Errc::unsupported_media:
      return {415, false, "unsupported_media", 2};
    case Errc::headers_too_large:
      return {431, false, "headers_too_large", 2};
    case Errc::throttled:
      return {429, true, "throttled", 6};
    case Errc::overloaded:
      return {503, true, "overloaded", 6};
    case Errc::disk_full:
      return {503, true, "disk_full", 6};
    case Errc::log_failed:
      return {503, true, "log_failed", 6};
    case Errc::commit_timeout:
      return {504, true, "commit_timeout", 6};
    case Errc::unavailable:
      return {503, true, "unavailable", 6};
    case Errc::corrupt:
      return {500, false, "corrupt", 7};
    case Errc::newer_version:
      return {500, false, "newer_version", 7};
    case Errc::locked:
      return {500, false, "locked", 7};
    case Errc::io:
      return {500, true, "io", 7};
    case Errc::internal:
      return {500, true, "internal", 1};
  }
  return {500, true, "internal", 1};
}

}  // namespace weir
