#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace weir {

/// The sparse index of one batch file (docs/formats/batch-index.md): the batcher builds it while it
/// writes the file's records, and the engine reads it for their receipts.
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
  /// corrupt where these are not the bytes of an index.
  static Result<std::vector<Mark>> decode(std::string_view bytes);

 private:
  std::vector<Mark> marks_;
  Sequence last_;
};

/// "…/08-0000-0000000000000001.ndjson" -> "….index"
std::string index_key(const std::string& batch_path);

}  // namespace weir
