#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "pipeline/store/object_store.hpp"

/// Where in a batch file a record stands (docs/formats/batch-index.md).
namespace weir::batcher {

/// Gathers the sparse index of one file as its records are written.
class RecordIndex {
 public:
  struct Mark {
    Sequence sequence;
    std::uint64_t offset = 0;
    bool operator==(const Mark&) const = default;
  };

  /// In the order of the file.
  void add(Sequence sequence, std::uint64_t offset);
  /// A file that holds all records from `first` to `last` within one stride needs none.
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

/// The record's bytes in the batch's file; reads the index and one stride of the file. not_found
/// where an index is needed and not there (a file of an older weir), corrupt where file and index
/// disagree, or the file is gone.
Result<ByteRange> locate(store::ObjectStore& store, const catalog::Batch& batch, Sequence sequence);

}  // namespace weir::batcher
