#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "catalog/lanes.hpp"
#include "catalog/records.hpp"
#include "catalog/snapshot.hpp"

namespace weir::batcher {

/// What the batcher needs of the catalog. Called on the batcher's thread only.
class BatchCatalog {
 public:
  virtual ~BatchCatalog() = default;
  /// The same as in catalog::Batches.
  virtual Result<catalog::Checkpoint> claim(PartitionNo partition) = 0;
  /// The next sequence of every stream that has records accounted for.
  virtual Result<std::unordered_map<StreamNo, Sequence>> positions(PartitionNo partition) = 0;
  /// The same as in catalog::Lanes and catalog::Hours; asked of partitions that are not gapless.
  virtual Result<std::vector<catalog::LaneCount>> lane_counts(PartitionNo partition) = 0;
  virtual Result<Time> sealed_until(PartitionNo partition) = 0;
  /// All or nothing: conflict when the checkpoint or a position has moved since it was read.
  virtual Result<catalog::Checkpoint> commit(const catalog::BatchCommit& commit) = 0;
  /// Bytes of quarantined payloads that the catalog holds now.
  virtual std::uint64_t quarantine_bytes() = 0;
  /// nullopt: the stream does not exist or was deleted.
  virtual Result<std::optional<catalog::StreamView>> stream(StreamNo stream) = 0;
  /// The same as in catalog::Batches and catalog::Hours.
  virtual Result<std::vector<catalog::KeyPrint>> key_prints(PartitionNo partition,
                                                            std::uint64_t count) = 0;
  virtual Result<std::vector<catalog::Hour>> hours_to_seal(PartitionNo partition, Time end,
                                                           std::uint32_t count) = 0;
  virtual Result<std::vector<catalog::Batch>> files(const catalog::Hour& hour) = 0;
  virtual Result<std::optional<catalog::Hour>> newest_sealed(StreamNo stream,
                                                             PartitionNo partition) = 0;
  virtual Result<void> seal(const std::vector<catalog::Hour>& hours) = 0;
};

}  // namespace weir::batcher
