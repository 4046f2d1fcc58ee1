#include "pipeline/log/segment_format.hpp"

#include <fstream>
#include <sstream>

#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "pipeline/log/log_world.hpp"

namespace weir::log {
namespace {

constexpr SegmentHeader golden_header{.partition = {0},
                                      .number = 3,
                                      .base = {40960},
                                      .salt = 0x0123456789ABCDEF,
                                      .segment_bytes = 32768};

struct GoldenRecord {
  Entry entry;
  std::uint64_t sequence;
  std::int64_t received_us;
};

std::string long_body() {
  return "{\"note\":\"" + std::string(5000, 'w') + "\"}";
}

/// Three commits: two records in one block, one record over two blocks, one record.
std::vector<std::vector<GoldenRecord>> golden_commits(const std::string& long_text) {
  const auto json = PayloadType::json;
  const auto xml = PayloadType::xml;
  return {{{{{7}, json, "", R"({"total":12})"}, 41, 1'800'000'000'000'000},
           {{{9}, xml, "key-1", "<sale id=\"1\">\n</sale>"}, 1, 1'800'000'000'000'001}},
          {{{{7}, json, "key-2", long_text}, 42, 1'800'000'000'000'001}},
          {{{{9}, xml, "", "<sale/>"}, 2, 1'800'000'003'600'000}}};
}

std::string golden_segment() {
  std::string bytes(golden_header.segment_bytes, '\0');
  encode_segment_header(golden_header, bytes.data());
  Lsn lsn = golden_header.base;
  const std::string long_text = long_body();
  for (const auto& commit : golden_commits(long_text)) {
    char* at = bytes.data() + golden_header.offset_of(lsn);
    std::uint32_t length = 0;
    for (const auto& [entry, sequence, received_us] : commit) {
      const Time received_at{std::chrono::microseconds{received_us}};
      encode_record(at + commit_header_bytes + length, entry, {sequence}, received_at);
      length += static_cast<std::uint32_t>(record_bytes(entry));
    }
    const auto count = static_cast<std::uint32_t>(commit.size());
    lsn.value += seal_commit(at, golden_header.salt, lsn, length, count);
  }
  return bytes;
}

std::string frozen_segment() {
  std::ifstream file(WEIR_GOLDEN_DIRECTORY "/log/format-1.segment", std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

TEST(SegmentFormat, WritesTheFrozenBytes) {
  ASSERT_EQ(frozen_segment().size(), golden_header.segment_bytes);
  EXPECT_TRUE(golden_segment() == frozen_segment());
}

TEST(SegmentFormat, TheFrozenSegmentOpensForever) {
  LogWorld world;
  world.disk.put(world.segment(3), frozen_segment());
  world.options.catalog.checkpoint = golden_header.base;
  world.options.catalog.next_sequences[{7}] = {41};
  world.open();
  EXPECT_EQ(world.log->durable_end(only), Lsn{40960 + 4 * 4096});
  const auto lines = world.lines(golden_header.base);
  std::size_t i = 0;
  const std::string long_text = long_body();
  ASSERT_EQ(lines.size(), 4u);
  for (const auto& commit : golden_commits(long_text))
    for (const auto& [entry, sequence, received_us] : commit) {
      const Line& line = lines[i++];
      EXPECT_EQ(line.address, (Address{entry.stream, only, {sequence}}));
      EXPECT_EQ(line.received_at.time_since_epoch().count(), received_us);
      EXPECT_EQ(line.type, entry.type);
      EXPECT_EQ(line.key, entry.idempotency_key);
      EXPECT_EQ(line.body, entry.body);
    }
  world.write("and goes on");
  EXPECT_EQ(world.lines(golden_header.base).back().address.sequence, Sequence{43});
}

TEST(SegmentFormat, AHeaderIsReadAsItWasWritten) {
  std::string block(block_bytes, '?');
  encode_segment_header(golden_header, block.data());
  const SegmentHeader read = decode_segment_header(block).value();
  EXPECT_EQ(read.number, golden_header.number);
  EXPECT_EQ(read.base, golden_header.base);
  EXPECT_EQ(read.salt, golden_header.salt);
  EXPECT_EQ(read.segment_bytes, golden_header.segment_bytes);
}

TEST(SegmentFormat, EveryFlippedBitOfAHeaderIsNoticed) {
  std::string block(block_bytes, '\0');
  encode_segment_header(golden_header, block.data());
  for (std::size_t bit = 0; bit < 52 * 8; ++bit) {
    block[bit / 8] = static_cast<char>(block[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(decode_segment_header(block).has_value()) << "bit " << bit;
    block[bit / 8] = static_cast<char>(block[bit / 8] ^ (1 << bit % 8));
  }
}

TEST(SegmentFormat, AHeaderWithAGoodChecksumAndImpossibleValuesIsCorrupt) {
  SegmentHeader uneven_base = golden_header;
  uneven_base.base = {1};
  SegmentHeader endless = golden_header;
  endless.base = {~std::uint64_t{4095}};
  SegmentHeader empty = golden_header;
  empty.segment_bytes = 0;
  SegmentHeader uneven_size = golden_header;
  uneven_size.segment_bytes = 5000;
  for (const SegmentHeader& header : {uneven_base, endless, empty, uneven_size}) {
    std::string block(block_bytes, '\0');
    encode_segment_header(header, block.data());
    EXPECT_EQ(decode_segment_header(block).error().code, Errc::corrupt);
  }
}

/// One commit of two records, to be spoilt.
class CommitTest : public testing::Test {
 protected:
  CommitTest() : commit_(golden_segment().substr(block_bytes, block_bytes)) {
    header_ = *begun_commit(commit_, golden_header.salt, golden_header.base);
  }
  /// The records as they are read, were the checksum good.
  Result<int> count_records() const {
    RecordCursor cursor({.partition = only,
                         .lsn = golden_header.base,
                         .count = header_.count,
                         .records = {commit_.data() + commit_header_bytes, header_.length}});
    for (int count = 0;; ++count) {
      WEIR_TRY(const auto record, cursor.next());
      if (!record) return count;
    }
  }

  std::string commit_;
  CommitHeader header_;
};

TEST_F(CommitTest, EveryFlippedBitIsNoticed) {
  ASSERT_TRUE(checksum_matches(commit_, header_));
  const std::size_t used = commit_header_bytes + header_.length;
  for (std::size_t bit = 0; bit < used * 8; ++bit) {
    std::string spoilt = commit_;
    spoilt[bit / 8] = static_cast<char>(spoilt[bit / 8] ^ (1 << bit % 8));
    const auto header = begun_commit(spoilt, golden_header.salt, golden_header.base);
    EXPECT_FALSE(header && checksum_matches(spoilt, *header)) << "bit " << bit;
  }
}

TEST_F(CommitTest, ACountThatDoesNotFitIsCorrupt) {
  EXPECT_EQ(count_records().value(), 2);
  header_.count = 1;
  EXPECT_EQ(count_records().error().code, Errc::corrupt);
  header_.count = 3;
  EXPECT_EQ(count_records().error().code, Errc::corrupt);
}

TEST_F(CommitTest, ALengthThatDoesNotFitIsCorrupt) {
  char* record = commit_.data() + commit_header_bytes;
  for (const std::uint32_t length : {0u, 23u, 5000u, ~0u}) {
    put(record, length);
    EXPECT_EQ(count_records().error().code, Errc::corrupt) << length;
  }
}

TEST_F(CommitTest, ATypeOrFlagsOfALaterWeirAreRefusedAsSuch) {
  char* type = commit_.data() + commit_header_bytes + 24;
  put(type, std::uint8_t{3});
  EXPECT_EQ(count_records().error().code, Errc::newer_version);
  put(type, std::uint8_t{1});
  put(type + 1, std::uint8_t{1});
  EXPECT_EQ(count_records().error().code, Errc::newer_version);
}

}  // namespace
}  // namespace weir::log
