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
///
/// Where a partition is not gapless, gateways count what they acknowledged in lanes, a second late,
/// and batchers what they took of each lane. A gateway that died has not written its last counts:
/// so more may be taken than was acknowledged, and never less once the checkpoint has passed what
/// was durable when the counts were read.
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

/// What a partition had accepted before its accounts were read.
struct Accepted {
  PartitionNo partition;
  log::PartitionState log;
  std::vector<catalog::LaneCount> lanes;  // read before the log's end; empty where it is gapless
};
Result<Accepted> read_accepted(const log::Log& log, catalog::Catalog& catalog,
                               PartitionNo partition);

/// What was accepted of each stream in all partitions, for people: of lanes as of a second ago.
Result<std::unordered_map<StreamNo, std::uint64_t>> accepted_by_stream(const log::Log& log,
                                                                       catalog::Catalog& catalog);

/// `before` was taken before `accounts` was read, `after` after it.
ConservationReport check_conservation(const Accepted& before, const catalog::Accounts& accounts,
                                      const log::PartitionState& after);

/// Checks all hours that were ever recorded, one after the other: each adds up, and together they
/// run without gaps from a stream's first record to its position. Differences go into `report`.
class HourContinuity {
 public:
  HourContinuity(PartitionNo partition, ConservationReport& report)
      : is_gapless_(is_gapless(partition)), report_(report) {}

  /// Call it in the order of stream and time.
  void add(const catalog::Hour& hour);
  /// The streams' positions, read before the first hour and after the last one.
  using Positions = std::unordered_map<StreamNo, Sequence>;
  void finish(const Positions& before, const Positions& after);
  /// Instead, where the partition is not gapless: the lanes as they were before the first hour was
  /// read, and after the last one.
  using Lanes = std::vector<catalog::LaneCount>;
  void finish(const Lanes& before, const Lanes& after);

 private:
  const bool is_gapless_;
  ConservationReport& report_;
  std::map<StreamNo, Sequence> next_;
  std::map<StreamNo, std::uint64_t> taken_;
};

/// check_conservation of each of the log's partitions.
Result<ConservationReport> check_open_hours(const log::Log& log, catalog::Catalog& catalog);
/// The same and all hours, in pages; `between` runs between pages so others get a turn.
Result<ConservationReport> check_all_hours(const log::Log& log, catalog::Catalog& catalog,
                                           const std::function<void()>& between);
/// Of one partition.
Result<ConservationReport> check_all_hours(const log::Log& log, catalog::Catalog& catalog,
                                           PartitionNo partition,
                                           const std::function<void()>& between);

}  // namespace weir::batcher
