#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "catalog/lanes.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// What the check of conservation compares, read in one transaction.
struct Accounts {
  Checkpoint checkpoint;
  std::unordered_map<StreamNo, Sequence> positions;  // the next sequence to account for
  std::vector<Hour> hours;                           // the unsealed ones, by stream, day and hour
  std::vector<LaneCount> lanes;                      // where the partition is not gapless
};

/// Selects the hours of days [from, to).
struct HourFilter {
  std::optional<Day> from{};
  std::optional<Day> to{};
};

/// The UTC hours of streams: the counts of conservation, and which hours are sealed
/// (docs/formats/hour-manifest.md). An hour exists once a batch commit accounts for a record of it.
/// It is sealed once no record can be added.
class Hours {
 public:
  explicit Hours(Database& database) : database_(database) {}

  /// Unsealed hours that end at or before `end`, by day, hour and stream, at most `count`.
  Result<std::vector<Hour>> to_seal(PartitionNo partition, Time end, std::uint32_t count);
  /// The hour's files, in the order of their records.
  Result<std::vector<Batch>> files(const Hour& hour);
  /// The stream's newest sealed hour; the manifest of the next one names it.
  Result<std::optional<Hour>> newest_sealed(StreamNo stream, PartitionNo partition);
  /// Each hour brings its manifest_path and manifest_sha256. conflict, and none, if one is sealed.
  Result<void> seal(const std::vector<Hour>& hours);
  /// The end of the newest sealed hour: no record can be received before it any more.
  Result<Time> sealed_until(PartitionNo partition);

  /// The stream's hours, ordered by time.
  Result<Page<Hour>> list(std::uint32_t tenant_no, const std::string& stream_id,
                          const PageRequest& page, const HourFilter& filter = {});

  Result<Accounts> accounts(PartitionNo partition);
  /// Pages through all hours ever recorded, by stream and time: up to `count` hours after `last`
  /// (Hour{} for the first page). Small pages keep others from waiting long.
  Result<std::vector<Hour>> behind(PartitionNo partition, const Hour& last, std::uint32_t count);

 private:
  Database& database_;
};

}  // namespace weir::catalog
