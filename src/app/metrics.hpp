#pragma once

#include <string>

#include "http/stats.hpp"
#include "pipeline/batcher/batcher.hpp"
#include "pipeline/gateway/gateway.hpp"

namespace weir::app {

/// What the stages count, at one moment.
struct Measured {
  gateway::GatewayStats gateway;
  http::ServerStats http;
  batcher::BatcherGauges batcher;
  bool log_ready = false;
};

/// The body of GET /metrics, in the Prometheus text format. Names are weir_<stage>_<what>_<unit>.
std::string metrics_text(const Measured& measured);

}  // namespace weir::app
