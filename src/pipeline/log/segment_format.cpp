#include "pipeline/log/segment_format.hpp"

#include <cstring>
#include <limits>

#include "base/bytes.hpp"
#include "base/crc32c.hpp"

namespace weir::log {
namespace {

constexpr std::string_view segment_magic = "WEIRLOG1";
constexpr std::uint32_t commit_magic = 0x544D4357;  // "WCMT"

// Offsets in the segment's header.
constexpr std::size_t version_at = 8;
constexpr std::size_t partition_at = 12;
constexpr std::size_t number_at = 16;
constexpr std::size_t base_at = 24;
constexpr std::size_t salt_at = 32;
constexpr std::size_t size_at = 40;
constexpr std::size_t header_crc_at = 48;

// Offsets in a commit's header.
constexpr std::size_t commit_crc_at = 4;
constexpr std::size_t commit_salt_at = 8;
constexpr std::size_t commit_lsn_at = 16;
constexpr std::size_t commit_length_at = 24;
constexpr std::size_t commit_count_at = 28;

// Offsets in a record.
constexpr std::size_t stream_at = 4;
constexpr std::size_t sequence_at = 8;
constexpr std::size_t received_at_at = 16;
constexpr std::size_t type_at = 24;
constexpr std::size_t flags_at = 25;
constexpr std::size_t key_length_at = 26;
constexpr std::size_t after_length = 4;  // what a record's length counts begins here

std::uint32_t checksum(const char* commit, std::uint64_t length) {
  return crc32c({commit + commit_salt_at, commit_header_bytes - commit_salt_at + length});
}

bool is_known(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(PayloadType::json) ||
         type == static_cast<std::uint8_t>(PayloadType::xml);
}

}  // namespace

void encode_segment_header(const SegmentHeader& header, char* block) {
  std::memset(block, 0, block_bytes);
  std::memcpy(block, segment_magic.data(), segment_magic.size());
  put(block + version_at, segment_version);
  put(block + partition_at, std::uint32_t{header.partition.value});
  put(block + number_at, header.number);
  put(block + base_at, header.base.value);
  put(block + salt_at, header.salt);
  put(block + size_at, header.segment_bytes);
  put(block + header_crc_at, crc32c({block, header_crc_at}));
}

Result<SegmentHeader> decode_segment_header(std::string_view block) {
  const char* at = block.data();
  if (block.size() < block_bytes || !block.starts_with(segment_magic))
    return fail(Errc::corrupt, "this is no log segment: it does not begin with WEIRLOG1");
  const auto version = get<std::uint32_t>(at + version_at);
  if (version > segment_version)
    return fail(Errc::newer_version,
                "the segment has format " + std::to_string(version) + ", this weir reads up to " +
                    std::to_string(segment_version) + "; start the newer weir that wrote it");
  if (get<std::uint32_t>(at + header_crc_at) != crc32c(block.substr(0, header_crc_at)))
    return fail(Errc::corrupt, "the segment's header does not match its checksum");
  const auto partition = get<std::uint32_t>(at + partition_at);
  SegmentHeader header;
  header.partition = {static_cast<std::uint16_t>(partition)};
  header.number = get<std::uint64_t>(at + number_at);
  header.base = {get<std::uint64_t>(at + base_at)};
  header.salt = get<std::uint64_t>(at + salt_at);
  header.segment_bytes = get<std::uint64_t>(at + size_at);
  const bool fits =
      version == segment_version && header.partition.value == partition &&
      header.segment_bytes >= block_bytes && header.segment_bytes % block_bytes == 0 &&
      header.base.value % block_bytes == 0 &&
      header.base.value <= std::numeric_limits<std::uint64_t>::max() - header.segment_bytes;
  if (!fits) return fail(Errc::corrupt, "the segment's header holds values no weir writes");
  return header;
}

std::uint64_t seal_commit(char* commit, std::uint64_t salt, Lsn lsn, std::uint32_t length,
                          std::uint32_t count) {
  put(commit, commit_magic);
  put(commit + commit_salt_at, salt);
  put(commit + commit_lsn_at, lsn.value);
  put(commit + commit_length_at, length);
  put(commit + commit_count_at, count);
  put(commit + commit_crc_at, checksum(commit, length));
  const std::uint64_t used = commit_header_bytes + length;
  const std::uint64_t bytes = whole_blocks(used);
  std::memset(commit + used, 0, bytes - used);
  return bytes;
}

std::optional<CommitHeader> begun_commit(std::string_view block, std::uint64_t salt, Lsn lsn) {
  if (block.size() < commit_header_bytes) return std::nullopt;
  const char* at = block.data();
  if (get<std::uint32_t>(at) != commit_magic) return std::nullopt;
  if (get<std::uint64_t>(at + commit_salt_at) != salt) return std::nullopt;
  if (get<std::uint64_t>(at + commit_lsn_at) != lsn.value) return std::nullopt;
  return CommitHeader{.crc = get<std::uint32_t>(at + commit_crc_at),
                      .length = get<std::uint32_t>(at + commit_length_at),
                      .count = get<std::uint32_t>(at + commit_count_at)};
}

bool checksum_matches(std::string_view commit, const CommitHeader& header) {
  return commit.size() >= commit_header_bytes + header.length &&
         checksum(commit.data(), header.length) == header.crc;
}

void encode_record(char* at, const Entry& entry, Sequence sequence, Time received_at) {
  const std::string_view key = entry.idempotency_key;
  put(at, static_cast<std::uint32_t>(record_bytes(entry) - after_length));
  put(at + stream_at, entry.stream.value);
  put(at + sequence_at, sequence.value);
  put(at + received_at_at, static_cast<std::uint64_t>(received_at.time_since_epoch().count()));
  put(at + type_at, static_cast<std::uint8_t>(entry.type));
  put(at + flags_at, std::uint8_t{0});
  put(at + key_length_at, static_cast<std::uint16_t>(key.size()));
  at += record_header_bytes;
  key.copy(at, key.size());
  entry.body.copy(at + key.size(), entry.body.size());
}

Result<std::optional<Record>> RecordCursor::next() {
  if (rest_.empty() && taken_ == commit_.count) return std::nullopt;
  const char* at = rest_.data();
  if (rest_.size() < record_header_bytes || taken_ == commit_.count)
    return fail(Errc::corrupt, "the commit's count and its records do not agree");
  const std::uint64_t bytes = after_length + std::uint64_t{get<std::uint32_t>(at)};
  const std::uint64_t key_bytes = get<std::uint16_t>(at + key_length_at);
  if (bytes < record_header_bytes + key_bytes || bytes > rest_.size())
    return fail(Errc::corrupt, "a record's length does not fit its commit");
  const auto type = get<std::uint8_t>(at + type_at);
  if (!is_known(type) || get<std::uint8_t>(at + flags_at) != 0)
    return fail(Errc::newer_version,
                "a record has a type or flags this weir does not know; start "
                "the newer weir that wrote it");
  const auto received_us = static_cast<std::int64_t>(get<std::uint64_t>(at + received_at_at));
  Record record;
  record.lsn = commit_.lsn;
  record.address = {.stream = {get<std::uint32_t>(at + stream_at)},
                    .partition = commit_.partition,
                    .sequence = {get<std::uint64_t>(at + sequence_at)}};
  record.received_at = Time{std::chrono::microseconds{received_us}};
  record.type = static_cast<PayloadType>(type);
  record.idempotency_key = rest_.substr(record_header_bytes, key_bytes);
  record.body =
      rest_.substr(record_header_bytes + key_bytes, bytes - record_header_bytes - key_bytes);
  rest_.remove_prefix(bytes);
  ++taken_;
  return record;
}

Lsn RecordCursor::position() const {
  return {commit_.lsn.value + commit_header_bytes + commit_.records.size() - rest_.size()};
}

}  // namespace weir::log
