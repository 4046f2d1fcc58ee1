#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/receipt.hpp"
#include "base/record_index.hpp"
#include "base/result.hpp"
#include "engine/duckdb/reader/file_lines.hpp"
#include "engine/duckdb/reader/read_plan.hpp"

namespace weir::engine::duckdb {

/// The receipts of the records of an NDJSON file, which follow from their sequences. A copy is
/// cheap, and begins at the same line. Used by one thread.
class FileReceipts {
 public:
  /// Knows none.
  FileReceipts() = default;
  /// Reads the file's index where there are gaps. Knows none if the index is lost, or the file's
  /// sequences are not known; corrupt if the index is damaged.
  static Result<FileReceipts> open(const ReadPlan& plan, std::size_t file);

  /// Whether `of` needs every line of the file; otherwise the line's number is enough.
  bool needs_every_line() const { return marks_ != nullptr && marks_->size() > 1; }
  /// In the order of the file. Valid until the next call; empty: not known.
  std::string_view of(const FileLine& line);
  /// Goes past the lines of a block.
  void pass(const LineBlock& block);

 private:
  Address first_;
  std::shared_ptr<const std::vector<RecordIndex::Mark>> marks_;  // null: none is known
  std::size_t mark_ = 0;      // the last one at or before the line
  std::uint64_t marked_ = 1;  // the line that it marks
  Receipt receipt_{};
};

}  // namespace weir::engine::duckdb
