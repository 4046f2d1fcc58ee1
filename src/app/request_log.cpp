#include "app/request_log.hpp"

#include "app/logging.hpp"

// Wraps the control API's handler instead of being called by it, so that no route is left out.
// Payloads are not logged here: a line would cost more than accepting the payload.
namespace weir::app {
namespace {

LogLevel level_of(const http::Request& request, int status) {
  if (request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics")
    return LogLevel::debug;  // polled all the time; the causes of failures are logged elsewhere
  if (status >= 500) return LogLevel::error;
  return status >= 400 || !(request.method == "GET" || request.method == "HEAD") ? LogLevel::info
                                                                                 : LogLevel::debug;
}

}  // namespace

http::Response RequestLog::answer(const http::Request& request, const http::Handler& handler) {
  const Time begun = clock_.now();
  http::Response response = handler(request);
  const std::chrono::duration<double> took = clock_.now() - begun;
  {
    const std::lock_guard lock(mutex_);
    seconds_.record(took.count());
  }
  if (!response.cause.empty()) log_internal_error(request.request_id, response.cause);
  log_event(level_of(request, response.status), "Control request",
            {{"request_id", request.request_id},
             {"method", request.method},
             {"path", request.path},
             {"status", response.status},
             {"ms", static_cast<std::int64_t>(took.count() * 1000)},
             {"peer", request.peer}});
  return response;
}

void log_internal_error(std::string_view request_id, const std::string& cause) {
  log_event(LogLevel::error, "A request failed by an error of the server's own",
            {{"request_id", request_id}, {"cause", cause}});
}

HistogramCounts RequestLog::seconds() const {
  const std::lock_guard lock(mutex_);
  HistogramCounts counts;
  seconds_.add_to(counts);
  return counts;
}

}  // namespace weir::app
