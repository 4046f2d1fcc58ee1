#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/reader/batch_file.hpp"

namespace weir::engine::duckdb {

/// Whole records of a CBOR batch file that stand one behind the other, and where their rows are.
/// Reused for the next ones.
struct RecordBlock {
  struct Record {
    std::size_t begin = 0;     // its first byte
    std::size_t end = 0;       // that behind it
    std::size_t rows_end = 0;  // in `rows`: those of the record are before it
  };
  std::string bytes;  // may be longer
  std::size_t size = 0;
  std::uint64_t offset = 0;      // in the file, of the first byte
  std::uint64_t number = 1;      // of the first record: 1, 2, 3, ...
  std::uint64_t row_number = 1;  // of the first row; what is no record has the place of one row
  std::vector<Record> records;
  std::vector<std::size_t> rows;           // the first bytes of row elements
  std::map<std::size_t, std::string> bad;  // by place in `records`: why it cannot be read

  std::string_view text() const { return std::string_view(bytes).substr(0, size); }
};

/// Reads a CBOR batch file from front to end, in blocks of about a mebibyte or one longer record.
/// Used by one thread at a time.
class RecordBlocks {
 public:
  /// Errors are those of BatchFile. The claim is checked once the whole file was read.
  static Result<RecordBlocks> open(const FilePlace& place, const std::optional<FileClaim>& claim,
                                   std::string row_tag);

  /// False at the end of the file. corrupt where what is no record does not end either: nothing
  /// from there on can be read.
  Result<bool> next(RecordBlock& block);

 private:
  RecordBlocks(BatchFile file, std::string row_tag)
      : file_(std::move(file)), row_tag_(std::move(row_tag)) {}

  Result<void> fill(RecordBlock& block);
  Result<std::size_t> find_records(RecordBlock& block);
  Failure has_no_end(Error error);

  BatchFile file_;
  std::string row_tag_;
  std::string rest_;           // begins a record; goes in front of the next block
  std::uint64_t offset_ = 0;   // in the file, of `rest_`
  std::uint64_t records_ = 0;  // before `rest_`
  std::uint64_t rows_ = 0;     // likewise
  bool ended_ = false;
};

}  // namespace weir::engine::duckdb
