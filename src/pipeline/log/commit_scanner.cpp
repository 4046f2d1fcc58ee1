#include "pipeline/log/commit_scanner.hpp"

#include <algorithm>

namespace weir::log {
namespace {

constexpr std::uint64_t read_bytes = limits::mib;

}  // namespace

Result<std::string_view> CommitScanner::fetch(Lsn from, std::uint64_t bytes, Lsn limit) {
  if (from < held_from_ || from.value + bytes > held_end_.value) {
    const std::uint64_t wanted = std::min(std::max(bytes, read_bytes), limit.value - from.value);
    if (buffer_.size() < wanted) buffer_ = AlignedBuffer(wanted);
    held_from_ = held_end_ = from;
    WEIR_TRY(const std::size_t got,
             file_->read_at(header_.offset_of(from), buffer_.data(), wanted));
    if (got < bytes) return fail(Errc::corrupt, "the file ends before its segment does");
    held_end_ = {from.value + got / block_bytes * block_bytes};
  }
  return std::string_view(buffer_.data() + (from.value - held_from_.value), bytes);
}

Result<std::optional<CommitScanner::Commit>> CommitScanner::next(Lsn limit) {
  if (position_.value + block_bytes > limit.value) return std::nullopt;
  WEIR_TRY(const std::string_view block, fetch(position_, block_bytes, limit));
  const auto header = begun_commit(block, header_.salt, position_);
  if (!header) return std::nullopt;
  const std::uint64_t bytes = header->blocks_bytes();
  if (bytes > limit.value - position_.value) return std::nullopt;
  WEIR_TRY(const std::string_view blocks, fetch(position_, bytes, limit));
  if (!checksum_matches(blocks, *header)) return std::nullopt;
  Commit commit{.lsn = position_,
                .end = {position_.value + bytes},
                .count = header->count,
                .records = blocks.substr(commit_header_bytes, header->length),
                .blocks = blocks};
  position_ = commit.end;
  return commit;
}

Result<bool> CommitScanner::begun_here(Lsn limit) {
  if (position_.value + block_bytes > limit.value) return false;
  WEIR_TRY(const std::string_view block, fetch(position_, block_bytes, limit));
  return begun_commit(block, header_.salt, position_).has_value();
}

Result<std::optional<Lsn>> CommitScanner::begun_later(Lsn limit) {
  for (Lsn at{position_.value + block_bytes}; at.value + block_bytes <= limit.value;
       at.value += block_bytes) {
    WEIR_TRY(const std::string_view block, fetch(at, block_bytes, limit));
    if (begun_commit(block, header_.salt, at)) return at;
  }
  return std::nullopt;
}

}  // namespace weir::log
