#include "engine/origin.hpp"

#include <gtest/gtest.h>

#include "engine/engine.hpp"

namespace weir::engine {
namespace {

SourceFile file(const std::string& time, std::uint64_t sequence, const std::string& key) {
  SourceFile out;
  out.first_received_at = *parse_time(time);
  out.first_sequence = sequence;
  out.key = key;
  return out;
}

TEST(OriginTest, TimeThenSequenceThenFileThenRowDecide) {
  const auto first = file("2027-03-02T08:00:00Z", 4'000'000'000, "z");
  const auto later = file("2027-03-02T08:00:00.001Z", 1, "a");
  const auto next = file("2027-03-02T08:00:00Z", 4'000'000'001, "a");
  const auto other = file("2027-03-02T08:00:00Z", 4'000'000'000, "y");
  EXPECT_LT(origin_of(origin_of(first), 4'294'967'295), origin_of(origin_of(next), 1));
  EXPECT_LT(origin_of(origin_of(next), 4'294'967'295), origin_of(origin_of(later), 1));
  EXPECT_LT(origin_of(origin_of(first), 1), origin_of(origin_of(first), 2));
  EXPECT_NE(origin_of(origin_of(first), 1), origin_of(origin_of(other), 1));
  EXPECT_EQ(origin_of(origin_of(first), 5'000'000'000), origin_of(origin_of(first), 4'294'967'295));
}

/// The bits are stored, so they may never change.
TEST(OriginTest, HasTheDocumentedBits) {
  const Origin origin = origin_of(origin_of(file("2027-03-02T08:00:00.123Z", 0x123456789, "k")), 7);
  EXPECT_EQ(origin.high >> 20, 1'803'974'400'123u);  // ms, beyond 20 bits of the sequence
  EXPECT_EQ(origin.high & 0xFFFFF, 0x23456u);
  EXPECT_EQ(origin.low >> 52, 0x789u);
  EXPECT_EQ(origin.low >> 32 & 0xFFFFF, 0xa881du);
  EXPECT_EQ(origin.low & 0xFFFFFFFF, 7u);
}

TEST(OriginTest, AFileOfUnknownTimeIsFirst) {
  EXPECT_EQ(origin_of(file("1969-12-31T23:59:59Z", 0, "k")).high, 0u);
}

}  // namespace
}  // namespace weir::engine
