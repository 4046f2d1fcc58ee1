#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine.hpp"
#include "engine/dialect/dialect.hpp"
#include "engine/dialect/function_help.hpp"

/// docs/ingest-queries.md against what the dialect takes and refuses.
namespace weir::sql_test {

namespace {

struct Page {
  std::vector<std::string> examples;  // each line of the sql blocks before "Not there"
  std::vector<std::string> refused;   // and behind it
};

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
    }
  }
  return page;
}

/// The functions of each group, a line each, out of what the editor of queries shows too.
std::string made_table() {
  std::string table = "| | |\n|---|---|\n";
  for (const std::string& group : dialect::help_groups()) {
    std::string names;
    for (const dialect::FunctionHelp& help : dialect::function_help())
      if (help.group == group) names += (names.empty() ? "" : " ") + help.name;
    table += "| " + group + " | `" + names + "` |\n";
  }
  return table;
}

/// And each of them with its signatures and what it gives.
std::string made_list() {
  std::string list;
  for (const std::string& group : dialect::help_groups()) {
    list += "\n## " + group + "\n\n| | |\n|---|---|\n";
    for (const dialect::FunctionHelp& help : dialect::function_help()) {
      if (help.group != group) continue;
      std::string signatures;
      for (const std::string& signature : help.signatures)
        signatures += (signatures.empty() ? "`" : "<br>`") + signature + "`";
      list += "| " + signatures + " | " + help.line + " |\n";
    }
  }
  return list;
}

/// A page's part between its marks is what was made; WEIR_DOCS_WRITE=1 writes it.
void expect_made(const std::string& path, const std::string& made) {
  constexpr std::string_view begin = "<!-- made by sql_test -->\n";
  constexpr std::string_view end = "<!-- end of what is made -->";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  std::string page = text.str();
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end);
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos) << path;
  if (std::getenv("WEIR_DOCS_WRITE") != nullptr) {
    page.replace(from + begin.size(), to - from - begin.size(), made);
    std::ofstream(path) << page;
  } else {
    EXPECT_TRUE(page.substr(from + begin.size(), to - from - begin.size()) == made)
        << path << " lacks what the registry has: WEIR_DOCS_WRITE=1 sql_test "
        << "--gtest_filter='Docs.*' writes it anew";
  }
}

TEST(Docs, TheTablesOfFunctionsAreThoseOfTheRegistry) {
  expect_made(WEIR_INGEST_QUERIES, made_table());
  expect_made(WEIR_FUNCTIONS_PAGE, made_list());
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
