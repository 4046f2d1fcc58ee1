#include "engine/duckdb/tables/history.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/row_functions.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {
namespace {

class HistoryTest : public EngineFixture {
 protected:
  /// id to v as of a load, from the file itself.
  std::map<std::string, std::string> as_of(std::uint64_t load) {
    return in_file([load](const StoredTable& table) {
      return sql(
          "SELECT CAST(c0 AS VARCHAR), c1 FROM $ WHERE load <= $ UNION ALL SELECT CAST(c0 "
          "AS VARCHAR), c1 FROM $ WHERE load <= $ AND replaced_by > $",
          table.in_sql(), load, history_of(table), load, load);
    });
  }
  /// v to replaced_by of the rows of the history.
  std::map<std::string, std::string> kept() {
    return in_file([](const StoredTable& table) {
      return sql("SELECT c1, CAST(replaced_by AS VARCHAR) FROM $", history_of(table));
    });
  }
  /// `_pk` to `_uuid_pk` and hash, of the rows that stand or of those of the history.
  std::map<std::string, std::string> key_and_hash(const char* name, bool past) {
    return in_file(
        [past](const StoredTable& table) {
          return sql("SELECT pk, CAST(uuid AS VARCHAR) || ' ' || CAST(row_hash AS VARCHAR) FROM $",
                     with_pk(table, past ? past_rows(table) : table.in_sql()));
        },
        name);
  }

 private:
  template <class Query>
  std::map<std::string, std::string> in_file(const Query& query, const char* name = "Shop:Orders") {
    engine_.reset();
    std::map<std::string, std::string> out;
    {
      const auto database =
          Database::open((folder_.path() / "tables" / "acme.duckdb").string(), {});
      EXPECT_TRUE(database) << database.error().message;
      auto connection = Connection::open(**database);
      EXPECT_TRUE(add_row_functions(*connection));
      const auto table = stored_table(*connection, name);
      const auto cells = connection->cells(query(**table));
      EXPECT_TRUE(cells) << cells.error().message;
      for (const auto& row : *cells)
        EXPECT_TRUE(out.emplace(*row[0], row[1].value_or("")).second) << "two rows of one key";
    }
    open();
    return out;
  }
};

using Rows = std::map<std::string, std::string>;

TEST_F(HistoryTest, TheTableAsOfEachLoadIsToldByItsRowsAndItsHistory) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n"));
  const std::uint64_t first = last_.load;
  counts(load_of("{\"id\":2,\"v\":\"c\"}\n{\"id\":3,\"v\":\"d\"}\n"));
  const std::uint64_t second = last_.load;
  ASSERT_TRUE(engine_->remove_rows({"acme", "Shop:Orders", {.column = "id", .value = "1"}}));
  Load load = load_of("{\"id\":2,\"v\":\"e\"}\n");
  load.truncate = true;
  counts(load);
  EXPECT_EQ(last_.deleted, 2u);
  const std::uint64_t fourth = last_.load;
  EXPECT_EQ(as_of(first), (Rows{{"1", "a"}, {"2", "b"}}));
  EXPECT_EQ(as_of(second), (Rows{{"1", "a"}, {"2", "c"}, {"3", "d"}}));
  EXPECT_EQ(as_of(second + 1), (Rows{{"2", "c"}, {"3", "d"}}));
  EXPECT_EQ(as_of(fourth), (Rows{{"2", "e"}}));
}

TEST_F(HistoryTest, OnlyWhatTheBoundsHoldIsKept) {
  history_ = {.loads = 2, .age = std::chrono::hours(24)};
  reopen();
  std::vector<std::uint64_t> loads;
  for (const char* v : {"a", "b", "c", "d"}) {
    counts(load_of(std::string("{\"id\":1,\"v\":\"") + v + "\"}\n"));
    loads.push_back(last_.load);
  }
  EXPECT_EQ(kept(), (Rows{{"c", std::to_string(loads[3])}, {"b", std::to_string(loads[2])}}));
  clock_.advance(std::chrono::hours(25));
  counts(load_of("{\"id\":1,\"v\":\"e\"}\n"));
  EXPECT_EQ(kept(), (Rows{{"d", std::to_string(last_.load)}}));
  history_.loads = 0;
  reopen();
  counts(load_of("{\"id\":1,\"v\":\"f\"}\n"));
  EXPECT_EQ(kept(), Rows{});
}

/// What undo, changes and tables as of a load compare by.
TEST_F(HistoryTest, ThePastRowsHaveTheKeysAndHashesThatTheyHadWhenTheyStood) {
  Load load = load_of(R"({"id":1,"v":"a|b\\","f":-0.0,"d":1.5,"b":true,"t":"2027-03-02T08:00:00.5Z"}
{"id":2,"v":"","f":-0.25,"d":"-7","day":"2027-03-02"}
{"id":3,"v":"c","f":1e300}
)");
  load.fields = {field("b", FieldType::boolean), field("id", FieldType::integer),
                 field("f", FieldType::float_),  field("v"),
                 field("d", FieldType::decimal), field("t", FieldType::datetime),
                 field("day", FieldType::date)};
  load.primary_key = {"v", "f", "id"};
  EXPECT_EQ(counts(load), "3 3 0 0 0");
  // Of another shape: the field b is lost, one is gained.
  load.operations[0].sources[0].files = {file(R"({"id":4,"v":"e","f":0.5,"w":"x"})"
                                              "\n")};
  load.fields.erase(load.fields.begin());
  load.fields.push_back(field("w"));
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  ASSERT_TRUE(engine_->copy_to_shadow("acme", "Shop:Orders"));
  ASSERT_TRUE(engine_->rename_table("acme", "Shop:Orders", "Shop:Others"));
  for (const char* name : {"Shop:Others", "shadow:Shop:Others"}) {
    const auto stood = key_and_hash(name, false);
    ASSERT_EQ(stood.size(), 4u);
    load.table = "Shop:Others";
    load.shadow = name != load.table;
    load.truncate = true;
    load.operations[0].sources[0].files = {file("")};
    counts(load);
    EXPECT_EQ(last_.deleted, 4u);
    EXPECT_EQ(key_and_hash(name, true), stood);
  }
}

TEST_F(HistoryTest, EveryChangeOfATableStandsInTheLedgerAsWhatItIs) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2}\n"));
  ASSERT_TRUE(engine_->remove_rows({"acme", "Shop:Orders", {.column = "id", .from = "2"}}));
  ASSERT_TRUE(engine_->rename_table("acme", "Shop:Orders", "Shop:Others"));
  ASSERT_TRUE(engine_->purge("acme", "Shop:Others"));
  const auto records = engine_->ledger("acme", {});
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 4u);
  EXPECT_EQ(records->at(0).kind, ChangeKind::purge);
  EXPECT_EQ(records->at(0).counts.deleted, 1u);
  EXPECT_EQ(records->at(1).kind, ChangeKind::renaming);
  EXPECT_EQ(records->at(1).note, "Shop:Orders");
  EXPECT_EQ(records->at(2).kind, ChangeKind::removal);
  EXPECT_EQ(records->at(2).counts.deleted, 1u);
  EXPECT_EQ(records->at(2).note, "id >= 2");
  EXPECT_EQ(records->at(3).kind, ChangeKind::load);
}

TEST_F(HistoryTest, TheLedgerForgetsWhatNoRunCanAskForAnyMore) {
  Load load = load_of("{\"id\":1,\"v\":\"a\"}\n");
  load.id = {.run = "wr-1", .feed = "df-1", .epoch = 1};
  counts(load);
  clock_.advance(limits::ledger_kept - std::chrono::hours(24));
  reopen();
  counts(load_of("{\"id\":2}\n"));
  EXPECT_EQ(engine_->ledger("acme", {})->size(), 2u);
  counts(load);
  EXPECT_TRUE(last_.repeated);
  clock_.advance(std::chrono::hours(48));
  reopen();
  counts(load_of("{\"id\":3}\n"));
  EXPECT_EQ(engine_->ledger("acme", {})->size(), 2u);
  EXPECT_EQ(counts(load), "1 0 0 1 0") << "the same record again";
}

}  // namespace
}  // namespace weir::engine::duckdb
