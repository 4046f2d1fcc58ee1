// A record does not tell its length, nor how many rows it has, so a block's records are gone
// through once to check and to count them. That takes a tenth of the time that rows take to make,
// so threads can share a file: one finds the records, all make rows of them. Where the block ends
// within a record, it is read again at the head of the next one.

#include "engine/duckdb/reader/record_blocks.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/duckdb/engine_limits.hpp"
#include "xml/ingest_pack.hpp"

namespace weir::engine::duckdb {

Result<RecordBlocks> RecordBlocks::open(const FilePlace& place,
                                        const std::optional<FileClaim>& claim,
                                        std::string row_tag) {
  WEIR_TRY(BatchFile file, BatchFile::open(place, claim));
  return RecordBlocks(std::move(file), std::move(row_tag));
}

Result<bool> RecordBlocks::next(RecordBlock& block) {
  block.offset = offset_;
  block.number = records_ + 1;
  block.row_number = rows_ + 1;
  block.size = rest_.size();
  if (block.bytes.size() < rest_.size() + limits::read_buffer_bytes)
    block.bytes.resize(rest_.size() + limits::read_buffer_bytes);
  std::memcpy(block.bytes.data(), rest_.data(), rest_.size());
  std::size_t end = 0;
  do {
    if (!ended_) WEIR_CHECK(fill(block));
    WEIR_TRY(end, find_records(block));
  } while (block.records.empty() && !ended_);
  rest_.assign(block.text().substr(end));
  block.size = end;
  offset_ += end;
  records_ += block.records.size();
  rows_ += block.rows.size() + block.bad.size();
  return !block.records.empty();
}

/// Reads on, as far as there is room.
Result<void> RecordBlocks::fill(RecordBlock& block) {
  if (block.size == block.bytes.size()) block.bytes.resize(2 * block.size);
  WEIR_TRY(const std::size_t got,
           file_.read(block.bytes.data() + block.size, block.bytes.size() - block.size));
  block.size += got;
  ended_ = got == 0;
  return {};
}

/// Returns where the whole records end.
Result<std::size_t> RecordBlocks::find_records(RecordBlock& block) {
  block.records.clear();
  block.rows.clear();
  block.bad.clear();
  xml::PackReader reader(block.text(), block.offset);
  while (true) {
    auto found = reader.find_next(row_tag_, &block.rows);
    const auto begin = static_cast<std::size_t>(reader.begun() - block.offset);
    if (found && !*found) return begin;
    if (!found) {
      const bool is_whole = !reader.is_cut_short() || ended_;
      const auto skipped = is_whole ? reader.skip() : Result<void>();
      if (!is_whole || (!skipped && reader.is_cut_short() && !ended_)) return begin;
      if (!skipped && !block.records.empty()) return begin;  // what is before it comes first
      if (!skipped) return has_no_end(std::move(found).error());
      block.bad.emplace(block.records.size(), std::move(found).error().message);
    }
    block.records.push_back(
        {begin, static_cast<std::size_t>(reader.end() - block.offset), block.rows.size()});
  }
}

/// A file that is not what its claim says is the better reason.
Failure RecordBlocks::has_no_end(Error error) {
  WEIR_CHECK(file_.read_to_end());
  error.message += "; nothing from there on can be read";
  return fail_while(file_.name(), std::move(error));
}

}  // namespace weir::engine::duckdb
