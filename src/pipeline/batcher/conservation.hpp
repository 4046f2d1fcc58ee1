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

/// Conservation (spec/files.md 9): accepted = in log + in files + duplicates + quarantined, per
/// stream and hour. The two sides are counted independently: accepted records by the sequences that
/// the log assigned, the rest from the rows that account for them. A pure check.
namespace weir::batcher {

/// The counts of one stream.
struct StreamAccount {
  StreamNo stream;
  std::uint64_t accepted = 0;   // by the log
  std::uint64_t accounted = 0;  // by the catalog: in files, duplicates or quarantined
  std::uint64_t in_log() const { return accepted - std::min(accepted, accounted); }
};

/// A record too many or too few. Every difference is an alarm.
struct Difference {
  StreamNo stream;
  std::string what;  // a sentence with the numbers
};

struct ConservationReport {
  std::vector<StreamAccount> streams;  // by number
  std::vector<catalog::Hour> hours;    // the unsealed ones
  std::vector<Difference> differences;
  std::uint64_t hours_checked = 0;
  bool complete = false;  // all hours were checked, not only the unsealed ones
  bool holds() const { return differences.empty(); }
};

/// `before` was taken before `accounts` was read, `after` after it.
ConservationReport check_conservation(const log::PartitionState& before,
                                      const catalog::Accounts& accounts,
                                      const log::PartitionState& after);

/// Checks all hours that were ever recorded, one after the other: each adds up, and together they
/// run without gaps from a stream's first record to its position. Differences go into `report`.
class HourContinuity {
 public:
  explicit HourContinuity(ConservationReport& report) : report_(report) {}

  /// Call it in the order of stream and time.
  void add(const catalog::Hour& hour);
  /// The streams' positions, read before the first hour and after the last one.
  using Positions = std::unordered_map<StreamNo, Sequence>;
  void finish(const Positions& before, const Positions& after);

 private:
  ConservationReport& report_;
  std::map<StreamNo, Sequence> next_;
};

/// check_conservation and all hours, in pages; `between` runs between pages so others get a turn.
Result<ConservationReport> check_all_hours(const log::Log& log, catalog::Catalog& catalog,
                                           PartitionNo partition,
                                           const std::function<void()>& between);

}  // namespace weir::batcher
