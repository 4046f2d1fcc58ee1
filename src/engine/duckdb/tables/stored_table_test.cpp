#include "engine/duckdb/tables/stored_table.hpp"

#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StoredTableTest : public EngineFixture {
 protected:
  /// Runs SQL on the tenant's file while the engine has it not.
  void in_file(const std::string& sql) {
    engine_.reset();
    const auto folder = folder_.path() / "tables";
    std::filesystem::create_directories(folder);
    auto database = Database::open((folder / "acme.duckdb").string(), {});
    ASSERT_TRUE(database) << database.error().message;
    auto connection = Connection::open(**database);
    ASSERT_TRUE(connection);
    const auto done = connection->run(sql);
    EXPECT_TRUE(done) << done.error().message;
  }

  /// A file as version 0.3 left it: tables with the feeds' own names and columns.
  void old_file(std::int64_t row_2) {
    in_file(R"(CREATE TABLE main."Shop:Orders" (id BIGINT, v VARCHAR, _pk VARCHAR, _uuid_pk UUID,
        _updated BIGINT);
      COMMENT ON TABLE main."Shop:Orders" IS 'primary key: "id"';
      INSERT INTO main."Shop:Orders" VALUES
        (1, 'a', '1', '1f75cf62-1a6d-55db-9811-ba9e862df6a1', 0),
        (2, NULL, '2', '6b5fadaa-b43a-5252-8889-d364f14cf65b', )" +
            std::to_string(row_2) + R"();
      CREATE TABLE main."T:rowid ""x" ("a""b" DECIMAL(38,2), rowid DATE, _pk VARCHAR, _uuid_pk UUID,
        _updated BIGINT);
      COMMENT ON TABLE main."T:rowid ""x" IS 'primary key: "rowid", "a""b"';
      INSERT INTO main."T:rowid ""x" VALUES (1.5, '2027-03-02', '2027-03-02|1.50',
        '00000000-0000-0000-0000-000000000000', 5);
      CHECKPOINT)");
    open();
  }
};

TEST_F(StoredTableTest, AFileOfTheEarlierLayoutIsConvertedAtItsOpening) {
  const std::int64_t ms = first_time().time_since_epoch() / std::chrono::milliseconds(1);
  old_file((ms << 20) + 2);
  EXPECT_THAT(rows("SELECT * FROM \"Shop:Orders\" ORDER BY id"),
              ElementsAre("1|\"a\"|\"1\"|\"1f75cf62-1a6d-55db-9811-ba9e862df6a1\"|0",
                          "2|null|\"2\"|\"6b5fadaa-b43a-5252-8889-d364f14cf65b\"|" +
                              std::to_string((ms << 20) + 2)));
  EXPECT_THAT(rows(R"(SELECT "a""b", rowid, _updated FROM "T:rowid ""x")"),
              ElementsAre("1.50|\"2027-03-02\"|5"));
  // The files that were loaded are known again: what they hold is there, and is not doubled.
  EXPECT_EQ(counts(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2}\n")), "2 0 0 2 0");
  EXPECT_EQ(counts(load_of("{\"id\":2,\"v\":\"b\"}\n{\"id\":3}\n")), "2 1 1 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\"", "3|null"));
  Load other = load_of("{\"a\\\"b\":1.5,\"rowid\":\"2027-03-02\"}\n");
  other.table = "T:rowid \"x";
  other.fields = {field("a\"b", FieldType::decimal), field("rowid", FieldType::date)};
  other.primary_key = {"a\"b"};
  EXPECT_THAT(counts(other), HasSubstr(R"(was made with primary key: "rowid", "a""b")"));
  const auto tables = engine_->tables("acme");
  ASSERT_TRUE(tables);
  ASSERT_EQ(tables->size(), 2u);
  EXPECT_EQ(tables->at(1).name, other.table);
  EXPECT_EQ(tables->at(1).columns[0].type, "DECIMAL(38,2)");
  reopen();
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\"", "3|null"));
}

TEST_F(StoredTableTest, AFileOfLayout2GetsHistoriesThatBeginAtItsOpening) {
  in_file(R"(CREATE SCHEMA "weir stored";
    CREATE TABLE "weir stored".layout (version INTEGER);
    INSERT INTO "weir stored".layout VALUES (2);
    CREATE SEQUENCE "weir stored".numbers START 8;
    CREATE TABLE "weir stored".tables (no BIGINT, name VARCHAR);
    CREATE TABLE "weir stored".columns (of BIGINT, no INTEGER, name VARCHAR, type VARCHAR,
      in_key INTEGER);
    CREATE TABLE "weir stored".loads (no BIGINT, run VARCHAR, feed VARCHAR, epoch BIGINT,
      round BIGINT, of BIGINT, name VARCHAR, state VARCHAR, loaded_at TIMESTAMP, truncated BOOLEAN,
      read BIGINT, inserted BIGINT, updated BIGINT, rejected BIGINT, taken_back BIGINT,
      errors BIGINT, misfits BIGINT);
    INSERT INTO "weir stored".loads VALUES (7, 'wr-1', 'df-1', 1, 0, 6, 'Shop:Orders', 'done',
      '2026-11-28 12:00:00', false, 1, 1, 0, 0, 0, 0, 0);
    CREATE TABLE "weir stored".load_files (load BIGINT, file VARCHAR, origin UHUGEINT, read BIGINT,
      errors BIGINT);
    CREATE TABLE "weir stored".fences (run VARCHAR, epoch BIGINT);
    INSERT INTO "weir stored".fences VALUES ('wr-1', 1);
    CREATE VIEW "weir stored".schema_columns AS SELECT 1;
    CREATE VIEW "weir stored".schema_tables AS SELECT 1;
    INSERT INTO "weir stored".tables VALUES (6, 'Shop:Orders');
    INSERT INTO "weir stored".columns VALUES (6, 0, 'id', 'BIGINT', 0),
      (6, 1, 'v', 'VARCHAR', NULL);
    CREATE TABLE "weir stored".t6 (c0 BIGINT, c1 VARCHAR, pk VARCHAR, uuid UUID, load BIGINT,
      origin UHUGEINT, row_hash UHUGEINT);
    INSERT INTO "weir stored".t6 VALUES (1, 'a', '1', '1f75cf62-1a6d-55db-9811-ba9e862df6a1', 7, 5,
      0);
    CREATE VIEW main."Shop:Orders" (id, v, _pk, _uuid_pk, _updated) AS SELECT c0, c1, pk, uuid,
      CAST(0 AS BIGINT) FROM "weir stored".t6;
    CHECKPOINT)");
  open();
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  EXPECT_EQ(counts(load_of("{\"id\":1,\"v\":\"b\"}\n{\"id\":2}\n")), "2 1 1 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"b\"", "2|null"));
  in_file(R"(CREATE TEMP TABLE seen AS SELECT (SELECT version FROM "weir stored".layout) = 5 AND
      (SELECT c1 = 'a' AND load = 7 AND replaced_by > 8 FROM "weir stored".h6) AND
      (SELECT reach BETWEEN 8 AND 9 FROM "weir stored".histories WHERE of = 6) AS good;
    SELECT CASE WHEN good THEN 1 ELSE error('not as it should be') END FROM seen)");
  open();
  EXPECT_THAT(orders(), ElementsAre("1|\"b\"", "2|null"));
  const auto records = engine_->ledger("acme", {});
  ASSERT_TRUE(records);
  EXPECT_EQ(records->back().counts.load, 7u);
  EXPECT_EQ(records->back().kind, ChangeKind::load);
}

TEST_F(StoredTableTest, AFileOfLayout3KeepsItsHistory) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n"));
  const std::uint64_t first = last_.load;
  counts(load_of("{\"id\":1,\"v\":\"c\"}\n"));
  const std::uint64_t second = last_.load;
  const auto before = rows("SELECT _uuid_pk FROM \"Shop:Orders\" WHERE id = 1");
  // As layout 3 had it.
  in_file(R"(CREATE TABLE "weir stored".old AS SELECT c0, c1, '1' AS pk, (SELECT uuid FROM
      "weir stored".t1 WHERE c0 = 1) AS uuid, load, origin, CAST(5 AS UHUGEINT) AS row_hash,
      replaced_by FROM "weir stored".h1;
    DROP TABLE "weir stored".h1;
    ALTER TABLE "weir stored".old RENAME TO h1;
    ALTER TABLE "weir stored".t1 ADD COLUMN pk VARCHAR;
    UPDATE "weir stored".t1 SET pk = CAST(c0 AS VARCHAR);
    UPDATE "weir stored".layout SET version = 3;
    CHECKPOINT)");
  open();
  EXPECT_THAT(shown(engine_->query_as_of("acme",
                                         "SELECT id, v, _pk, _uuid_pk FROM \"Shop:Orders\" "
                                         "WHERE id = 1",
                                         first, 9)),
              ElementsAre("1|\"a\"|\"1\"|" + before.at(0)));
  EXPECT_TRUE(engine_->undo("acme", second, false));
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\""));
  EXPECT_EQ(counts(load_of("{\"id\":1,\"v\":\"a\"}\n")), "1 0 0 1 0") << "its hash is right";
  reopen();
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\""));
}

TEST_F(StoredTableTest, AFileOfLayout4LosesTheTextOfItsKeysAndTellsItAsBefore) {
  Load load = load_of("{\"id\":1,\"v\":\"a|b\"}\n{\"id\":2,\"v\":\"c\\\\\"}\n");
  load.primary_key = {"v", "id"};
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  const std::string keys = "SELECT _pk, _uuid_pk, id FROM \"Shop:Orders\" ORDER BY id";
  const auto before = rows(keys);
  ASSERT_THAT(before, ElementsAre(HasSubstr(R"("a\\|b|1")"), HasSubstr(R"("c\\\\|2")")));
  // As layout 4 had it.
  in_file(R"(ALTER TABLE "weir stored".t1 ADD COLUMN pk VARCHAR;
    UPDATE "weir stored".t1 SET pk = 'a\|b|1' WHERE c0 = 1;
    UPDATE "weir stored".t1 SET pk = 'c\\|2' WHERE c0 = 2;
    CREATE OR REPLACE VIEW main."Shop:Orders" AS SELECT c0 AS id, c1 AS v, pk AS _pk,
      uuid AS _uuid_pk, CAST(0 AS BIGINT) AS _updated FROM "weir stored".t1;
    UPDATE "weir stored".layout SET version = 4;
    CHECKPOINT)");
  open();
  EXPECT_EQ(rows(keys), before);
  EXPECT_EQ(counts(load), "2 0 0 2 0");
  reopen();
  EXPECT_EQ(rows(keys), before);
  in_file(R"(SELECT CASE WHEN count(*) > 0 THEN error('there is a pk') END FROM duckdb_columns()
    WHERE schema_name = 'weir stored' AND column_name = 'pk')");
}

TEST_F(StoredTableTest, ATableOfLayout1WithoutItsKeyKeepsTheTextOfIt) {
  in_file(R"(CREATE TABLE main."Shop:Old" (id BIGINT, _pk VARCHAR, _uuid_pk UUID, _updated BIGINT);
    INSERT INTO main."Shop:Old" VALUES (1, 'one', '1f75cf62-1a6d-55db-9811-ba9e862df6a1', 0);
    CHECKPOINT)");
  open();
  const std::string all = "SELECT id, _pk FROM \"Shop:Old\"";
  EXPECT_THAT(rows(all), ElementsAre("1|\"one\""));
  ASSERT_TRUE(engine_->copy_to_shadow("acme", "Shop:Old"));
  ASSERT_TRUE(engine_->swap_with_shadow("acme", "Shop:Old"));
  EXPECT_THAT(rows(all), ElementsAre("1|\"one\""));
  ASSERT_TRUE(engine_->rename_table("acme", "Shop:Old", "Shop:New"));
  EXPECT_THAT(rows("SELECT id, _pk FROM \"Shop:New\""), ElementsAre("1|\"one\""));
}

TEST_F(StoredTableTest, AFileOfALaterLayoutIsRefusedAndLeftAsItIs) {
  counts(load_of("{\"id\":1}\n"));
  in_file("UPDATE \"weir stored\".layout SET version = 6");
  open();
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("a newer Weir wrote them (layout 6")));
  in_file("UPDATE \"weir stored\".layout SET version = 5");
  open();
  EXPECT_THAT(orders(), ElementsAre("1|null"));
}

TEST_F(StoredTableTest, OriginsAreNotPackedSinceEachLoadReadsThemAll) {
  std::string lines;
  for (int i = 0; i < 5'000; ++i)
    lines += "{\"id\":" + std::to_string(i * 7919 % 5'000) +
             "}\n{\"id\":" + std::to_string(i + 10'000) + "}\n";
  EXPECT_EQ(counts(load_of(lines)), "10000 10000 0 0 0");
  in_file(
      "CHECKPOINT; CREATE TABLE main.kinds AS SELECT DISTINCT compression FROM "
      "pragma_storage_info('\"weir stored\".t1') WHERE column_name = 'origin' AND "
      "segment_type <> 'VALIDITY'; "
      "SELECT CASE WHEN (SELECT string_agg(compression, ' ') FROM main.kinds) <> 'Uncompressed' "
      "THEN error('packed') END; DROP TABLE main.kinds");
}

TEST_F(StoredTableTest, HowTablesAreStoredIsNotForQueries) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  const std::string schema = quote_name(stored_schema);
  for (const std::string& query : std::vector<std::string>{
           "SELECT * FROM " + schema + ".t1", "SELECT * FROM acme." + schema + ".t1",
           "SELECT * FROM \"WEIR Stored\".T1", "SELECT * FROM t1",
           "SELECT * FROM " + schema + ".tables",
           "SELECT * FROM " + schema + ".schema_tables, information_schema.tables",
           "WITH t1 AS (SELECT 1) SELECT * FROM " + schema + ".t1",
           "SELECT * FROM " + schema + ".layout", "SELECT nextval('" + schema + ".numbers')"})
    EXPECT_THAT(rows(query),
                ElementsAre(AnyOf(HasSubstr("there is no table"), HasSubstr("not for queries"))))
        << query;
  EXPECT_THAT(rows("SELECT origin FROM \"Shop:Orders\""), ElementsAre(HasSubstr("origin")));
  EXPECT_THAT(rows("SELECT rowid FROM \"Shop:Orders\""), ElementsAre(HasSubstr("rowid")));
}

TEST_F(StoredTableTest, TheSchemaShowsTheViewsAlone) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  EXPECT_THAT(
      rows("SELECT table_name, column_name, data_type FROM information_schema.columns "
           "ORDER BY ordinal_position"),
      ElementsAre("\"Shop:Orders\"|\"id\"|\"BIGINT\"", "\"Shop:Orders\"|\"v\"|\"VARCHAR\"",
                  "\"Shop:Orders\"|\"_pk\"|\"VARCHAR\"", "\"Shop:Orders\"|\"_uuid_pk\"|\"UUID\"",
                  "\"Shop:Orders\"|\"_updated\"|\"BIGINT\""));
  EXPECT_THAT(rows("SELECT tables.table_name, table_type, c.n FROM INFORMATION_SCHEMA.tables JOIN "
                   "(SELECT table_name, count(*) AS n FROM information_schema.columns x "
                   "GROUP BY 1) c ON c.table_name = tables.table_name"),
              ElementsAre("\"Shop:Orders\"|\"BASE TABLE\"|5"));
  EXPECT_THAT(rows("SELECT * FROM information_schema.schemata"),
              ElementsAre(HasSubstr("has columns and tables here")));
}

TEST_F(StoredTableTest, AColumnThatAFeedGainsStandsBeforeThoseOfEveryTable) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"n\":7}\n");
  load.fields.push_back(field("n", FieldType::integer));
  EXPECT_EQ(counts(load), "2 1 0 1 0") << "a column without a value makes no row another one";
  EXPECT_THAT(rows("SELECT * EXCLUDE (_uuid_pk, _updated) FROM \"Shop:Orders\" ORDER BY id"),
              ElementsAre("1|\"a\"|null|\"1\"", "2|null|7|\"2\""));
}

}  // namespace
}  // namespace weir::engine::duckdb
