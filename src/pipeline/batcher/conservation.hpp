#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "catalog/hours.hpp"
#include "pipeline/log/log.hpp"

/// Conservation (spec/files.md 9): accepted = in log + in files + duplicates + quarantined,
/// per stream and hour. Each side is counted by someone else: what was accepted by the numbers the
/// log gave out, the rest from the rows that account for them. A pure check.
namespace weir::batcher {

/// One stream as it stands.
struct StreamAccount {
  StreamNo stream;
  std::uint64_t accepted = 0;   // by the log
  std::uint64_t accounted = 0;  // by the catalog: in files, duplicates or quarantined
  std::uint64_t in_log() const { return accepted - std::min(accepted, accounted); }
};

/// A record too many or too few. Any is an alarm.
struct Difference {
  StreamNo stream;
  std::string what;  // a sentence with the numbers
};

struct ConservationReport {
  std::vector<StreamAccount> streams;  // by number
  std::vector<catalog::Hour> hours;    // those not sealed
  std::vector<Difference> differences;
  std::uint64_t hours_checked = 0;
  bool complete = false;  // all hours were looked at, not only those not sealed
  bool holds() const { return differences.empty(); }
};

/// `before` and `after` were taken before and after `accounts` was read.
ConservationReport check_conservation(const log::PartitionState& before,
                                      const catalog::Accounts& accounts,
                                      const log::PartitionState& after);

/// The hours there ever were, one after the other: each adds up, and they follow one another from a
/// stream's first record to its position. What is wrong goes into `report`.
class HourContinuity {
 public:
  explicit HourContinuity(ConservationReport& report) : report_(report) {}

  /// By stream and time.
  void add(const catalog::Hour& hour);
  /// The positions as they were before the first hour was read and after the last.
  using Positions = std::unordered_map<StreamNo, Sequence>;
  void finish(const Positions& before, const Positions& after);

 private:
  ConservationReport& report_;
  std::map<StreamNo, Sequence> next_;
};

/// check_conservation and all hours, read in pieces; `between` them it is others' turn.
Result<ConservationReport> check_all_hours(const log::Log& log, catalog::Catalog& catalog,
                                           PartitionNo partition,
                                           const std::function<void()>& between);

}  // namespace weir::batcher
