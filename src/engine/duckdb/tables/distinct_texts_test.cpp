// How the texts of a table are compressed is decided by the first rows that are loaded into it.

#include "engine/duckdb/tables/distinct_texts.hpp"

#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;

class DistinctTextsTest : public EngineFixture {
 protected:
  static constexpr int count = 30'000;

  /// Records whose `v` is another text in each of the first ones, and then the same; `w` is one of
  /// three. DuckDB would make a dictionary of either.
  static std::string records() {
    constexpr int distinct = 5'000;
    constexpr const char* colours[] = {"red", "green", "blue"};
    std::string out;
    for (int i = 0; i < count; ++i)
      out += "{\"id\":" + std::to_string(i) + ",\"v\":\"" +
             (i < distinct ? "text number " + std::to_string(i) : "the same") + "\",\"w\":\"" +
             colours[i % 3] + "\"}\n";
    return out;
  }
  Load load_of_two_texts(const std::string& query = "") {
    Load load = load_of(records());
    load.fields.push_back(field("w"));
    load.operations.front().query = query;
    return load;
  }

  /// "c1 FSST" of each column of texts, in the file.
  std::vector<std::string> kinds() {
    engine_.reset();
    std::vector<std::string> out;
    {
      const auto database =
          Database::open((folder_.path() / "tables" / "acme.duckdb").string(), {});
      EXPECT_TRUE(database) << database.error().message;
      auto connection = Connection::open(**database);
      EXPECT_TRUE(connection->run("CHECKPOINT"));
      const auto cells = connection->cells(
          "SELECT DISTINCT column_name || ' ' || compression FROM "
          "pragma_storage_info('\"weir stored\".t1') WHERE segment_type = 'VARCHAR' ORDER BY 1");
      EXPECT_TRUE(cells) << cells.error().message;
      for (const auto& row : *cells)
        out.push_back(row[0].value_or("NULL"));
    }
    open();
    return out;
  }
};

TEST_F(DistinctTextsTest, TextsThatNearlyAllDifferGetNoDictionary) {
  const Load load = load_of_two_texts();
  EXPECT_EQ(counts(load), "30000 30000 0 0 0");
  EXPECT_EQ(last_.files.at(0).read, 30'000u) << "the sample is not counted";
  EXPECT_THAT(kinds(), ElementsAre("c1 FSST", "c2 Dictionary"));
  EXPECT_EQ(counts(load), "30000 0 0 30000 0");
  EXPECT_THAT(rows("SELECT count(DISTINCT v), count(DISTINCT w) FROM \"Shop:Orders\""),
              ElementsAre("5001|3"));
}

/// Each record has a `v` of its own, and a `w` that is one of 500; each becomes four rows.
TEST_F(DistinctTextsTest, TextsOfOneRecordThatBecomesSeveralRowsCountOnce) {
  std::string records;
  for (int i = 0; i < count / 4; ++i)
    records += "{\"id\":" + std::to_string(4 * i) + ",\"v\":\"text number " + std::to_string(i) +
               "\",\"w\":\"colour " + std::to_string(i * 7 % 500) + "\",\"n\":[0,1,2,3]}\n";
  Load load = load_of(records);
  load.fields.push_back(field("w"));
  load.operations.front().query =
      "SELECT id + n AS id, v, w FROM (SELECT id, v, w, EXPLODE(n) AS n FROM streaming)";
  EXPECT_EQ(counts(load), "30000 30000 0 0 0");
  EXPECT_THAT(kinds(), ElementsAre("c1 FSST", "c2 Dictionary"));
}

TEST_F(DistinctTextsTest, ATableThatIsMadeBeforeItsFirstLoadIsStoredLikewise) {
  const Load load = load_of_two_texts("SELECT w, id, v FROM streaming WHERE id >= 0");
  ASSERT_TRUE(engine_->create_table(load));
  Progress progress;
  Load counted = load;
  counted.progress = &progress;
  EXPECT_EQ(counts(counted), "30000 30000 0 0 0");
  EXPECT_EQ(progress.rows_read, 30'000u) << "the sample is not counted";
  EXPECT_THAT(kinds(), ElementsAre("c1 FSST", "c2 Dictionary"));
  ASSERT_TRUE(engine_->undo("acme", last_.load, false).has_value());
  EXPECT_THAT(orders(), ElementsAre());
  EXPECT_EQ(counts(load), "30000 30000 0 0 0");
  reopen();
  EXPECT_THAT(rows("SELECT count(DISTINCT v), count(DISTINCT w) FROM \"Shop:Orders\""),
              ElementsAre("5001|3"));
}

}  // namespace
}  // namespace weir::engine::duckdb
