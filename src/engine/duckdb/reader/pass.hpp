#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/duckdb/reader/file_lines.hpp"
#include "engine/duckdb/reader/file_receipts.hpp"
#include "engine/duckdb/reader/read_plan.hpp"
#include "engine/duckdb/reader/record_blocks.hpp"

namespace weir::engine::duckdb {

/// Lines of an NDJSON file that one thread reads.
struct TakenLines {
  std::size_t file = 0;  // its index in the plan
  LineBlock block;
  FileReceipts receipts;  // at the block's first line
};

/// Records of a CBOR file that one thread reads.
struct TakenRecords {
  std::size_t file = 0;  // its index in the plan
  RecordBlock block;
};

/// One pass over the files of a reading, which its threads take in turns: each takes what comes
/// next in the order of the files. Thread-safe.
class Pass {
 public:
  /// `receipts`: those of the lines are asked for.
  Pass(std::shared_ptr<Reading> reading, bool receipts)
      : reading_(std::move(reading)), with_receipts_(receipts) {}

  const ReadPlan& plan() const { return reading_->plan; }
  ReadReport& report() { return reading_->report; }

  /// The next lines; false: there are none left. The report hears which files were read to their
  /// end.
  Result<bool> take_lines(TakenLines& lines);
  /// Likewise the next records.
  Result<bool> take_records(TakenRecords& records);

 private:
  Result<void> note_end(Result<bool> more);

  std::shared_ptr<Reading> reading_;
  bool with_receipts_;
  std::mutex mutex_;
  std::size_t next_file_ = 0;
  std::optional<LineBlocks> lines_;      // of the file before `next_file_`
  std::optional<RecordBlocks> records_;  // likewise
  FileReceipts receipts_;                // of the next block
};

}  // namespace weir::engine::duckdb
