#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace weir::store {

struct HttpRequest {
  std::string method;
  std::string url;  // as it is sent: encoded, and signed
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view body = {};  // outlives the call
};

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  /// Empty where there is none.
  std::string header(const std::string& name) const;
};

struct HttpBounds {
  std::chrono::milliseconds connect_max = std::chrono::seconds(5);
  std::chrono::milliseconds time_max = std::chrono::seconds(60);  // of one exchange
  std::string ca_file = {};  // trusted authorities, PEM; empty: the system's
  /// Whether the environment's proxies are used. Never for what only this machine answers.
  bool uses_proxy = true;
};

/// Requests to one service over connections that are kept. Thread-safe; each call blocks.
class HttpClient {
 public:
  explicit HttpClient(HttpBounds bounds);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any status is a reply. unavailable: there was none, and the request may have been carried out
  /// or not; io: the peer's certificate is not trusted; too_large: the reply's body is over
  /// `body_bytes_max`. Redirects are not followed.
  Result<HttpReply> send(const HttpRequest& request, std::uint64_t body_bytes_max);

 private:
  class Handle;
  std::unique_ptr<Handle> take_handle();
  void give_back(std::unique_ptr<Handle> handle);

  const HttpBounds bounds_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_;
};

}  // namespace weir::store
