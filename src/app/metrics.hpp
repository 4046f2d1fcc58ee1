#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/process_state.hpp"
#include "base/histogram.hpp"
#include "catalog/batches.hpp"
#include "catalog/courier_groups.hpp"
#include "catalog/runs.hpp"
#include "catalog/snapshot.hpp"
#include "env/watched_clock.hpp"
#include "fields/drift.hpp"
#include "http/stats.hpp"
#include "live/hub.hpp"
#include "pipeline/batcher/batcher.hpp"
#include "pipeline/batcher/conservation.hpp"
#include "pipeline/gateway/gateway.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::app {

/// Of today, by fields::Change::Kind.
using FieldChanges = std::array<std::uint64_t, fields::change_kinds>;

/// The counts of all stages at one moment.
struct Measured {
  gateway::GatewayStats gateway;
  http::ServerStats http;
  log::LogStats log;
  WatchedClock::State clock;
  batcher::BatcherGauges batcher;
  catalog::Batches::QuarantineHeld quarantine;
  HistogramCounts batch_seconds;  // commits of batches in the catalog
  HistogramCounts run_seconds;    // workflow runs
  std::vector<std::pair<std::string, HistogramCounts>> live_lag;  // by courier
  HistogramCounts schedule_lateness;  // firings of schedules, after their time
  FieldChanges field_changes{};
  catalog::FiringCounts firings;
  std::vector<catalog::RunsInState> runs;
  HistogramCounts control_seconds;  // control requests
  live::Hub::Counts followers;
  std::uint64_t alerts_delivered = 0;
  std::uint64_t alert_tries_failed = 0;
  bool log_ready = false;
  std::uint64_t disk_bytes_free = 0;  // of the file system that has the data directory
  std::uint64_t disk_bytes = 0;       // 0: not known, and then neither is told
  ProcessState process;
  std::shared_ptr<const batcher::ConservationReport> conservation;  // null before the first check
  std::uint64_t conservation_checks = 0;
  std::shared_ptr<const catalog::Snapshot> snapshot;  // for the ids of streams
  /// Streams, and live couriers, that are named at most; all others are added up as "other". 0:
  /// none is named, and what is told by stream is told as one sum.
  std::uint32_t streams_named_max = 0;
};

/// The body of GET /metrics, in the Prometheus text format. Names are weir_<stage>_<what>_<unit>;
/// docs/operations.md says what each is for.
std::string metrics_text(const Measured& measured);

}  // namespace weir::app
