#include "engine/spark/regex.hpp"

#include <gtest/gtest.h>

namespace weir::spark {

namespace {

TEST(Regex, ATextThatTakesTooManyStepsIsNothing) {
  const auto regex = Regex::compile("(?:a+)+(?=b)");
  ASSERT_TRUE(regex);
  EXPECT_FALSE(regex->found_in(std::string(64, 'a')));
  EXPECT_FALSE(regex->replaced(std::string(64, 'a'), ""));
  EXPECT_EQ(regex->found_in("aab"), true);
}

TEST(Regex, WhatIsNoPatternIsRefused) {
  EXPECT_FALSE(Regex::compile("(a"));
  EXPECT_FALSE(Regex::compile("\\C"));
}

TEST(Regex, AnEmptyMatchStandsBetweenCharacters) {
  const auto regex = Regex::compile("x*");
  ASSERT_TRUE(regex);
  EXPECT_EQ(regex->replaced("\u00e9x\u00e9", "-"), "-\u00e9--\u00e9-");
  EXPECT_EQ(regex->split("abc", -1), (std::vector<std::string>{"a", "b", "c", ""}));
  EXPECT_EQ(regex->split("", -1), std::vector<std::string>{""});
}

}  // namespace

}  // namespace weir::spark
