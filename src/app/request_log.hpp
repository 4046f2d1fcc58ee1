#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/histogram.hpp"
#include "base/http.hpp"
#include "env/clock.hpp"

namespace weir::app {

/// Logs each control request with its request_id and measures its time. Changes and refusals are
/// logged at level info, our own errors at error (with their cause), reads at debug.
class RequestLog {
 public:
  explicit RequestLog(const Clock& clock) : clock_(clock) {}

  /// Wraps `handler` with logging. This object outlives the wrapper. Any thread.
  http::Response answer(const http::Request& request, const http::Handler& handler);

  HistogramCounts seconds() const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  Histogram seconds_;  // guarded by mutex_
};

/// Logs why a request failed, which its answer does not say. Any thread.
void log_internal_error(std::string_view request_id, const std::string& cause);

}  // namespace weir::app
