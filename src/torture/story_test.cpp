#include "torture/story.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::torture {
namespace {

TEST(Story, TellsTheSameForTheSameSeed) {
  const auto told = [](std::uint64_t seed) {
    std::string lines;
    const auto played =
        play({.seed = seed, .tell = [&](const std::string& line) { lines += line + "\n"; }});
    EXPECT_TRUE(played) << played.error().message;
    return lines;
  };
  const std::string first = told(7);
  EXPECT_GT(first.size(), 1000u);
  EXPECT_EQ(first, told(7));
  EXPECT_NE(first, told(8));
}

/// How many of the first `seeds` stories find that the claim does not hold.
int found(Sabotage sabotage, std::uint64_t seeds) {
  int violations = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    violations += play({.seed = seed, .sabotage = sabotage}) ? 0 : 1;
  return violations;
}

TEST(Story, FindsADiskThatLiesToTheLog) {
  EXPECT_GT(found(Sabotage::disk_lies_to_log, 10), 0);
}

TEST(Story, FindsADiskThatLiesToTheCatalog) {
  EXPECT_GT(found(Sabotage::disk_lies_to_catalog, 10), 0);
}

TEST(Story, FindsADiskThatLiesToTheStore) {
  EXPECT_GT(found(Sabotage::disk_lies_to_store, 10), 0);
}

TEST(Story, FindsADiskThatForgetsNames) {
  EXPECT_GT(found(Sabotage::disk_forgets_names, 10), 0);
}

TEST(Story, FindsALogThatAnswersBeforeItHasCommitted) {
  EXPECT_GT(found(Sabotage::early_answer, 10), 0);
}

TEST(Story, FindsNothingWhereNothingWasMadeWrong) {
  StoryCounts counts;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto played = play({.seed = seed});
    ASSERT_TRUE(played) << "seed " << seed << ": " << played.error().message;
    counts += *played;
  }
  EXPECT_GT(counts.power_cuts, 20u);
  EXPECT_GT(counts.records_checked, 500u);
  EXPECT_GT(counts.quarantined_in_files_checked, 50u);
  EXPECT_LT(counts.quarantined_in_files_checked, counts.quarantined_checked);
  EXPECT_GT(counts.dropped, 20u);
  EXPECT_GT(counts.duplicates_checked, 100u);
  EXPECT_GT(counts.sealed_hours_checked, 100u);
}

}  // namespace
}  // namespace weir::torture
