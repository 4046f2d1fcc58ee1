#include "engine/duckdb/tables/key_set.hpp"

#include <cstdint>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace weir::engine::duckdb {
namespace {

TEST(KeySetTest, TellsEachHalfThatWasThereAsASetDoes) {
  std::mt19937_64 random(7);
  constexpr std::uint64_t many = 10'000;
  KeySet keys(many);
  std::set<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < many; ++i) {
    // Half of them close together, and 0 among them.
    const std::uint64_t half = i % 2 == 0 ? random() : random() % many;
    EXPECT_EQ(keys.add(half), expected.insert(half).second) << half;
  }
  EXPECT_FALSE(keys.add(*expected.begin()));
  EXPECT_FALSE(keys.add(*expected.rbegin()));
}

TEST(KeySetTest, ZeroIsAHalfAsAnyOther) {
  KeySet keys(2);
  EXPECT_TRUE(keys.add(0));
  EXPECT_FALSE(keys.add(0));
  EXPECT_TRUE(keys.add(1));
}

}  // namespace
}  // namespace weir::engine::duckdb
