#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::cli {

/// A server's address: "http://127.0.0.1:8080", optionally with a path prefix for a proxy.
struct Url {
  std::string host;
  std::string port = "80";
  std::string prefix;  // "" or "/weir"
  bool tls = false;
  std::string ca_file;  // trusted CAs, PEM; empty: the system's

  std::string text() const;
};

/// Reads http[s]://HOST[:PORT][/PREFIX]. Other schemes are refused with what to do instead.
Result<Url> parse_url(std::string_view text);

struct HttpRequest {
  std::string method = "GET";
  std::string target;  // path and query, percent-encoded
  std::map<std::string, std::string> headers;
  std::string body;  // with its Content-Type among the headers
};

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

/// One HTTP/1.1 connection, kept open between exchanges and reopened when it was closed. Blocking;
/// used by one thread at a time.
///
/// Any status is a reply. Errors: `unavailable` when nothing was sent (no connection);
/// `request_timeout` when something may have been sent but no answer came. In the second case the
/// server may have acted on the request, so only the caller can decide whether to repeat it.
class HttpClient {
 public:
  explicit HttpClient(Url url, std::chrono::milliseconds timeout = std::chrono::seconds(60));
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  Result<HttpReply> exchange(const HttpRequest& request);

  /// Takes a part of a body as it comes; false ends the exchange.
  using TakeBody = std::function<bool(std::string_view)>;
  /// The same for an answer without an end: the body of a 200 goes to `take`, that of any other
  /// into the reply. Lasts until `take` says so, the server ends it, or nothing comes for
  /// `silence_max`.
  Result<HttpReply> follow(const HttpRequest& request, const TakeBody& take,
                           std::chrono::seconds silence_max = std::chrono::seconds(45));

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

/// Percent-encodes a path segment or a query value: all but letters, digits and "-._~".
std::string percent_encode(std::string_view text);

}  // namespace weir::cli
