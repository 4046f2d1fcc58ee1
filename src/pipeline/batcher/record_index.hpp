#pragma once

#include <cstdint>

#include "base/record_index.hpp"
#include "base/result.hpp"
#include "catalog/records.hpp"
#include "pipeline/store/object_store.hpp"

/// Finds a record's bytes within a batch file (docs/formats/batch-index.md).
namespace weir::batcher {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// Returns the record's bytes; reads the index and one stride of the file. Errors: not_found where
/// a needed index does not exist (a file of an older weir); corrupt where file and index disagree
/// or the file is gone.
Result<ByteRange> locate(store::ObjectStore& store, const catalog::Batch& batch, Sequence sequence);

}  // namespace weir::batcher
