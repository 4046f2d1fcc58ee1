#include "base/record_index.hpp"

#include <gmock/gmock.h>

#include "base/limits.hpp"

namespace weir {
namespace {

using testing::ElementsAre;
using Mark = RecordIndex::Mark;

std::vector<Mark> marks_of(const RecordIndex& index) {
  const auto decoded = RecordIndex::decode(index.encode());
  EXPECT_TRUE(decoded) << decoded.error().message;
  return decoded.value_or(std::vector<Mark>());
}

TEST(RecordIndex, MarksTheFirstRecordEveryStrideAndEveryGap) {
  RecordIndex index;
  index.add(Sequence{1}, 0);
  index.add(Sequence{2}, 100);
  index.add(Sequence{3}, limits::index_stride_bytes);
  index.add(Sequence{7}, limits::index_stride_bytes + 10);
  index.add(Sequence{8}, limits::index_stride_bytes + 20);
  EXPECT_THAT(marks_of(index),
              ElementsAre(Mark{Sequence{1}, 0}, Mark{Sequence{3}, limits::index_stride_bytes},
                          Mark{Sequence{7}, limits::index_stride_bytes + 10}));
}

TEST(RecordIndex, IsNeededOnlyWhereTheFileDoesNotSpeakForItself) {
  RecordIndex small;
  small.add(Sequence{5}, 0);
  small.add(Sequence{6}, 10);
  EXPECT_FALSE(small.is_needed(Sequence{5}, Sequence{6}));
  EXPECT_TRUE(small.is_needed(Sequence{5}, Sequence{7})) << "the last of its range is in no file";
  EXPECT_TRUE(small.is_needed(Sequence{4}, Sequence{6})) << "the first of its range is in no file";
  small.add(Sequence{8}, 20);
  EXPECT_TRUE(small.is_needed(Sequence{5}, Sequence{8}));
  EXPECT_FALSE(RecordIndex().is_needed(Sequence{1}, Sequence{1}));
}

TEST(RecordIndex, StandsBesideItsFile) {
  EXPECT_EQ(index_key("a/08-0000-0000000000000001.ndjson"), "a/08-0000-0000000000000001.index");
}

TEST(RecordIndex, DamageInAnyByteIsSeen) {
  RecordIndex index;
  index.add(Sequence{1}, 0);
  index.add(Sequence{3}, 9);
  const std::string good = index.encode();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    EXPECT_FALSE(RecordIndex::decode(bad)) << "byte " << at;
    EXPECT_FALSE(RecordIndex::decode(good.substr(0, at))) << "cut at " << at;
  }
}

}  // namespace
}  // namespace weir
