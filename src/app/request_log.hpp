#pragma once

#include <mutex>

#include "base/histogram.hpp"
#include "base/http.hpp"
#include "env/clock.hpp"

namespace weir::app {

/// A control request's line in the log, with its request_id, and the time it took. Changes and
/// refusals are said at level info, errors of ours at error, reads at debug.
class RequestLog {
 public:
  explicit RequestLog(const Clock& clock) : clock_(clock) {}

  /// `handler`, logged. This outlives it. Any thread.
  http::Response answer(const http::Request& request, const http::Handler& handler);

  HistogramCounts seconds() const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  Histogram seconds_;  // guarded by mutex_
};

}  // namespace weir::app
