#pragma once

#include <cstdint>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "pipeline/batcher/batch_catalog.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::batcher {

/// A batcher's hold on its partition. Its number stands in the names of the files that it puts.
struct Claim {
  std::uint64_t number = 0;
  Time since;
};

/// Seals hours that are complete and wholly batched: writes the manifest beside their files, then
/// marks the hours as sealed in the catalog. A crash between the two does no harm: sealing the same
/// hour again writes the same bytes (docs/formats/hour-manifest.md). Runs on the batcher's thread.
class HourSealer {
 public:
  HourSealer(store::ObjectStore& store, BatchCatalog& manifest)
      : store_(store), batch_catalog_(manifest) {}

  struct Sealed {
    std::uint64_t hours = 0;
    /// Hours for which conservation does not hold. They stay unsealed; the conservation alarm
    /// reports them.
    std::uint64_t refused = 0;
    bool more = false;  // more hours may be sealable before `end`
  };
  /// Seals some of the partition's hours that end at or before `end`. Files of such an hour that
  /// earlier claims put and never committed are removed.
  Result<Sealed> seal_some(PartitionNo partition, const Claim& claim, Time end);

 private:
  void remove_lost(const catalog::Hour& hour, const std::vector<catalog::Batch>& files,
                   const std::string& folder, const Claim& claim);
  /// Writes the hour's manifest and sets its path and hash in `hour`; `previous` is the sealed hour
  /// before it in the same stream.
  Result<void> put(catalog::Hour& hour, const std::optional<catalog::Hour>& previous,
                   const Claim& claim);

  store::ObjectStore& store_;
  BatchCatalog& batch_catalog_;
};

}  // namespace weir::batcher
