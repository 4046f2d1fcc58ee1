#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TableChangesTest : public EngineFixture {
 protected:
  static Removal of(const RowCondition& which) { return {"acme", "Shop:Orders", which}; }
  /// How many rows, or what is wrong.
  std::string removed(const RowCondition& which, bool dry_run = false) {
    Removal removal = of(which);
    removal.dry_run = dry_run;
    const auto answer = engine_->remove_rows(removal);
    return answer ? std::to_string(answer->rows) : answer.error().message;
  }
};

TEST_F(TableChangesTest, APurgedTableIsGoneAndMayBeAnotherOne) {
  counts(load_of("{\"id\":1,\"v\":\"5\"}\n"));
  ASSERT_TRUE(engine_->purge("acme", "Shop:Orders"));
  ASSERT_TRUE(engine_->purge("acme", "Shop:Orders"));
  EXPECT_TRUE(engine_->tables("acme")->empty());
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("there is no table")));
  Load load = load_of("{\"id\":1,\"v\":5}\n");
  load.fields[1].type = FieldType::integer;
  load.primary_key = {"v"};
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  reopen();
  EXPECT_THAT(orders(), ElementsAre("1|5"));
}

TEST_F(TableChangesTest, ARenamedTableIsTheOneThatWasLoadedUnderThatName) {
  const Load load = load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2}\n");
  Load other = load;
  other.table = "Shop:It's \"new\"";
  counts(other);
  const std::string all = " FROM \"Shop:It's \"\"new\"\"\" ORDER BY id";
  const auto expected = rows("SELECT *" + all);
  EXPECT_EQ(engine_->rename_table("acme", "Shop:Orders", other.table).error().code,
            Errc::not_found);
  counts(load);
  EXPECT_EQ(engine_->rename_table("acme", "Shop:Orders", other.table).error().code, Errc::conflict);
  ASSERT_TRUE(engine_->purge("acme", other.table));
  ASSERT_TRUE(engine_->rename_table("acme", "Shop:Orders", other.table));
  EXPECT_EQ(rows("SELECT *" + all), expected);
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("there is no table")));
  EXPECT_EQ(counts(other), "2 0 0 2 0") << "its rows are found by their keys";
  ASSERT_TRUE(engine_->rename_table("acme", other.table, "SHOP:it's \"new\""));
  EXPECT_EQ(engine_->tables("acme")->front().name, "SHOP:it's \"new\"");
  EXPECT_FALSE(engine_->rename_table("acme", "SHOP:it's \"new\"", ""));
}

TEST_F(TableChangesTest, RowsAreRemovedByPeriodOrByValueAfterALook) {
  Load load = load_of(R"({"id":1,"v":"a","on":"2027-03-01"}
{"id":2,"v":"b","on":"2027-03-02"}
{"id":3,"v":"it's","on":"2027-03-03"}
{"id":4,"v":"b"}
)");
  load.fields.push_back(field("on", FieldType::date));
  counts(load);
  const RowCondition two_days{.column = "ON", .from = "2027-03-01", .to = "2027-03-03"};
  EXPECT_EQ(removed(two_days, true), "2");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\"", "3|\"it's\"", "4|\"b\""));
  EXPECT_EQ(removed(two_days), "2");
  EXPECT_THAT(orders(), ElementsAre("3|\"it's\"", "4|\"b\""));
  EXPECT_EQ(removed({.column = "v", .value = "it's"}), "1");
  EXPECT_EQ(removed({.column = "v", .value = "it's"}), "0");
  EXPECT_EQ(removed({.column = "id", .from = "5"}), "0");
  EXPECT_THAT(orders(), ElementsAre("4|\"b\""));
  EXPECT_THAT(removed({.column = "id", .value = "x"}), HasSubstr("is no value of \"id\""));
  EXPECT_THAT(removed({.column = "pk", .value = "x"}), HasSubstr("no column \"pk\""));
  EXPECT_THAT(removed({.column = "v"}), HasSubstr("say which rows"));
  Removal nowhere = of(two_days);
  nowhere.table = "Shop:None";
  EXPECT_EQ(engine_->remove_rows(nowhere).error().code, Errc::not_found);
}

TEST_F(TableChangesTest, ARemovalShowsItsFirstRowsAndHoldsToTheirNumber) {
  counts(load_of("{\"id\":3,\"v\":\"a\"}\n{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n"));
  Removal removal = of({.column = "v", .value = "a"});
  removal.dry_run = true;
  removal.shown_max = 1;
  const auto shown = engine_->remove_rows(removal);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(shown->rows, 2u);
  EXPECT_EQ(shown->first.columns.front().name, "id");
  EXPECT_EQ(shown->first.columns.size(), 5u);
  ASSERT_EQ(shown->first.rows.size(), 1u);
  EXPECT_EQ(shown->first.rows[0][0], "1") << "by the key";
  counts(load_of("{\"id\":4,\"v\":\"a\"}\n"));
  removal.dry_run = false;
  removal.expected = 2;
  const auto refused = engine_->remove_rows(removal);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("3 such rows now, and not 2"));
  EXPECT_EQ(orders().size(), 4u);
  removal.expected = 3;
  ASSERT_TRUE(engine_->remove_rows(removal));
  EXPECT_THAT(orders(), ElementsAre("2|\"b\""));
}

/// CAST to BIGINT rounds: 1.5 would have removed row 2.
TEST_F(TableChangesTest, AValueToRemoveIsReadAsAFeedReadsIt) {
  Load load = load_of(R"({"id":1,"v":"x","at":"2027-03-01 10:00","ok":true,"n":"1.50","x":0.25}
{"id":2,"v":"y","at":"2027-03-01 11:00","ok":false,"n":"2","x":7}
)");
  load.fields.insert(load.fields.end(),
                     {field("at", FieldType::datetime), field("ok", FieldType::boolean),
                      field("n", FieldType::decimal), field("x", FieldType::float_)});
  counts(load);
  EXPECT_THAT(removed({.column = "id", .value = "1.5"}), HasSubstr("is no value of \"id\""));
  EXPECT_EQ(removed({.column = "id", .value = "2.0"}, true), "1");
  EXPECT_EQ(removed({.column = "ok", .value = "no"}, true), "1");
  EXPECT_EQ(removed({.column = "n", .value = "1.5"}, true), "1");
  EXPECT_EQ(removed({.column = "n", .from = "1.51"}, true), "1");
  EXPECT_EQ(removed({.column = "x", .value = "0.25"}, true), "1");
  EXPECT_EQ(removed({.column = "at", .from = "2027-03-01", .to = "2027-03-01 11:00"}, true), "1");
  EXPECT_EQ(removed({.column = "at", .from = "2027-03-01T10:30:00Z"}, true), "1");
  EXPECT_THAT(removed({.column = "at", .to = "yesterday"}), HasSubstr("is no value of \"at\""));
  EXPECT_THAT(removed({.column = "v", .to = "2027-03-01"}), HasSubstr("has no order"));
  EXPECT_THAT(removed({.column = "ok", .from = "true"}), HasSubstr("has no order"));
  EXPECT_EQ(orders().size(), 2u);
}

TEST_F(TableChangesTest, AFieldThatTheFeedLostIsShownNoMore) {
  Load load = load_of("{\"id\":1,\"v\":\"a\",\"n\":5}\n{\"id\":2,\"v\":\"b\",\"n\":6}\n");
  load.fields.push_back(field("n", FieldType::integer));
  counts(load);
  const std::string all =
      "SELECT * EXCLUDE (_pk, _uuid_pk, _updated) FROM \"Shop:Orders\" ORDER BY id";
  EXPECT_THAT(rows(all), ElementsAre("1|\"a\"|5", "2|\"b\"|6"));
  const Load with = load;
  load.fields.pop_back();
  ASSERT_TRUE(engine_->create_table(load));
  EXPECT_THAT(rows(all), ElementsAre("1|\"a\"", "2|\"b\"")) << "at once, without a load";
  EXPECT_EQ(engine_->tables("acme")->front().columns.size(), 5u);
  EXPECT_THAT(removed({.column = "n", .value = "5"}), HasSubstr("no column \"n\""));
  EXPECT_EQ(counts(load), "2 0 2 0 0") << "the rows are others without it";
  // Rows that were loaded without it have no value there.
  reopen();
  ASSERT_TRUE(engine_->create_table(with));
  EXPECT_THAT(rows(all), ElementsAre("1|\"a\"|null", "2|\"b\"|null"));
  EXPECT_EQ(counts(with), "2 0 2 0 0");
  EXPECT_THAT(rows(all), ElementsAre("1|\"a\"|5", "2|\"b\"|6"));
  // One of another type is another column.
  ASSERT_TRUE(engine_->create_table(load));
  Load other = with;
  other.fields.back().type = FieldType::string;
  ASSERT_TRUE(engine_->create_table(other));
  EXPECT_THAT(rows(all), ElementsAre("1|\"a\"|null", "2|\"b\"|null"));
  EXPECT_EQ(counts(other), "2 0 2 0 0");
  EXPECT_THAT(rows(all), ElementsAre("1|\"a\"|\"5\"", "2|\"b\"|\"6\""));
}

TEST_F(TableChangesTest, AColumnThatAFeedGainsIsThereBeforeItsFirstLoad) {
  Load load = load_of("{\"id\":1,\"v\":\"a\"}\n");
  counts(load);
  load.fields.push_back(field("n", FieldType::integer));
  ASSERT_TRUE(engine_->create_table(load));
  EXPECT_THAT(rows("SELECT id, n FROM \"Shop:Orders\""), ElementsAre("1|null"));
  load.fields.back().type = FieldType::string;
  EXPECT_EQ(engine_->create_table(load).error().code, Errc::conflict);
}

TEST_F(TableChangesTest, ATableIsMadeAnewWhereItIsAskedFor) {
  Load load = load_of("{\"id\":1,\"v\":\"a\"}\n");
  counts(load);
  load.fields[1].type = FieldType::integer;
  EXPECT_EQ(engine_->create_table(load).error().code, Errc::conflict);
  load.truncate = true;
  ASSERT_TRUE(engine_->create_table(load));
  EXPECT_THAT(orders(), ElementsAre());
  EXPECT_EQ(engine_->tables("acme")->front().columns[1].type, "BIGINT");
}

TEST_F(TableChangesTest, NothingOfARenamedTableIsLeftUnderItsOldName) {
  Load live = load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":\"x\"}\n");
  live.error_threshold = 100;
  live.id = {"wr-1", "df-1", 1, 5};
  EXPECT_EQ(counts(live), "2 1 0 0 1");
  Load shadow = load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  shadow.shadow = true;
  counts(shadow);
  ASSERT_TRUE(engine_->rename_table("acme", "Shop:Orders", "Web:Orders"));
  for (const char* gone : {"Shop:Orders", "Shop:Orders_failed", "shadow:Shop:Orders"})
    EXPECT_THAT(rows("SELECT 1 FROM \"" + std::string(gone) + '"')[0], HasSubstr("no table"))
        << gone;
  EXPECT_THAT(rows("SELECT _row, state FROM \"Web:Orders_failed\""), ElementsAre("2|\"open\""));
  const auto difference = engine_->shadow_changes("acme", "Web:Orders", "", 10);
  ASSERT_TRUE(difference) << difference.error().message;
  EXPECT_EQ(difference->added, 1u);
  EXPECT_EQ(difference->changed + difference->removed, 0u) << "by the keys of the new name";
  // The twin goes on, also where the table and its shadow change places.
  ASSERT_TRUE(engine_->swap_with_shadow("acme", "Web:Orders"));
  EXPECT_THAT(rows("SELECT count(*) FROM \"Web:Orders_failed\""), ElementsAre("0"));
  EXPECT_THAT(rows("SELECT count(*) FROM \"Web:Orders\""), ElementsAre("2"));
}

TEST_F(TableChangesTest, ATableTakesNoOthersShadowByItsNewName) {
  counts(load_of("{\"id\":1}\n"));
  Load other = load_of("{\"id\":2}\n");
  other.table = "Web:Orders";
  other.shadow = true;
  counts(other);
  const auto refused = engine_->rename_table("acme", "Shop:Orders", "Web:Orders");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("drop it first"));
  ASSERT_TRUE(engine_->drop_shadow("acme", "Web:Orders"));
  EXPECT_TRUE(engine_->rename_table("acme", "Shop:Orders", "Web:Orders"));
}

}  // namespace
}  // namespace weir::engine::duckdb
