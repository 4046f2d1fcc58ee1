#pragma once

#include <map>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "cli/client/http_client.hpp"

namespace weir::cli {

/// Maps the HTTP status of a refusal to an Errc, from which outcome_of derives the exit
/// code.
Errc errc_of_status(int http_status);

struct Access {
  Url url;
  std::string token;   // empty: no Authorization header
  std::string tenant;  // empty: no header for it
};

/// The tenant that an access token names; empty if the token is not one of Weir's. Verifies
/// nothing: the server does that.
std::string tenant_of(std::string_view token);

/// The control API as calls: JSON in, JSON out. Blocking; used by one thread at a time.
class Api {
 public:
  explicit Api(const Access& access) : access_(access), client_(access.url) {}

  /// `target` is path and query. A refusal is an Error with the server's message; refusal_body()
  /// returns its body until the next call. An answer without content is null.
  Result<boost::json::value> call(std::string_view method, const std::string& target,
                                  const boost::json::value* body = nullptr);
  Result<boost::json::value> get(const std::string& target) { return call("GET", target); }
  Result<boost::json::value> post(const std::string& target, const boost::json::value& body) {
    return call("POST", target, &body);
  }
  Result<boost::json::value> post(const std::string& target) { return call("POST", target); }

  /// The body of an answer of any content type, unchanged.
  Result<std::string> get_text(const std::string& target);

  /// The body of an answer without an end, as it comes; `take` ends it with false. Returns when it
  /// has ended. An Error as those of call(), or of a connection that broke.
  Result<void> follow(const std::string& target, const HttpClient::TakeBody& take);

  /// Every page of a list, as one document {"items":[...]}.
  Result<boost::json::value> list_all(const std::string& path,
                                      std::map<std::string, std::string> query);

  const std::string& refusal_body() const { return refusal_body_; }
  /// The last answer's text. Its numbers are exact; parsed ones are doubles and may differ.
  const std::string& answer_body() const { return answer_body_; }
  const Access& access() const { return access_; }

 private:
  HttpRequest request_of(std::string_view method, const std::string& target) const;
  Failure refused(const HttpReply& reply, std::string_view method, const std::string& target);
  Result<std::string> exchange(std::string_view method, const std::string& target,
                               const boost::json::value* body);

  Access access_;
  HttpClient client_;
  std::string refusal_body_;
  std::string answer_body_;
};

/// The rows of a query as text: {"columns","rows","truncated"} with every number that a double
/// might change (a point, an exponent, more than 15 digits) as a string of its digits.
Result<boost::json::value> parse_exact(std::string_view json);

/// "/api/v0/batches" and {"stream_id": "is-1"} -> "/api/v0/batches?stream_id=is-1"; empty values
/// are left out.
std::string with_query(const std::string& path, const std::map<std::string, std::string>& query);

}  // namespace weir::cli
