#pragma once

#include <string>

#include "base/histogram.hpp"
#include "http/stats.hpp"
#include "pipeline/batcher/batcher.hpp"
#include "pipeline/gateway/gateway.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::app {

/// What the stages count, at one moment.
struct Measured {
  gateway::GatewayStats gateway;
  http::ServerStats http;
  log::LogStats log;
  batcher::BatcherGauges batcher;
  HistogramCounts batch_seconds;    // commits of batches in the catalog
  HistogramCounts run_seconds;      // workflow runs
  HistogramCounts control_seconds;  // control requests
  bool log_ready = false;
};

/// The body of GET /metrics, in the Prometheus text format. Names are weir_<stage>_<what>_<unit>;
/// docs/operations.md says what each is for.
std::string metrics_text(const Measured& measured);

}  // namespace weir::app
