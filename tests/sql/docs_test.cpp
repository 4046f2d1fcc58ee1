#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine.hpp"
#include "engine/dialect/dialect.hpp"

/// docs/ingest-queries.md against what the dialect takes and refuses.
namespace weir::sql_test {

namespace {

struct Page {
  std::set<std::string> functions;    // of the table under "Functions", and those that make rows
  std::vector<std::string> examples;  // each line of the sql blocks before "Not there"
  std::vector<std::string> refused;   // and behind it
};

// The words between backticks.
std::vector<std::string> quoted_words(const std::string& line) {
  std::vector<std::string> words;
  for (std::size_t at = line.find('`'); at != std::string::npos;) {
    const std::size_t end = line.find('`', at + 1);
    std::istringstream text(line.substr(at + 1, end - at - 1));
    for (std::string word; text >> word;)
      words.push_back(word);
    at = end == std::string::npos ? end : line.find('`', end + 1);
  }
  return words;
}

Page read_page() {
  Page page;
  std::ifstream file(WEIR_INGEST_QUERIES);
  std::string heading;
  bool sql = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) heading = line.substr(3);
    if (line.starts_with("```")) {
      sql = line == "```sql";
    } else if (sql) {
      (heading == "Not there" ? page.refused : page.examples).push_back(line);
    } else if (heading == "Functions" && line.starts_with("| ") && line.find('`') != line.npos) {
      for (const std::string& word : quoted_words(line)) {
        // Not DISTINCT, ROWS or (?i).
        constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_";
        if (word.find_first_not_of(letters) == std::string::npos) page.functions.insert(word);
      }
    }
  }
  return page;
}

std::string listed(const std::set<std::string>& names) {
  std::string all;
  for (const std::string& name : names)
    all += " " + name;
  return all;
}

std::set<std::string> without(std::set<std::string> names, const std::set<std::string>& others) {
  std::erase_if(names, [&](const std::string& name) { return others.contains(name); });
  return names;
}

TEST(Docs, ListEveryFunctionThatTheDialectKnowsAndNoOther) {
  const Page page = read_page();
  ASSERT_FALSE(page.functions.empty());
  const std::vector<std::string> known = dialect::functions();
  const std::set<std::string> taken(known.begin(), known.end());
  EXPECT_EQ(listed(without(taken, page.functions)), "") << "these are missing in the page";
  EXPECT_EQ(listed(without(page.functions, taken)), "") << "these are in the page only";
}

TEST(Docs, EveryFunctionOfTheRegistryIsOne) {
  for (const std::string& name : dialect::functions()) {
    const auto none = dialect::translate("SELECT " + name + "()", {});
    if (none) continue;
    EXPECT_EQ(none.error().message.find("is not known"), std::string::npos) << name;
    EXPECT_EQ(none.error().message.find("is not supported"), std::string::npos) << name;
  }
}

TEST(Docs, ExamplesAreTaken) {
  const Page page = read_page();
  ASSERT_FALSE(page.examples.empty());
  Engine engine;
  for (const std::string& sql : page.examples) {
    const Engine::Outcome outcome = engine.ask(sql);
    EXPECT_TRUE(outcome.answer) << sql << "\n" << outcome.message;
  }
}

TEST(Docs, WhatIsNotThereIsRefusedBeforeItRuns) {
  const Page page = read_page();
  ASSERT_FALSE(page.refused.empty());
  for (const std::string& sql : page.refused)
    EXPECT_FALSE(dialect::translate(sql, {})) << sql;
}

}  // namespace

}  // namespace weir::sql_test
