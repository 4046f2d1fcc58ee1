#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// HTTP as the control API and the CLI see it: whole requests, off the hot path. The gateway works
/// on the types of http/exchange.hpp instead.
namespace weir::http {

struct Request {
  std::string method;  // "GET"
  /// Without the query, percent-decoded but for %2F and %25: so a slash in a name is told from
  /// those between the segments (control/routes.hpp).
  std::string path;
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string request_id;  // made by the server; answered in errors and logs
  std::string peer;        // the caller's IP address
  std::stop_token gone;    // requested once the caller has disconnected
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beyond type and length
  std::string cause = {};  // of an internal error: for the server's log, and never sent
};

/// Handles whole requests. The server calls it on a thread of its pool, so it may block.
using Handler = std::function<Response(const Request&)>;

/// An error's JSON body: {"status","message","request_id"}. A retryable error also has
/// "Retry-After: 1" (spec/ingest.md 5). An internal error's whole message is the response's cause.
Response error_response(const Error& error, std::string_view request_id);

}  // namespace weir::http
