#include "pipeline/courier/files/file_pattern.hpp"

#include <regex>

#include <gmock/gmock.h>

#include "env/fake/seeded_random.hpp"
#include "pipeline/courier/files/file_limits.hpp"

namespace weir::courier {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Day april_10 = *parse_day("2027-04-10");

FilePattern pattern_of(std::string_view text) {
  auto pattern = FilePattern::parse(text);
  EXPECT_TRUE(pattern) << text << ": " << (pattern ? "" : pattern.error().message);
  return pattern ? *pattern : FilePattern();
}

bool matches(std::string_view pattern, std::string_view path, Day day = april_10) {
  return pattern_of(pattern).on(day).matches(path);
}

std::string refusal_of(std::string_view text) {
  const auto pattern = FilePattern::parse(text);
  if (pattern) return "accepted";
  EXPECT_EQ(pattern.error().code, Errc::bad_request);
  return pattern.error().message;
}

TEST(FilePattern, DatesAreOutsideQuotesAndTextInside) {
  EXPECT_TRUE(matches("'in/'yyyy'/'MM'/'dd'/cust-*.csv'", "in/2027/04/10/cust-7.csv"));
  EXPECT_FALSE(matches("'in/'yyyy'/'MM'/'dd'/cust-*.csv'", "in/2027/04/11/cust-7.csv"));
  EXPECT_TRUE(matches("'yyyy-MM-dd.csv'", "yyyy-MM-dd.csv"));
  EXPECT_FALSE(matches("'yyyy-MM-dd.csv'", "2027-04-10.csv"));
  EXPECT_TRUE(matches("yyyyMMdd", "20270410"));
}

TEST(FilePattern, WhatIsNoLetterIsLiteralAndTheYearMayBeInCapitals) {
  EXPECT_TRUE(matches("'path/to/file'-YYYY-MM-dd'.json'", "path/to/file-2027-04-10.json"));
  EXPECT_TRUE(matches("yyyy/MM/dd/1?[2]\\.*", "2027/04/10/1?[2]\\.gz"));
  EXPECT_FALSE(matches("yyyy/MM/dd/1?[2]\\.*", "2027/04/10/11[2]\\.gz"));
  EXPECT_TRUE(matches("'größe '✓ yyyy", "größe ✓ 2027"));
}

TEST(FilePattern, AQuoteIsWrittenTwiceInsideQuotesAndOutside) {
  EXPECT_TRUE(matches("'it''s-'dd", "it's-10"));
  EXPECT_TRUE(matches("''dd''", "'10'"));
  EXPECT_TRUE(matches("'a''''b'", "a''b"));
  EXPECT_TRUE(matches("'''dd'''", "'dd'"));
}

TEST(FilePattern, AStarNeverCrossesASlash) {
  EXPECT_TRUE(matches("'cust-*.csv'", "cust-.csv"));
  EXPECT_TRUE(matches("'cust-*.csv'", "cust-1.csv"));
  EXPECT_FALSE(matches("'cust-*.csv'", "cust-.csv.0"));
  EXPECT_FALSE(matches("'cust-*.csv'", "cust-0.json"));
  EXPECT_FALSE(matches("'cust-*.csv'", "cust-0/1/file.csv"));
  EXPECT_FALSE(matches("'cust-*.csv'", "cust.csv"));
  EXPECT_TRUE(matches("*/*'.csv'", "a/b.csv"));
  EXPECT_FALSE(matches("*/*'.csv'", "a/b/c.csv"));
  EXPECT_FALSE(matches("*/*'.csv'", "b.csv"));
}

TEST(FilePattern, OtherLettersAreRefusedWithTheirPlace) {
  EXPECT_THAT(refusal_of("'in/'yyyy-MMM"),
              AllOf(HasSubstr("\"MMM\" at character 11"), HasSubstr("yyyy, MM or dd")));
  EXPECT_THAT(refusal_of("in/yyyy"), HasSubstr("\"i\" at character 1"));
  EXPECT_THAT(refusal_of("yy"), HasSubstr("\"yy\" at character 1"));
  EXPECT_THAT(refusal_of("yyYY"), HasSubstr("\"yy\" at character 1"));
  EXPECT_THAT(refusal_of("yyyyHH"), HasSubstr("\"HH\" at character 5"));
  EXPECT_THAT(refusal_of("yyyy'-it''s"), HasSubstr("the quote at character 5 has no end"));
  EXPECT_THAT(refusal_of("'"), HasSubstr("the quote at character 1 has no end"));
}

TEST(FilePattern, APatternThatLeavesItsFolderOrMatchesNothingIsRefused) {
  EXPECT_THAT(refusal_of(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal_of("'/etc/passwd'"), HasSubstr("begins with \"/\""));
  EXPECT_THAT(refusal_of("'in/'"), HasSubstr("ends with \"/\""));
  EXPECT_THAT(refusal_of("'in//a'"), HasSubstr("\"//\""));
  EXPECT_THAT(refusal_of("'../a'"), HasSubstr("\"..\" as a folder"));
  EXPECT_THAT(refusal_of("yyyy/../dd"), HasSubstr("\"..\" as a folder"));
  EXPECT_THAT(refusal_of("'./a'"), HasSubstr("\".\" as a folder"));
  EXPECT_THAT(refusal_of("'a/..'"), HasSubstr("\"..\" as a folder"));
  EXPECT_THAT(refusal_of(std::string_view("'a\0b'", 5)), HasSubstr("NUL"));
  EXPECT_THAT(refusal_of("'" + std::string(limits::pattern_bytes_max, 'a') + "'"),
              HasSubstr("bytes"));
  EXPECT_TRUE(matches("'a..b/.hidden/...'", "a..b/.hidden/..."));
}

TEST(FilePattern, TheFolderIsWhatNoStarPrecedes) {
  const FilePattern pattern = pattern_of("'in/'yyyy'/'MM'/cust-*/x'");
  EXPECT_EQ(pattern.on(april_10).folder(), "in/2027/04");
  EXPECT_EQ(pattern.on_any_day().folder(), "in");
  EXPECT_EQ(pattern_of("*").on(april_10).folder(), "");
  EXPECT_EQ(pattern_of("'a/b'").on(april_10).folder(), "a");
}

TEST(FilePattern, APathTellsItsDays) {
  EXPECT_THAT(pattern_of("'in/'yyyy'/'MM'/'dd'/*.csv'").days_of("in/2027/04/10/20280101.csv"),
              ElementsAre(april_10));
  EXPECT_THAT(pattern_of("*yyyy-MM-dd*").days_of("x-2027-04-10-2028-01-02"),
              ElementsAre(april_10, *parse_day("2028-01-02")));
  EXPECT_THAT(pattern_of("yyyyMMdd").days_of("20270230"), IsEmpty());
  EXPECT_THAT(pattern_of("yyyyMMdd/yyyy").days_of("20270410/2028"), IsEmpty());
  EXPECT_THAT(pattern_of("yyyyMM").days_of("202704"), IsEmpty());
  EXPECT_FALSE(pattern_of("yyyyMM").tells_days());
}

TEST(FilePattern, MembersOfArchivesAreNoDatePatterns) {
  const auto member = PathMatcher::of_member("items_*.csv");
  ASSERT_TRUE(member);
  EXPECT_TRUE(member->matches("items_dd'.csv"));
  EXPECT_FALSE(member->matches("items_/x.csv"));
  EXPECT_FALSE(PathMatcher::of_member("../x"));
}

TEST(FilePattern, ManyStarsTakeNoLongTime) {
  std::string stars;
  for (int i = 0; i < 300; ++i)
    stars += "*a";
  EXPECT_FALSE(PathMatcher::of_member(stars + "b")->matches(std::string(4096, 'a')));
}

/// The same promise in other words: each star is `[^/]*`, everything else stands for itself.
std::string oracle_of(std::string_view written, Day day) {
  const std::string date = to_string(day);
  std::string regex;
  bool quoted = false;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const std::string_view rest = written.substr(i);
    if (rest.starts_with("''")) {
      regex += "'";
      ++i;
    } else if (rest[0] == '\'') {
      quoted = !quoted;
    } else if (rest[0] == '*') {
      regex += "[^/]*";
    } else if (!quoted && (rest.starts_with("yyyy") || rest.starts_with("YYYY"))) {
      regex += date.substr(0, 4);
      i += 3;
    } else if (!quoted && (rest.starts_with("MM") || rest.starts_with("dd"))) {
      regex += rest[0] == 'M' ? date.substr(5, 2) : date.substr(8, 2);
      ++i;
    } else {
      regex += std::string_view(".?[").find(rest[0]) == std::string_view::npos ? "" : "\\";
      regex += rest[0];
    }
  }
  return regex;
}

bool matches_by_parts(const PathMatcher& matcher, const std::string& path) {
  std::vector<std::string> names(1);
  for (const char byte : path)
    byte == '/' ? names.push_back("") : names.back().push_back(byte);
  const auto parts = matcher.parts();
  return std::equal(parts.begin(), parts.end(), names.begin(), names.end(),
                    [](const auto& part, const auto& name) { return part.matches(name); });
}

TEST(FilePattern, AgreesWithARegularExpression) {
  const std::uint64_t seed = seed_from_environment_or_new();
  SCOPED_TRACE("rerun with WEIR_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  const std::vector<std::string> pieces = {"'a'", "*",    "*",    "/",  "'*'",   "b", "'b/'",
                                           "''",  "yyyy", "YYYY", "MM", "dd",    "-", "'a*",
                                           "'",   ".",    "'dd'", "1",  "'a/*a'"};
  const std::vector<std::string> bits = {"a", "b", "/",  "2027", "04", "10",
                                         "-", "'", "dd", "1",    "."};
  int parsed = 0;
  int matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string written;
    for (auto n = random.below(7); n > 0; --n)
      written += pieces[random.below(pieces.size())];
    const auto pattern = FilePattern::parse(written);
    if (!pattern) continue;
    ++parsed;
    const std::string text = oracle_of(written, april_10);
    const std::regex regex(text);
    const PathMatcher matcher = pattern->on(april_10);
    for (int j = 0; j < 6; ++j) {
      std::string path;
      if (random.one_in(3)) {
        for (auto n = random.below(7); n > 0; --n)
          path += bits[random.below(bits.size())];
      } else {  // the pattern with something for each star: mostly a match
        for (std::size_t k = 0; k < text.size(); ++k) {
          if (text.compare(k, 5, "[^/]*") == 0) {
            for (auto n = random.below(3); n > 0; --n)
              path += bits[random.below(bits.size())];
            k += 4;
          } else if (text[k] != '\\') {
            path += text[k];
          }
        }
      }
      const bool expected = std::regex_match(path, regex);
      matched += expected ? 1 : 0;
      ASSERT_EQ(matches_by_parts(matcher, path), expected) << written << " on " << path;
      ASSERT_EQ(matcher.matches(path), expected) << written << " on " << path;
      if (expected) {
        EXPECT_TRUE(pattern->on_any_day().matches(path)) << written << " on " << path;
        EXPECT_TRUE(path.starts_with(matcher.folder())) << written << " on " << path;
        if (pattern->tells_days()) {
          EXPECT_THAT(pattern->days_of(path), testing::Contains(april_10)) << written;
        }
      }
    }
  }
  EXPECT_GT(parsed, 1000);
  EXPECT_GT(matched, 1000);
}

}  // namespace
}  // namespace weir::courier
