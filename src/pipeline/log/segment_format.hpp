#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/limits.hpp"
#include "pipeline/log/log.hpp"

/// Encodes and decodes docs/formats/log-segment.md: pure functions, no I/O. Error messages say what
/// is wrong; the caller adds the segment and the offset.
namespace weir::log {

inline constexpr std::uint64_t block_bytes = limits::log_block_bytes;
inline constexpr std::uint32_t segment_version = 1;
inline constexpr std::uint64_t commit_header_bytes = 32;
inline constexpr std::uint64_t record_header_bytes = 28;

constexpr std::uint64_t whole_blocks(std::uint64_t bytes) {
  return (bytes + block_bytes - 1) / block_bytes * block_bytes;
}

/// The first block of a segment.
struct SegmentHeader {
  PartitionNo partition;
  std::uint64_t number = 0;
  Lsn base;
  std::uint64_t salt = 0;
  std::uint64_t segment_bytes = 0;

  std::uint64_t offset_of(Lsn lsn) const { return block_bytes + (lsn.value - base.value); }
  /// The end of the last block of a full segment.
  Lsn end() const { return {base.value + segment_bytes - block_bytes}; }
};

/// Fills the whole block at `block`.
void encode_segment_header(const SegmentHeader& header, char* block);
/// `block` holds block_bytes. Errors: corrupt, newer_version.
Result<SegmentHeader> decode_segment_header(std::string_view block);

struct CommitHeader {
  std::uint32_t crc = 0;
  std::uint32_t length = 0;  // bytes of the records
  std::uint32_t count = 0;

  std::uint64_t blocks_bytes() const { return whole_blocks(commit_header_bytes + length); }
};

/// Completes a commit whose records are already at `commit` + commit_header_bytes: writes the
/// header, the checksum and the padding. Returns the commit's bytes, whole blocks.
std::uint64_t seal_commit(char* commit, std::uint64_t salt, Lsn lsn, std::uint32_t length,
                          std::uint32_t count);
/// The commit header at `block`, if it has this salt and this place. Only the checksum tells
/// whether the commit is complete.
std::optional<CommitHeader> begun_commit(std::string_view block, std::uint64_t salt, Lsn lsn);
/// `commit` holds at least the header and the records.
bool checksum_matches(std::string_view commit, const CommitHeader& header);

constexpr std::uint64_t record_bytes(const Entry& entry) {
  return record_header_bytes + entry.idempotency_key.size() + entry.body.size();
}

/// Writes record_bytes(entry) at `at`.
void encode_record(char* at, const Entry& entry, Sequence sequence, Time received_at);

/// Iterates over the records of one commit whose checksum matched.
class RecordCursor {
 public:
  struct Commit {
    PartitionNo partition;
    Lsn lsn;
    std::uint32_t count = 0;
    std::string_view records;
  };
  RecordCursor() = default;
  explicit RecordCursor(const Commit& commit) : commit_(commit), rest_(commit.records) {}

  /// nullopt at the end; corrupt where the bytes are not a record.
  Result<std::optional<Record>> next();
  bool at_end() const { return rest_.empty(); }
  /// Where the next record begins, or would begin.
  Lsn position() const;

 private:
  Commit commit_;
  std::string_view rest_;
  std::uint32_t taken_ = 0;
};

}  // namespace weir::log
