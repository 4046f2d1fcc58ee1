// Threads share a file by blocks of its lines. One of them at a time reads a block, hashes it and
// counts its lines; that takes a fifteenth of the time that parsing the block and all that follows
// take, so a lock around it does not hold up a dozen threads. Records of CBOR do not tell without
// parsing how many rows they are, so a CBOR file is one thread's.

#include "engine/duckdb/reader/pass.hpp"

namespace weir::engine::duckdb {

std::optional<std::size_t> Pass::take_file() {
  const std::lock_guard lock(mutex_);
  if (next_file_ >= plan().paths.size()) return std::nullopt;
  return next_file_++;
}

Result<bool> Pass::take_lines(TakenLines& lines) {
  const std::lock_guard lock(mutex_);
  while (true) {
    if (!blocks_) {
      if (next_file_ >= plan().paths.size()) return false;
      receipts_ = {};
      if (with_receipts_) {
        WEIR_TRY(receipts_, FileReceipts::open(plan(), next_file_));
      }
      WEIR_TRY(blocks_, LineBlocks::open(plan().paths[next_file_], plan().claim(next_file_)));
      ++next_file_;
    }
    lines.file = next_file_ - 1;
    lines.receipts = receipts_;
    Result<bool> more = blocks_->next(lines.block);
    if (more && *more) {
      receipts_.pass(lines.block);
      return true;
    }
    blocks_.reset();
    if (!more) {
      next_file_ = plan().paths.size();  // nothing of the pass counts
      return more;
    }
    report().note_whole(lines.file);
  }
}

}  // namespace weir::engine::duckdb
