#include "cli/print/table.hpp"

#include <gtest/gtest.h>

namespace weir::cli {
namespace {

TEST(DisplayWidth, CountsWhatATerminalShows) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("plain"), 5U);
  EXPECT_EQ(display_width("Müller"), 6U);
  EXPECT_EQ(display_width("日本茶"), 6U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U) << "e and a combining accent";
  EXPECT_EQ(display_width("🙂"), 2U);
  EXPECT_EQ(display_width("✓"), 1U);
}

TEST(DisplayWidth, TakesABrokenByteForOneColumn) {
  EXPECT_EQ(display_width("a\xFF"
                          "b"),
            3U);
  EXPECT_EQ(display_width("a\xE6\x97"), 3U) << "a character cut short";
}

TEST(Shorten, CutsBetweenCharactersAndShowsIt) {
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("longer", 5), "long…");
  EXPECT_EQ(shorten("日本茶です", 5), "日本…");
  EXPECT_EQ(shorten("日本茶です", 6), "日本…") << "half a wide character does not fit";
}

TEST(Grouped, PutsCommasBetweenThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(TextTable, AlignsByWidthAndLeavesNothingTrailing) {
  const TextTable table{
      {{"NAME"}, {"ROWS", true}, {""}}, {{"Müller", "7", "✓"}, {"日本", "12,345", ""}}, "  "};
  EXPECT_EQ(render(table),
            "  NAME      ROWS\n"
            "  Müller       7  ✓\n"
            "  日本    12,345\n");
}

TEST(TextTable, ARowTooShortOrWithLineBreaksStaysOneLine) {
  const TextTable table{{{"A"}, {"B"}}, {{"two\nlines"}, {"x", "a\tb\x1B[2J"}}, ""};
  EXPECT_EQ(render(table),
            "A          B\n"
            "two lines\n"
            "x          a b\\u001b[2J\n");
}

TEST(Visible, NothingHidesOrTurnsAroundWhatIsRead) {
  EXPECT_EQ(visible("\xE2\x80\xAEgnp.exe"), "\\u202egnp.exe") << "right to left override";
  EXPECT_EQ(visible("a\x1B[2J\rb\x7F"), "a\\u001b[2J\\u000db\\u007f");
  EXPECT_EQ(visible("a\xE2\x80\x8B"
                    "b\xC2\xAD"),
            "a\\u200bb\\u00ad")
      << "without a shape";
  EXPECT_EQ(visible("\xF3\xA0\x81\x81"), "\\u{e0041}") << "a tag";
  const std::string plain = "Müller, 日本茶 🙂 \xFF";
  EXPECT_EQ(visible(plain + "\n\t"), plain + "\n\t");
  EXPECT_EQ(one_line("two\nlines\tx"), "two lines x");
}

TEST(Pairs, AlignTheirValuesAndPutBlocksBelow) {
  EXPECT_EQ(render_pairs({{"id", "iq-1"}, {"sql", "SELECT a\nFROM b"}, {"name", "Flat"}}),
            "id    iq-1\n"
            "name  Flat\n"
            "sql:\n"
            "  SELECT a\n"
            "  FROM b\n");
}

}  // namespace
}  // namespace weir::cli
