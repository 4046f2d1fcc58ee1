#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/batches.hpp"
#include "control/services.hpp"
#include "env/watched_clock.hpp"
#include "pipeline/batcher/batcher.hpp"

namespace weir::app {

/// What `weir doctor` checks besides conservation, at one moment.
struct Vitals {
  Result<std::string> catalog;  // what it is, where it answers
  Result<void> log;
  std::string store_url;  // empty: the data directory
  Result<void> store;
  WatchedClock::State clock;
  std::chrono::microseconds stamps_ahead{0};  // of the clock
  std::chrono::seconds stamps_ahead_max{0};   // as it is set
  Result<void> batcher;
  batcher::BatcherGauges gauges;
  std::chrono::seconds batch_age_max{0};  // the configured bound
  catalog::Batches::QuarantineHeld quarantine;
  std::uint64_t quarantine_bytes_max = 0;  // in the catalog, as it is set
  std::string data_directory;
  Result<std::uint64_t> bytes_free = 0;
  Result<std::uint64_t> bytes_in_all = 0;
  std::uint64_t segment_bytes = 0;
};

/// One health check per entry, each with its meaning and what to do.
std::vector<control::HealthCheck> judge(const Vitals& vitals);

}  // namespace weir::app
