#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/limits.hpp"
#include "base/time.hpp"

/// When a batch is closed (docs/formats/batch-file.md, "Rolling"): a pure decision.
namespace weir::batcher {

struct RollPolicy {
  std::uint64_t bytes_max = limits::batch_bytes_default;
  std::uint32_t records_max = limits::batch_records_max;
  std::chrono::microseconds age_max = std::chrono::seconds(60);
};

/// The state of an open batch that the decision depends on.
struct BatchShape {
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;  // including those for the quarantine
  Time first_received_at;
  Time opened_at;  // when its first record was read
  Time hour_end;
  std::chrono::microseconds age_max = std::chrono::microseconds::max();  // its stream's own
};

/// The state of the batcher that the decision depends on.
struct RollMoment {
  Time now;
  Time last_received_at;   // of the partition's record read last
  bool caught_up = false;  // all durable records have been read
};

enum class Roll : std::uint8_t { wait, by_bytes, by_records, by_hour, by_age };

/// While the batcher is behind, a batch's age counts from when it was opened, and its hour is over
/// only when the log says so. Otherwise each old record would get a file of its own.
constexpr Roll decide(const BatchShape& batch, const RollMoment& moment, const RollPolicy& policy) {
  if (batch.bytes >= policy.bytes_max) return Roll::by_bytes;
  if (batch.records >= policy.records_max) return Roll::by_records;
  const Time newest =
      moment.caught_up ? std::max(moment.now, moment.last_received_at) : moment.last_received_at;
  if (newest >= batch.hour_end) return Roll::by_hour;
  const Time since = moment.caught_up ? batch.first_received_at : batch.opened_at;
  // If the clock was set back, the age is negative and the batch would stay open for that long.
  const bool clock_went_back = moment.now < batch.opened_at;
  if (clock_went_back || moment.now - since >= std::min(policy.age_max, batch.age_max))
    return Roll::by_age;
  return Roll::wait;
}

}  // namespace weir::batcher
