#include "engine/duckdb/engine_fixture.hpp"

/// Fields that are made of others (spec/feeds.md 3).
namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class GeneratedFieldsTest : public EngineFixture {
 protected:
  /// id and v, and a field of both.
  Load with(const std::string& lines, bool uuid) {
    Load load = load_of(lines);
    Field made;
    made.name = "both";
    made.combines = {"id", "v"};
    made.uuid = uuid;
    load.fields.insert(load.fields.begin(), made);  // before its parts
    return load;
  }
  std::vector<std::string> both() {
    return rows("SELECT \"both\" FROM \"Shop:Orders\" ORDER BY id, v");
  }
};

TEST_F(GeneratedFieldsTest, FieldsAreJoinedWithHyphensAsTheTableHasThem) {
  EXPECT_EQ(
      counts(with("{\"id\":1.0,\"v\":\"a-b\"}\n{\"id\":2,\"v\":\"\",\"both\":7}\n{\"id\":3}\n",
                  false)),
      "3 3 0 0 0");
  EXPECT_THAT(both(), ElementsAre("\"1-a-b\"", "\"2-\"", "null"));
}

TEST_F(GeneratedFieldsTest, AUuidIsOfTheTextsAndOfNoTable) {
  EXPECT_EQ(counts(with("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b|c\"}\n{\"id\":3}\n", true)),
            "3 3 0 0 0");
  // Python: uuid.uuid5(uuid.uuid5(space, ""), "1|a") and "2|b\\|c", by docs/formats/row-columns.md.
  EXPECT_THAT(both(), ElementsAre("\"90666169-5141-5062-bed3-f1761af888da\"",
                                  "\"5a6e03bc-8270-5f10-92e6-ab1fdc4395f8\"", "null"));
}

TEST_F(GeneratedFieldsTest, ItMayBeTheKey) {
  Load load =
      with("{\"id\":1,\"v\":\"a\"}\n{\"id\":1,\"v\":\"b\"}\n{\"id\":1,\"v\":\"a\"}\n", false);
  load.primary_key = {"both"};
  EXPECT_EQ(counts(load), "3 2 0 1 0");
  EXPECT_THAT(both(), ElementsAre("\"1-a\"", "\"1-b\""));
  Load without = with("{\"id\":5}\n", false);
  without.primary_key = {"both"};
  without.error_threshold = 100;
  const auto counted = engine_->load(without);
  ASSERT_TRUE(counted) << counted.error().message;
  ASSERT_EQ(counted->errors, 1u);
  EXPECT_EQ(counted->row_errors.at(0).reason, "a field of the primary key is null");
  EXPECT_EQ(counted->row_errors.at(0).field, "both");
  // What is wrong is the field that it is made of.
  Load bad = with("{\"id\":\"x\",\"v\":\"a\"}\n", false);
  bad.primary_key = {"both"};
  bad.error_threshold = 100;
  EXPECT_EQ(counts(bad), "1 0 0 0 1");
  ASSERT_EQ(last_.row_errors.size(), 1u);
  EXPECT_EQ(last_.row_errors[0].field, "id");
}

TEST_F(GeneratedFieldsTest, WhatItIsMadeOfComesIn) {
  Load load = with("{\"id\":1}\n", false);
  load.fields[0].combines = {"both"};
  const auto loaded = engine_->load(load);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("no field that comes in"));
}

}  // namespace
}  // namespace weir::engine::duckdb
