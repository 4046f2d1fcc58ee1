#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace weir::torture {

/// What is made wrong on purpose, to show that a story can find it. None of them is a bug of ours.
enum class Sabotage : std::uint8_t {
  none,
  disk_lies_to_log,      // writes of segments are reported safe and are not
  disk_lies_to_catalog,  // syncs of SQLite's files do nothing
  disk_lies_to_store,    // syncs of batch files do nothing
  disk_forgets_names,    // syncs of directories do nothing
  early_answer,          // 202 when a record was appended, not when it was committed
};

/// What happened in a story, or in many.
struct StoryCounts {
  std::uint64_t stories = 0;
  std::uint64_t refusals = 0;  // stories that ended with a server that would not start, for damage
  std::uint64_t power_cuts = 0;
  std::uint64_t kills = 0;
  std::uint64_t clean_restarts = 0;
  std::uint64_t failed_starts = 0;  // of those tried while things went on failing
  std::uint64_t failures = 0;       // calls to the disk that were made to fail
  std::uint64_t bit_flips = 0;
  std::uint64_t clock_jumps = 0;
  std::uint64_t operations = 0;  // of the disk
  std::uint64_t sent = 0;
  std::uint64_t accepted = 0;
  std::uint64_t audits = 0;
  std::uint64_t records_checked = 0;
  std::uint64_t files_checked = 0;
  std::uint64_t quarantined_checked = 0;
  std::uint64_t duplicates_checked = 0;
  std::uint64_t sealed_hours_checked = 0;

  StoryCounts& operator+=(const StoryCounts& other);
};

struct StoryOptions {
  std::uint64_t seed = 1;
  std::uint32_t acts = 150;
  Sabotage sabotage = Sabotage::none;
  /// Told each thing that happens; the same lines for the same seed.
  std::function<void(const std::string&)> tell{};
};

/// Plays one story: a server lives, is loaded, and is hurt in every way the seed decides; now and
/// then, and at the end, the claim is checked (audit.hpp). All of it in this thread, in the order
/// the seed says. An error is a violation of the claim.
Result<StoryCounts> play(const StoryOptions& options);

}  // namespace weir::torture
