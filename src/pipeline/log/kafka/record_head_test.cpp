#include "pipeline/log/kafka/record_head.hpp"

#include <gmock/gmock.h>

namespace weir::log::kafka {
namespace {

using testing::HasSubstr;

constexpr RecordHead head{{7}, PayloadType::xml, {0x80000001}, 1ULL << 40U};

TEST(RecordHeadTest, IsReadAsItWasWritten) {
  const auto read = decode_record_head(encode(head));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->stream, head.stream);
  EXPECT_EQ(read->type, head.type);
  EXPECT_EQ(read->lane, head.lane);
  EXPECT_EQ(read->number, head.number);
  EXPECT_FALSE(read->is_tick());
  EXPECT_TRUE(decode_record_head(encode(RecordHead{}))->is_tick());
}

TEST(RecordHeadTest, EachFlippedBitIsFound) {
  const std::string whole = encode(head);
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
      EXPECT_FALSE(decode_record_head(flipped)) << at << ", bit " << bit;
    }
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_record_head(std::string_view(whole).substr(0, size))) << size;
}

TEST(RecordHeadTest, ALaterVersionIsNamed) {
  std::string later = encode(head);
  later[0] = 2;
  const auto read = decode_record_head(later);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::newer_version);
  EXPECT_THAT(read.error().message, HasSubstr("version 2"));
}

}  // namespace
}  // namespace weir::log::kafka
