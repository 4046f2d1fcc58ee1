// Threads share a file by blocks of its lines or records. One of them at a time reads a block,
// hashes it and counts what is in it; that takes a fifteenth of the time that parsing the block of
// lines and all that follows take, and a tenth for records, so a lock around it does not hold up a
// dozen threads.

#include "engine/duckdb/reader/pass.hpp"

#include <utility>

namespace weir::engine::duckdb {

Result<bool> Pass::take_lines(TakenLines& lines) {
  const std::lock_guard lock(mutex_);
  while (true) {
    if (!lines_) {
      if (next_file_ >= plan().paths.size()) return false;
      receipts_ = {};
      if (with_receipts_) {
        WEIR_TRY(receipts_, FileReceipts::open(plan(), next_file_));
      }
      WEIR_TRY(lines_, LineBlocks::open(plan().place(next_file_), plan().claim(next_file_)));
      ++next_file_;
    }
    lines.file = next_file_ - 1;
    lines.receipts = receipts_;
    Result<bool> more = lines_->next(lines.block);
    if (more && *more) {
      receipts_.pass(lines.block);
      return true;
    }
    lines_.reset();
    WEIR_CHECK(note_end(std::move(more)));
  }
}

Result<bool> Pass::take_records(TakenRecords& records) {
  const std::lock_guard lock(mutex_);
  while (true) {
    if (!records_) {
      if (next_file_ >= plan().paths.size()) return false;
      WEIR_TRY(records_, RecordBlocks::open(plan().place(next_file_), plan().claim(next_file_),
                                            plan().row_tag));
      ++next_file_;
    }
    records.file = next_file_ - 1;
    Result<bool> more = records_->next(records.block);
    if (more && *more) return true;
    records_.reset();
    WEIR_CHECK(note_end(std::move(more)));
  }
}

/// Of the file that was read last.
Result<void> Pass::note_end(Result<bool> more) {
  if (more) {
    report().note_whole(next_file_ - 1);
    return {};
  }
  next_file_ = plan().paths.size();  // nothing of the pass counts
  return fail(std::move(more).error());
}

}  // namespace weir::engine::duckdb
