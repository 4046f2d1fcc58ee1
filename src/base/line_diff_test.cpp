#include "base/line_diff.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string marked(const std::vector<DiffLine>& lines) {
  std::string out;
  for (const DiffLine& line : lines)
    out += " -+"[static_cast<int>(line.change)] + std::string(line.text) + "\n";
  return out;
}

TEST(LineDiffTest, ALineThatChangedIsRemovedAndAdded) {
  EXPECT_EQ(marked(line_diff("SELECT a\nFROM t\nWHERE x", "SELECT a, b\nFROM t\nWHERE x\n")),
            "-SELECT a\n+SELECT a, b\n FROM t\n WHERE x\n");
  EXPECT_EQ(marked(line_diff("a\nb\nc\n", "a\nc\n")), " a\n-b\n c\n");
  EXPECT_EQ(marked(line_diff("", "a")), "+a\n");
  EXPECT_EQ(marked(line_diff("a", "")), "-a\n");
  EXPECT_EQ(marked(line_diff("same\n", "same\n")), " same\n");
}

/// By a definition that does not know the table: which lines are left when one side is taken.
TEST(LineDiffTest, BothTextsAreInTheDifference) {
  std::mt19937 random(20270302);
  const auto text = [&] {
    std::string out;
    for (std::size_t i = random() % 12; i > 0; --i)
      out += std::string(1, static_cast<char>('a' + random() % 3)) + "\n";
    return out;
  };
  for (int i = 0; i < 2000; ++i) {
    const std::string before = text();
    const std::string after = text();
    std::string removed;
    std::string added;
    for (const DiffLine& line : line_diff(before, after)) {
      if (line.change != DiffLine::Change::added) removed += std::string(line.text) + "\n";
      if (line.change != DiffLine::Change::removed) added += std::string(line.text) + "\n";
    }
    ASSERT_EQ(removed, before);
    ASSERT_EQ(added, after);
  }
}

TEST(LineDiffTest, WhatIsTooLongIsReplacedAsAWhole) {
  std::string before = "first\n";
  std::string after = "first\n";
  for (int i = 0; i < 1100; ++i) {
    before += "b" + std::to_string(i % 7) + "\n";
    after += "b" + std::to_string(i % 5) + "\n";
  }
  before += "x\n";
  after += "y\n";
  const auto lines = line_diff(before, after);
  EXPECT_EQ(lines.front(), (DiffLine{DiffLine::Change::same, "first"}));
  EXPECT_EQ(lines.back().change, DiffLine::Change::added);
  EXPECT_LE(lines.size(), 2203u);
}

}  // namespace
}  // namespace weir
