#include <string>
#include <vector>

#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/engine_fixture.hpp"
#include "engine/duckdb/reader/json_write.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Names that are something else in SQL, in DuckDB or in statements of ours.
std::vector<std::string> hostile_names() {
  return {"rowid",
          "ROWID",
          "RowId",
          "n",
          "file",
          "row",
          "pk",
          "bad",
          "problem",
          "bad_text",
          "fate",
          "standing",
          "best",
          "known",
          "moment",
          "place",
          "f0",
          "f1",
          "x0",
          "x1",
          "c0",
          "c1",
          "t",
          "s",
          "w",
          "p",
          "main",
          "temp",
          "system",
          "acme",
          "query",
          "weir_staged",
          "weir_plan",
          "weir_read",
          "_pk2",
          "select",
          "from",
          "order",
          "group",
          "all",
          "null",
          "true",
          "default",
          "primary key",
          "table",
          "values",
          "a\"b",
          "a'b",
          "\"",
          "''",
          "a.b",
          ".",
          "main.t",
          " ",
          " a b ",
          "a;b",
          "--",
          "/*",
          "*",
          "?",
          "$1",
          "%s",
          "\\",
          "a\nb",
          "1",
          "1e3",
          "größe",
          "ΟΔΟΣ",
          "日本語",
          "🙂",
          "\u200B",
          std::string(64, 'x'),
          std::string(300, 'y'),
          "count(*)"};
}

std::string json_text(const std::string& text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

class HostileNamesTest : public EngineFixture, public ::testing::WithParamInterface<std::string> {
 protected:
  static std::string line(const std::string& key, const std::string& value) {
    return "{" + json_text(GetParam()) + ":" + value + ",\"other\":" + key + "}\n";
  }
  std::vector<std::string> loaded(const std::string& first, const std::string& second) {
    return rows("SELECT " + first + ", " + second + " FROM \"Shop:Orders\" ORDER BY 1");
  }
  void expect_one_error() const {
    ASSERT_EQ(last_.row_errors.size(), 1u);
    EXPECT_EQ(last_.row_errors[0].field, GetParam());
    EXPECT_EQ(last_.row_errors[0].value, "x");
    EXPECT_EQ(last_.row_errors[0].row, 4u);
    EXPECT_THAT(last_.row_errors[0].reason, HasSubstr("no whole number"));
  }
};

TEST_P(HostileNamesTest, AFieldOfThatNameIsLoadedTwiceAndRead) {
  const std::string name = quote_name(GetParam());
  Load load = load_of(line("1", "10") + line("2", "20") + line("3", "30") + line("4", "\"x\""));
  load.fields = {field("other", FieldType::integer), field(GetParam(), FieldType::integer)};
  load.primary_key = {"other"};
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "4 3 0 0 1");
  expect_one_error();
  EXPECT_THAT(loaded("other", name), ElementsAre("1|10", "2|20", "3|30"));
  load.operations[0].sources = {
      source({file(line("1", "10") + line("2", "21") + line("3", "31"))})};
  EXPECT_EQ(counts(load), "3 0 2 1 0");
  EXPECT_THAT(loaded("other", name), ElementsAre("1|10", "2|21", "3|31"));
}

TEST_P(HostileNamesTest, AKeyAndLastUpdatedOfThatNameIsLoadedTwiceAndRead) {
  const std::string name = quote_name(GetParam());
  Load load = load_of(line("10", "1") + line("20", "2") + line("30", "3") + line("40", "\"x\""));
  load.fields = {field(GetParam(), FieldType::integer), field("other", FieldType::integer)};
  load.primary_key = {GetParam()};
  load.last_updated = GetParam();
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "4 3 0 0 1");
  expect_one_error();
  EXPECT_THAT(loaded(name, "other"), ElementsAre("1|10", "2|20", "3|30"));
  load.operations[0].sources = {
      source({file(line("10", "1") + line("21", "2") + line("31", "3"))})};
  EXPECT_EQ(counts(load), "3 0 2 1 0");
  EXPECT_THAT(loaded(name, "other"), ElementsAre("1|10", "2|21", "3|31"));
}

TEST_P(HostileNamesTest, ATableAndATagOfThatNameAreLoadedTwiceAndRead) {
  Load load = load_of(line("1", "10"));
  load.fields = {field("other", FieldType::integer), field(GetParam(), FieldType::integer)};
  load.primary_key = {"other"};
  load.table = GetParam();
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  load.operations[0].sources[0].tag = GetParam().starts_with("weir_") ? "streaming" : GetParam();
  if (GetParam().find_first_of("`\n") == std::string::npos)  // what the dialect can quote
    load.operations[0].query = "SELECT other + 1 AS other, `" + GetParam() + "` FROM `" +
                               load.operations[0].sources[0].tag + "`";
  const bool query = !load.operations[0].query.empty();
  EXPECT_EQ(counts(load), query ? "1 1 0 0 0" : "1 0 0 1 0");
  const auto tables = engine_->tables("acme");
  ASSERT_TRUE(tables) << tables.error().message;
  ASSERT_EQ(tables->size(), 1u);
  EXPECT_EQ(tables->front().name, GetParam());
  EXPECT_EQ(tables->front().rows, query ? 2u : 1u);
}

INSTANTIATE_TEST_SUITE_P(Names, HostileNamesTest, ::testing::ValuesIn(hostile_names()),
                         [](const auto& name) { return std::to_string(name.index); });

TEST_F(EngineFixture, ATenantMayBeCalledAsASchemaOrADatabaseIs) {
  for (const char* tenant : {"main", "temp", "system", "memory", "pg_catalog", "select", "1"}) {
    Load load = load_of("{}");
    load.tenant = tenant;
    load.operations[0].sources = {source({file("{\"id\":1,\"v\":\"a\"}\n", tenant)})};
    EXPECT_EQ(counts(load), "1 1 0 0 0") << tenant;
    load.operations[0].sources = {source({file("{\"id\":1,\"v\":\"b\"}\n", tenant)})};
    EXPECT_EQ(counts(load), "1 0 1 0 0") << tenant;
    EXPECT_THAT(rows("SELECT v FROM \"Shop:Orders\"", tenant), ElementsAre("\"b\"")) << tenant;
    const auto tables = engine_->tables(tenant);
    ASSERT_TRUE(tables) << tables.error().message;
    ASSERT_EQ(tables->size(), 1u) << tenant;
    EXPECT_EQ(tables->front().rows, 1u);
  }
}

TEST_F(EngineFixture, ATagThatIsATableOfTheEnginesOwnIsRefused) {
  for (const char* tag : {"weir_staged", "WEIR_PLAN"}) {
    Load load = load_of("{\"id\":1}\n");
    load.operations[0].sources[0].tag = tag;
    load.operations[0].query = std::string("SELECT id, id AS v FROM ") + tag;
    EXPECT_THAT(counts(load), HasSubstr("give the file another one")) << tag;
  }
}

}  // namespace
}  // namespace weir::engine::duckdb
