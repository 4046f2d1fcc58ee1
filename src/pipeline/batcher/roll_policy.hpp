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

/// What the decision asks of an open batch.
struct BatchShape {
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;  // those for the quarantine included
  Time first_received_at;
  Time opened_at;  // when its first record was read
  Time hour_end;
};

/// What it asks of the moment.
struct RollMoment {
  Time now;
  Time last_received_at;   // of the newest record read of the partition
  bool caught_up = false;  // nothing durable is unread
};

enum class Roll : std::uint8_t { wait, by_bytes, by_records, by_hour, by_age };

/// While the batcher is behind, age counts from when the batch was opened and the hour is over
/// only when the log says so: otherwise old records would each become a file of their own.
constexpr Roll decide(const BatchShape& batch, const RollMoment& moment, const RollPolicy& policy) {
  if (batch.bytes >= policy.bytes_max) return Roll::by_bytes;
  if (batch.records >= policy.records_max) return Roll::by_records;
  const Time newest =
      moment.caught_up ? std::max(moment.now, moment.last_received_at) : moment.last_received_at;
  if (newest >= batch.hour_end) return Roll::by_hour;
  const Time since = moment.caught_up ? batch.first_received_at : batch.opened_at;
  // A clock that was put back would keep the batch open for as long.
  const bool clock_went_back = moment.now < batch.opened_at;
  if (clock_went_back || moment.now - since >= policy.age_max) return Roll::by_age;
  return Roll::wait;
}

}  // namespace weir::batcher
