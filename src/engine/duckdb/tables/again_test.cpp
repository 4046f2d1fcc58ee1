// Loads that are done again: whether all of their rows stand is found out from a part of the table
// where that is enough, and the answer is the same as from all of it.

#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;

class AgainTest : public EngineFixture {
 protected:
  /// Records of the keys from `from` to before `to`, `times` each.
  static std::string records(int from, int to, const std::string& v, int times = 1) {
    std::string out;
    for (int i = 0; i < times * (to - from); ++i)
      out += "{\"id\":" + std::to_string(from + i % (to - from)) + ",\"v\":\"" + v +
             std::to_string(i) + "\"}\n";
    return out;
  }
  /// Of each letter that texts begin with: how many rows, the least key and the greatest.
  std::vector<std::string> counted() {
    return rows(
        "SELECT count(*), min(id), max(id) FROM \"Shop:Orders\" GROUP BY left(v, 1) "
        "ORDER BY left(v, 1)");
  }
};

TEST_F(AgainTest, ADayAmongOthersChangesNothing) {
  const Load first = load_of(records(0, 300, "a"));
  const Load second = load_of(records(300, 400, "b"));
  const Load third = load_of(records(400, 700, "c"));
  for (const Load* load : {&first, &second, &third})
    ASSERT_EQ(engine_->load(*load)->inserted, load == &second ? 100u : 300u);
  EXPECT_EQ(counts(second), "100 0 0 100 0");
  EXPECT_EQ(counts(first), "300 0 0 300 0");
  EXPECT_THAT(counted(), ElementsAre("300|0|299", "100|300|399", "300|400|699"));
}

TEST_F(AgainTest, ANewFileBesideAnOldOneIsLoaded) {
  ASSERT_EQ(counts(load_of(records(0, 300, "a"))), "300 300 0 0 0");
  const SourceFile old = file(records(300, 400, "b"));
  ASSERT_EQ(counts(load_of_files({old})), "100 100 0 0 0");
  EXPECT_EQ(counts(load_of_files({old, file(records(390, 410, "c"))})), "120 10 10 100 0");
  EXPECT_THAT(counted(), ElementsAre("300|0|299", "90|300|389", "20|390|409"));
}

TEST_F(AgainTest, RowsThatLaterRecordsTookOverAreFound) {
  for (const int times : {1, 2}) {
    const Load old = load_of(records(0, 100, "a", times));
    ASSERT_EQ(engine_->load(old)->read, static_cast<std::uint64_t>(100 * times));
    ASSERT_TRUE(engine_->load(load_of(records(50, 400, "b"))));
    EXPECT_EQ(engine_->load(old)->inserted, 0u);
    EXPECT_EQ(engine_->load(old)->updated, 0u);
    EXPECT_THAT(counted(), ElementsAre("50|0|49", "350|50|399")) << times;
  }
}

TEST_F(AgainTest, RowsOfALoadThatWasUndoneAreLoaded) {
  ASSERT_EQ(counts(load_of(records(0, 300, "a"))), "300 300 0 0 0");
  const Load load = load_of(records(290, 400, "b"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(counts(load), "110 100 10 0 0");
    ASSERT_TRUE(engine_->undo("acme", last_.load, false));
    EXPECT_THAT(counted(), ElementsAre("300|0|299"));
  }
}

TEST_F(AgainTest, AChangedQueryReplacesWhatItsRecordsLeft) {
  ASSERT_EQ(counts(load_of(records(0, 300, "a"))), "300 300 0 0 0");
  Load load = load_of(records(300, 400, "b"));
  ASSERT_EQ(counts(load), "100 100 0 0 0");
  load.operations.front().query = "SELECT id, CONCAT('d', v) AS v FROM streaming WHERE id < 350";
  EXPECT_EQ(counts(load), "50 0 50 0 0");
  EXPECT_EQ(counts(load), "50 0 0 50 0");
  load.operations.front().query = "SELECT id + 1000 AS id, v FROM streaming WHERE id < 310";
  EXPECT_EQ(counts(load), "10 10 0 0 0");
  EXPECT_THAT(counted(), ElementsAre("300|0|299", "60|350|1309", "50|300|349"));
}

TEST_F(AgainTest, RowsThatDoNotStandAsTheyWereAreFoundAmongMany) {
  constexpr int many = 5000;  // more than a chunk
  const SourceFile first = file(records(0, many, "a"));
  // Received in between: rows of other loads stand among those of this one.
  const Load between = load_of(records(many - 10, many + 100, "b"));
  const Load load = load_of_files({first, file(records(6000, 6100, "c"))});
  ASSERT_EQ(counts(load), "5100 5100 0 0 0");
  EXPECT_EQ(counts(load), "5100 0 0 5100 0");
  ASSERT_EQ(counts(between), "110 100 10 0 0");
  EXPECT_EQ(counts(load), "5100 0 0 5100 0");
  EXPECT_THAT(counted(), ElementsAre("4990|0|4989", "110|4990|5099", "100|6000|6099"));
  ASSERT_TRUE(engine_->remove_rows({"acme", "Shop:Orders", {.column = "id", .value = "4980"}}));
  EXPECT_EQ(counts(load), "5100 1 0 5099 0");
  EXPECT_EQ(counts(between), "110 0 0 110 0");
  EXPECT_THAT(counted(), ElementsAre("4990|0|4989", "110|4990|5099", "100|6000|6099"));
}

TEST_F(AgainTest, EveryLoadIsInTheLedgerAndItsFilesAreCounted) {
  const Load load = load_of(records(0, 300, "a"));
  ASSERT_EQ(counts(load), "300 300 0 0 0");
  const auto first = last_.files;
  ASSERT_EQ(counts(load), "300 0 0 300 0");
  EXPECT_EQ(last_.files.size(), first.size());
  EXPECT_EQ(last_.files.at(0).read, 300u);
  EXPECT_EQ(last_.files.at(0).file, first.at(0).file);
  EXPECT_EQ(engine_->ledger("acme", {.table = load.table})->size(), 2u);
}

}  // namespace
}  // namespace weir::engine::duckdb
