#include "engine/duckdb/tables/shadow.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ShadowTest : public EngineFixture {
 protected:
  static Load into_shadow(Load load) {
    load.shadow = true;
    return load;
  }
  std::vector<std::string> shadow() {
    return rows("SELECT id, v FROM \"shadow:Shop:Orders\" ORDER BY id");
  }
  /// "added changed removed" and a line "change _pk" of each key.
  std::vector<std::string> difference() {
    const auto changes = engine_->shadow_changes("acme", "Shop:Orders", "", 100);
    if (!changes) return {changes.error().message};
    std::vector<std::string> out{std::to_string(changes->added) + " " +
                                 std::to_string(changes->changed) + " " +
                                 std::to_string(changes->removed)};
    for (const auto& row : changes->rows.rows)
      out.push_back(row[0] + " " + row[1]);
    return out;
  }
};

TEST_F(ShadowTest, ALoadIntoTheShadowIsSeenComparedAndSwappedIn) {
  const Load load = load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  counts(load);
  Load changed = into_shadow(load);
  changed.operations[0].query =
      "SELECT id, upper(v) AS v FROM streaming WHERE id > 1 UNION ALL SELECT 3, 'c'";
  EXPECT_EQ(counts(changed), "2 2 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\""));
  EXPECT_THAT(shadow(), ElementsAre("2|\"B\"", "3|\"c\""));
  EXPECT_THAT(difference(),
              ElementsAre("1 1 1", "\"removed\" \"1\"", "\"changed\" \"2\"", "\"added\" \"3\""));
  EXPECT_EQ(rows("SELECT _uuid_pk FROM \"Shop:Orders\" WHERE id = 2"),
            rows("SELECT _uuid_pk FROM \"shadow:Shop:Orders\" WHERE id = 2"));
  const auto swapped = engine_->swap_with_shadow("acme", "Shop:Orders");
  ASSERT_TRUE(swapped) << swapped.error().message;
  EXPECT_THAT(orders(), ElementsAre("2|\"B\"", "3|\"c\""));
  EXPECT_THAT(shadow(), ElementsAre("1|\"a\"", "2|\"b\""));
  EXPECT_EQ(engine_->ledger("acme", {})->front().kind, ChangeKind::swap);
  EXPECT_THAT(shown(engine_->query_as_of("acme", "SELECT * FROM \"Shop:Orders\"", *swapped - 1, 9)),
              ElementsAre(HasSubstr("is not known any more")))
      << "the table was another one then";
  EXPECT_EQ(counts(load_of("{\"id\":3,\"v\":\"d\"}\n")), "1 0 1 0 0") << "its rows are found";
  reopen();
  ASSERT_TRUE(engine_->swap_with_shadow("acme", "Shop:Orders"));
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\""));
  ASSERT_TRUE(engine_->drop_shadow("acme", "Shop:Orders"));
  EXPECT_THAT(difference(), ElementsAre(HasSubstr("has no shadow")));
  EXPECT_EQ(engine_->swap_with_shadow("acme", "Shop:Orders").error().code, Errc::not_found);
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\""));
}

TEST_F(ShadowTest, AChangedKeyOrTypeNeedsNoPurge) {
  const Load load = load_of("{\"id\":1,\"v\":\"7\"}\n{\"id\":2,\"v\":\"8\"}\n");
  counts(load);
  Load typed = load;
  typed.fields[1].type = FieldType::integer;
  EXPECT_THAT(counts(typed), HasSubstr("load once with truncate"));
  EXPECT_EQ(counts(into_shadow(typed)), "2 2 0 0 0");
  EXPECT_THAT(difference(), ElementsAre("0 0 0")) << "7 is the text 7";
  Load keyed = typed;
  keyed.primary_key = {"id", "v"};
  EXPECT_THAT(counts(into_shadow(keyed)), HasSubstr("was made with primary key"));
  ASSERT_TRUE(engine_->drop_shadow("acme", "Shop:Orders"));
  EXPECT_EQ(counts(into_shadow(keyed)), "2 2 0 0 0");
  EXPECT_THAT(difference(), ElementsAre("2 0 2", "\"removed\" \"1\"", "\"added\" \"1|7\"",
                                        "\"removed\" \"2\"", "\"added\" \"2|8\""));
  ASSERT_TRUE(engine_->swap_with_shadow("acme", "Shop:Orders"));
  EXPECT_THAT(orders(), ElementsAre("1|7", "2|8"));
  EXPECT_EQ(counts(keyed), "2 0 0 2 0");
}

TEST_F(ShadowTest, ACopyTakesAPeriodAnewAndKeepsTheRest) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  const Load second = load_of("{\"id\":2,\"v\":\"b\"}\n");
  counts(second);
  ASSERT_TRUE(engine_->copy_to_shadow("acme", "shop:orders"));
  EXPECT_EQ(engine_->copy_to_shadow("acme", "Shop:Orders").error().code, Errc::conflict);
  EXPECT_THAT(difference(), ElementsAre("0 0 0"));
  Load changed = into_shadow(second);
  changed.operations[0].query = "SELECT id, upper(v) AS v FROM streaming";
  EXPECT_EQ(counts(changed), "1 0 1 0 0");
  EXPECT_THAT(difference(), ElementsAre("0 1 0", "\"changed\" \"2\""));
  ASSERT_TRUE(engine_->undo("acme", last_.load, false));
  EXPECT_THAT(difference(), ElementsAre("0 0 0"));
}

TEST_F(ShadowTest, AReaderHasTheOneTableOrTheOther) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  counts(into_shadow(load_of("{\"id\":1,\"v\":\"b\"}\n{\"id\":2,\"v\":\"b\"}\n")));
  std::atomic<bool> over = false;
  std::thread reader([&] {
    while (!over)
      EXPECT_THAT(rows("SELECT count(*), max(v) FROM \"Shop:Orders\""),
                  ElementsAre(AnyOf("1|\"a\"", "2|\"b\"")));
  });
  for (int i = 0; i < 20; ++i) {
    const auto swapped = engine_->swap_with_shadow("acme", "Shop:Orders");
    EXPECT_TRUE(swapped) << swapped.error().message;
  }
  over = true;
  reader.join();
}

}  // namespace
}  // namespace weir::engine::duckdb
