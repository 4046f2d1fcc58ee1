// Opens arbitrary bytes as a segment. Whatever they are, opening ends with a log or an error; what
// it accepted passes the checksum, is read back, and the log goes on behind it.
//
// The first byte says what to repair beforehand, so that mutations get past the checksums: bit 0
// the segment's header, bit 1 every commit's.
#include <algorithm>
#include <string>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::log {
namespace {

constexpr std::uint64_t file_bytes_max = 16 * block_bytes;
constexpr PartitionNo only{0};
const std::string path = "/log/0/0000000000000001.segment";

SegmentHeader header_in(const std::string& file) {
  const std::uint64_t base = get<std::uint64_t>(file.data() + 24);
  return {.partition = only,
          .number = 1,
          .base = {base % (std::uint64_t{1} << 40) / block_bytes * block_bytes},
          .salt = get<std::uint64_t>(file.data() + 32),
          .segment_bytes = file.size()};
}

void repair_commits(std::string& file, const SegmentHeader& header) {
  std::uint64_t bytes = block_bytes;
  for (std::uint64_t at = block_bytes; at < file.size(); at += bytes) {
    bytes = block_bytes;
    char* commit = file.data() + at;
    if (std::string_view(commit, 4) != "WCMT") continue;
    const std::uint64_t room = file.size() - at - commit_header_bytes;
    const auto length = std::min<std::uint64_t>(get<std::uint32_t>(commit + 24), room);
    bytes = seal_commit(commit, header.salt, {header.base.value + at - block_bytes},
                        static_cast<std::uint32_t>(length), get<std::uint32_t>(commit + 28));
  }
}

class IgnoringSink final : public AppendSink {
 public:
  void on_appended(std::span<const AppendResult> results) noexcept override {
    for (const AppendResult& result : results)
      WEIR_ASSERT(!result.error);
  }
};

void check_checksum(const std::string& file, const SegmentHeader& header, Lsn lsn) {
  const char* commit = file.data() + header.offset_of(lsn);
  const auto length = get<std::uint32_t>(commit + 24);
  WEIR_ASSERT(crc32c({commit + 8, commit_header_bytes - 8 + length}) ==
              get<std::uint32_t>(commit + 4));
}

std::uint64_t read_all(SegmentedLog& log, const std::string& file, const SegmentHeader& header) {
  auto reader = log.read_from(only, header.base);
  WEIR_ASSERT(reader.has_value());
  for (std::uint64_t count = 0;; ++count) {
    const auto record = (*reader)->next();
    WEIR_ASSERT(record.has_value());
    if (!*record) return count;
    if ((*record)->lsn < header.end()) check_checksum(file, header, (*record)->lsn);
  }
}

void append_one(SegmentedLog& log) {
  static IgnoringSink sink;
  const Entry entry{.stream = {1}, .type = PayloadType::json, .idempotency_key = {}, .body = "{}"};
  while (log.segment_step()) {
  }
  WEIR_ASSERT(log.append(entry, sink, 0).has_value());
  WEIR_ASSERT(log.commit_step());
}

void open_as_segment(const std::string& file) {
  CrashDisk disk(1);
  ManualClock clock;
  SeededRandom random(1);
  disk.put(path, file);
  const SegmentHeader header = header_in(file);
  SegmentedLog::Options options{.directory = "/log",
                                .partition = only,
                                .segment_bytes = 8 * block_bytes,
                                .commit_bytes_max = 4 * block_bytes,
                                .spares_ahead = 1,
                                .catalog = {.checkpoint = header.base, .next_sequences = {}},
                                .drive = SegmentedLog::Drive::by_hand};
  std::uint64_t records = 0;
  {
    const auto log = SegmentedLog::open(disk, clock, random, options);
    if (!log) return;
    records = (*log)->recovered().records;
    WEIR_ASSERT(read_all(**log, file, header) == records);
    append_one(**log);
  }
  const auto log = SegmentedLog::open(disk, clock, random, options);
  WEIR_ASSERT(log.has_value());
  WEIR_ASSERT((*log)->recovered().records == records + 1);
}

}  // namespace
}  // namespace weir::log

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace weir::log;
  if (size < 2) return 0;
  const unsigned repairs = data[0];
  std::string file(data + 1, data + std::min<std::size_t>(size, file_bytes_max));
  file.resize(whole_blocks(file.size()), '\0');
  if (repairs & 1) {
    const SegmentHeader header = header_in(file);
    encode_segment_header(header, file.data());
    if (repairs & 2) repair_commits(file, header);
  }
  open_as_segment(file);
  return 0;
}
