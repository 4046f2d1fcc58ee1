#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// What conservation is checked against, read in one transaction.
struct Accounts {
  Checkpoint checkpoint;
  std::unordered_map<StreamNo, Sequence> positions;  // the next sequence to account for
  std::vector<Hour> hours;                           // not sealed; by stream, day and hour
};

/// The UTC hours of streams: what conservation adds up, and which of them are sealed
/// (docs/formats/hour-manifest.md). An hour is there once a batch commit accounts for a record of
/// it; it is sealed once no more can come.
class Hours {
 public:
  explicit Hours(Database& database) : database_(database) {}

  /// Those not sealed that end at or before `end`, by day, hour and stream, at most `count`.
  Result<std::vector<Hour>> to_seal(PartitionNo partition, Time end, std::uint32_t count);
  /// The hour's files, in the order of their records.
  Result<std::vector<Batch>> files(const Hour& hour);
  /// The stream's newest sealed hour, which the next one's manifest names.
  Result<std::optional<Hour>> newest_sealed(StreamNo stream, PartitionNo partition);
  /// Each with its manifest_path and manifest_sha256; all or none. conflict: one is sealed already.
  Result<void> seal(const std::vector<Hour>& hours);
  /// The end of the newest sealed hour: no record may be received before it any more.
  Result<Time> sealed_until(PartitionNo partition);

  /// A stream's hours in the order of their time.
  Result<Page<Hour>> list(std::uint32_t tenant_no, const std::string& stream_id,
                          const PageRequest& page);

  Result<Accounts> accounts(PartitionNo partition);
  /// Of all hours there ever were, by stream and time, the next behind `last` (from the first one:
  /// Hour{}); at most `count`, so that nobody else waits long.
  Result<std::vector<Hour>> behind(PartitionNo partition, const Hour& last, std::uint32_t count);

 private:
  Database& database_;
};

}  // namespace weir::catalog
