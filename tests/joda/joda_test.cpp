// joda.tsv is what Joda-Time answered (README.md); each line is asked again here.

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/spark/joda_pattern.hpp"
#include "engine/spark/zone.hpp"

namespace weir::spark {
namespace {

constexpr std::size_t cases_recorded = 3000;  // at least, or the file is not read

std::vector<std::string> lines_of(const std::string& name) {
  std::ifstream file(std::string(WEIR_JODA_TESTS) + "/" + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

struct Case {
  std::string pattern;
  std::string text;
  int this_year = 0;
  std::string answer;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  for (const std::string& line : lines_of("joda.tsv")) {
    std::vector<std::string> parts(1);
    for (const char c : line) {
      if (c == '\t') {
        parts.emplace_back();
      } else {
        parts.back() += c;
      }
    }
    EXPECT_EQ(parts.size(), 4u) << line;
    out.push_back({parts[0], parts[1], std::atoi(parts[2].c_str()), parts[3]});
  }
  return out;
}

/// In Joda's words; it has milliseconds.
std::string our_answer(const Case& asked) {
  const auto pattern = JodaPattern::parse(asked.pattern);
  if (!pattern) return "no pattern";
  const auto moment = pattern->read(asked.text, asked.this_year);
  const auto utc = moment ? moment->utc() : std::nullopt;
  return utc ? std::to_string(floor_div(utc->us, 1000)) : "none";
}

/// ICU has another year of the time zone database: a zone that is younger, and one whose history
/// before 1970 was merged with a neighbour's since.
constexpr const char* younger_zone = "America/Ciudad_Juarez";
bool is_of_another_database(const Case& asked) {
  return asked.text == "1900-01-01 00:00 Europe/Amsterdam";
}

/// What Joda reads and a TIMESTAMP does not hold is none.
bool is_beyond_a_timestamp(const std::string& answer) {
  if (answer.find_first_not_of("-0123456789") != std::string::npos) return false;
  return !moment_of(std::atoll(answer.c_str()), 1000);
}

TEST(Joda, EveryRecordedAnswerIsOurs) {
  const auto recorded = cases();
  ASSERT_GE(recorded.size(), cases_recorded);
  for (const Case& each : recorded) {
    std::string expected = is_beyond_a_timestamp(each.answer) ? "none" : each.answer;
    const bool is_refused_at_once = each.pattern == "yyyy'T" || each.pattern == "zzzz";
    if (is_refused_at_once) expected = "no pattern";
    if (is_of_another_database(each)) continue;
    EXPECT_EQ(our_answer(each), expected)
        << "pattern " << each.pattern << ", text \"" << each.text << "\", in " << each.this_year;
  }
}

TEST(Joda, EveryZoneOfItsIsKnown) {
  Zones zones;
  const auto ids = lines_of("zones.txt");
  ASSERT_GT(ids.size(), 500u);
  for (const std::string& id : ids)
    EXPECT_TRUE(id == younger_zone || zones.is_region(id)) << id;
}

}  // namespace
}  // namespace weir::spark
