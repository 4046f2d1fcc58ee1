#pragma once

#include <cstdint>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "pipeline/batcher/batch_catalog.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::batcher {

/// Seals hours that are complete and wholly batched: puts the manifest beside their files, then
/// marks them in the catalog. A crash between the two is nothing: the same hour is the same bytes
/// (docs/formats/hour-manifest.md). The batcher's thread.
class HourSealer {
 public:
  HourSealer(store::ObjectStore& store, BatchCatalog& manifest)
      : store_(store), batch_catalog_(manifest) {}

  struct Sealed {
    std::uint64_t hours = 0;
    /// Hours for which conservation does not hold: they are left as they are, for the
    /// alarm to tell.
    std::uint64_t refused = 0;
    bool more = false;  // there may be further hours to seal before `end`
  };
  /// Some of the partition's hours that end at or before `end`.
  Result<Sealed> seal_some(PartitionNo partition, Time end);

 private:
  /// Puts the hour's manifest and notes it in `hour`; `previous` is the stream's sealed hour before
  /// it.
  Result<void> put(catalog::Hour& hour, const std::optional<catalog::Hour>& previous);

  store::ObjectStore& store_;
  BatchCatalog& batch_catalog_;
};

}  // namespace weir::batcher
