#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace weir::torture {

/// A fault built in on purpose, to show that a story can find it. None of them is a real bug.
enum class Sabotage : std::uint8_t {
  none,
  disk_lies_to_log,      // writes of segments are reported durable but are not
  disk_lies_to_catalog,  // syncs of SQLite's files do nothing
  disk_lies_to_store,    // syncs of batch files do nothing
  disk_forgets_names,    // syncs of directories do nothing
  early_answer,          // the 202 comes at the append, not at the commit
};

/// The counts of one story, or the sum of many.
struct StoryCounts {
  std::uint64_t stories = 0;
  std::uint64_t refusals = 0;  // stories that ended with a server that refused to start: damage
  std::uint64_t power_cuts = 0;
  std::uint64_t kills = 0;
  std::uint64_t clean_restarts = 0;
  std::uint64_t failed_starts = 0;  // starts tried while failures were being injected
  std::uint64_t failures = 0;       // disk calls that were made to fail
  std::uint64_t bit_flips = 0;
  std::uint64_t clock_jumps = 0;
  std::uint64_t operations = 0;  // of the disk
  std::uint64_t sent = 0;
  std::uint64_t accepted = 0;
  std::uint64_t audits = 0;
  std::uint64_t records_checked = 0;
  std::uint64_t files_checked = 0;
  std::uint64_t quarantined_checked = 0;
  std::uint64_t quarantined_in_files_checked = 0;
  std::uint64_t dropped = 0;  // payloads of the quarantine
  std::uint64_t duplicates_checked = 0;
  std::uint64_t sealed_hours_checked = 0;

  StoryCounts& operator+=(const StoryCounts& other);
};

struct StoryOptions {
  std::uint64_t seed = 1;
  std::uint32_t acts = 150;
  Sabotage sabotage = Sabotage::none;
  /// Called for each event; the same seed gives the same lines.
  std::function<void(const std::string&)> tell{};
};

/// Plays one story: a server starts, takes load, and suffers the faults that the seed chooses. From
/// time to time, and at the end, an audit checks the promises (audit.hpp). Everything runs in this
/// thread, in an order that the seed fixes. An error is a broken promise.
Result<StoryCounts> play(const StoryOptions& options);

}  // namespace weir::torture
