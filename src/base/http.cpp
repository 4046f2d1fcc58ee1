#include "base/http.hpp"

#include <boost/json.hpp>

#include "base/internal_error.hpp"

namespace weir::http {

Response error_response(const Error& error, std::string_view request_id) {
  const Outcome outcome = outcome_of(error.code);
  Response response;
  response.status = outcome.http_status;
  boost::json::object body;
  body["status"] = outcome.http_status;
  body["message"] = text_for_callers(error);
  if (error.code == Errc::internal) response.cause = error.message;
  body["request_id"] = request_id;
  response.body = boost::json::serialize(body);
  if (outcome.retryable) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace weir::http
