// A record does not tell its length, so it is read and, where the block ends within it, read again
// with the next block behind it: that is one record in some thousand. A whole file in memory, as
// before, cost more time for the fresh pages than the parsing of them.

#include "engine/duckdb/reader/pack_file.hpp"

#include <cstring>
#include <string_view>
#include <utility>

#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {

Result<PackFile> PackFile::open(const std::string& path, const std::optional<FileClaim>& claim) {
  WEIR_TRY(BatchFile file, BatchFile::open(path, claim));
  return PackFile(std::move(file));
}

Result<void> PackFile::read_from(std::uint64_t offset) {
  const auto done = static_cast<std::size_t>(offset - first_);
  reader_.reset();
  size_ -= done;
  first_ = offset;
  if (done > 0) std::memmove(buffer_.data(), buffer_.data() + done, size_);
  if (buffer_.size() < size_ + limits::read_buffer_bytes)
    buffer_.resize(2 * size_ + limits::read_buffer_bytes);
  const auto got = file_.read(buffer_.data() + size_, buffer_.size() - size_);
  failed_ = !got;
  if (!got) return fail(got.error());
  size_ += *got;
  ended_ = *got == 0;
  reader_ = std::make_unique<xml::PackReader>(std::string_view(buffer_).substr(0, size_), first_);
  return {};
}

Result<std::optional<xml::PackRecord>> PackFile::next() {
  if (!reader_) WEIR_CHECK(read_from(0));
  while (true) {
    auto record = reader_->next();
    const bool may_go_on = record ? !record->has_value() : reader_->is_cut_short();
    if (!may_go_on || ended_) return record;
    WEIR_CHECK(read_from(reader_->begun()));
  }
}

Result<void> PackFile::skip() {
  while (true) {
    auto skipped = reader_->skip();
    if (skipped) return skipped;
    if (ended_ || !reader_->is_cut_short()) {
      const auto rest = file_.read_to_end();
      failed_ = !rest;
      return failed_ ? rest : skipped;
    }
    WEIR_CHECK(read_from(reader_->begun()));
  }
}

}  // namespace weir::engine::duckdb
