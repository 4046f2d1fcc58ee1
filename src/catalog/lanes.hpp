#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// Of one lane, in one stream and partition: what its gateway acknowledged, and what was taken
/// from the log and is accounted for.
struct LaneCount {
  LaneNo lane;
  StreamNo stream;
  std::uint64_t acknowledged = 0;
  std::uint64_t taken = 0;
  std::uint64_t next_number = 1;  // after the last record taken
};

/// Who accepts records of partitions that are not gapless, and how many
/// (docs/decisions/0021-what-an-address-is.md). A gateway counts what it acknowledges, and writes
/// the counts each second; batchers count what they take, in the transaction of each batch. So
/// neither side of conservation is copied from the other.
class Lanes {
 public:
  explicit Lanes(Database& database) : database_(database) {}

  /// A new lane, with a number that no record has. `owner` is for people: host and process.
  Result<LaneNo> open(const std::string& owner);

  struct Acknowledged {
    PartitionNo partition;
    StreamNo stream;
    std::uint64_t records = 0;  // since the lane was opened
  };
  /// Sets the counts of a lane. Called by its owner alone.
  Result<void> acknowledge(LaneNo lane, std::span<const Acknowledged> counts);

  /// By stream and lane.
  Result<std::vector<LaneCount>> counts(PartitionNo partition);

 private:
  Database& database_;
};

}  // namespace weir::catalog
