#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TableChangesTest : public EngineFixture {
 protected:
  /// How many rows, or what is wrong.
  std::string removed(const RowCondition& condition, bool dry_run = false) {
    const auto rows = engine_->remove_rows("acme", "Shop:Orders", condition, dry_run);
    return rows ? std::to_string(*rows) : rows.error().message;
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
  EXPECT_EQ(engine_->remove_rows("acme", "Shop:None", two_days, true).error().code,
            Errc::not_found);
}

}  // namespace
}  // namespace weir::engine::duckdb
