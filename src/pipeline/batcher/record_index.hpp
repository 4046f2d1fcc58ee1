#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "pipeline/store/object_store.hpp"

/// Finds a record's bytes within a batch file (docs/formats/batch-index.md).
namespace weir::batcher {

/// Builds the sparse index of one file while its records are written.
class RecordIndex {
 public:
  struct Mark {
    Sequence sequence;
    std::uint64_t offset = 0;
    bool operator==(const Mark&) const = default;
  };

  /// Call it in the order of the file.
  void add(Sequence sequence, std::uint64_t offset);
  /// A file needs no index if it holds all records from `first` to `last` within one stride.
  bool is_needed(Sequence first, Sequence last) const;
  std::string encode() const;
  static Result<std::vector<Mark>> decode(std::string_view bytes);

 private:
  std::vector<Mark> marks_;
  Sequence last_;
};

/// "…/08-0000-0000000000000001.ndjson" -> "….index"
std::string index_key(const std::string& batch_path);

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// Returns the record's bytes; reads the index and one stride of the file. Errors: not_found where
/// a needed index does not exist (a file of an older weir); corrupt where file and index disagree
/// or the file is gone.
Result<ByteRange> locate(store::ObjectStore& store, const catalog::Batch& batch, Sequence sequence);

}  // namespace weir::batcher
