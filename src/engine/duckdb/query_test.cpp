#include <string>
#include <thread>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class QueryTest : public EngineFixture {
 protected:
  void SetUp() override {
    counts(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n{\"id\":3,\"v\":null}\n"));
  }

  void refused(const std::string& sql) {
    const auto result = engine_->query("acme", sql, 10);
    ASSERT_FALSE(result) << sql;
    const Errc code =
        result.error().code;  // DuckDB reads the script of an IMPORT before it is asked
    EXPECT_TRUE(code == Errc::bad_request || code == Errc::forbidden)
        << sql << ": " << result.error().message;
  }
};

TEST_F(QueryTest, ColumnsHaveNamesAndTypes) {
  const auto table = engine_->query("acme",
                                    "SELECT count(*) AS n, sum(id) AS s, avg(id) AS m, max(v), "
                                    "1.5 AS d FROM \"Shop:Orders\"",
                                    10);
  ASSERT_TRUE(table) << table.error().message;
  std::vector<std::string> columns;
  for (const Column& column : table->columns)
    columns.push_back(column.name + " " + column.type);
  EXPECT_THAT(columns,
              ElementsAre("n BIGINT", "s HUGEINT", "m DOUBLE", "max(v) VARCHAR", "d DECIMAL(2,1)"));
  EXPECT_THAT(shown(table), ElementsAre("3|6|2|\"b\"|1.5"));
}

TEST_F(QueryTest, EveryValueComesOutAsJson) {
  EXPECT_THAT(
      rows("SELECT true, -1::TINYINT, 2::SMALLINT, 3::INTEGER, "
           "170141183460469231731687303715884105727, "
           "255::UTINYINT, 1.25::FLOAT, 1e300, 'nan'::DOUBLE, '-inf'::DOUBLE"),
      ElementsAre("true|-1|2|3|170141183460469231731687303715884105727|255|1.25|1e+300|\"NaN\"|"
                  "\"-Infinity\""));
  EXPECT_THAT(rows("SELECT 12345678901234567890123456789012345.678::DECIMAL(38,3), "
                   "-0.05::DECIMAL(4,2), 7::DECIMAL(9,0), -1.5::DECIMAL(18,1)"),
              ElementsAre("12345678901234567890123456789012345.678|-0.05|7|-1.5"));
  EXPECT_THAT(rows("SELECT DATE '2027-03-02', TIMESTAMP '2027-03-02 08:00:00', "
                   "TIMESTAMP '2027-03-02 08:00:00.5', TIMESTAMPTZ '2027-03-02 08:00:00+02', "
                   "TIME '08:00:00', INTERVAL 3 DAYS, 'infinity'::TIMESTAMP"),
              ElementsAre("\"2027-03-02\"|\"2027-03-02T08:00:00Z\"|\"2027-03-02T08:00:00.500000Z\"|"
                          "\"2027-03-02T06:00:00Z\"|\"08:00:00\"|\"3 days\"|\"infinity\""));
  EXPECT_THAT(rows("SELECT NULL, [1, NULL], {'a': 'x\"', 'b': [DATE '2027-03-02']}, "
                   "MAP {'k': 1}, MAP {1: 'x'}, 'a'::ENUM('a'), '\\xAB'::BLOB, "
                   "UUID '1f75cf62-1a6d-55db-9811-ba9e862df6a1', 'tab\tnew\nline'"),
              ElementsAre("null|[1,null]|{\"a\":\"x\\\"\",\"b\":[\"2027-03-02\"]}|{\"k\":1}|"
                          "[{\"key\":1,\"value\":\"x\"}]|\"a\"|\"ab\"|"
                          "\"1f75cf62-1a6d-55db-9811-ba9e862df6a1\"|\"tab\\u0009new\\nline\""));
  EXPECT_THAT(rows("SELECT [INTERVAL 3 DAYS], 'x';  "), ElementsAre("\"[3 days]\"|\"x\""));
}

TEST_F(QueryTest, MoreRowsThanTheLimitAreCutAndSaidSo) {
  const auto table = engine_->query("acme", "SELECT id FROM \"Shop:Orders\" ORDER BY id DESC", 2);
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->truncated);
  EXPECT_THAT(shown(table), ElementsAre("3", "2"));
  EXPECT_FALSE(engine_->query("acme", "SELECT id FROM \"Shop:Orders\"", 3)->truncated);
  EXPECT_EQ(engine_->query("acme", "SELECT * FROM range(1000000000000)", 5)->rows.size(), 5u);
}

TEST_F(QueryTest, OrdinarySqlWorks) {
  EXPECT_THAT(
      rows("WITH o AS (SELECT * FROM \"shop:orders\"), n AS (SELECT max(id) AS m FROM o) "
           "SELECT o.id, row_number() OVER (ORDER BY o.id DESC) FROM o JOIN n ON o.id <= n.m "
           "WHERE EXISTS (SELECT 1 FROM main.\"Shop:Orders\" x WHERE x.id = o.id) "
           "ORDER BY 1 LIMIT 1;"),
      ElementsAre("1|3"));
  EXPECT_THAT(rows("SELECT x FROM unnest([1, 2]) u(x) UNION ALL VALUES (7)"),
              ElementsAre("1", "2", "7"));
  EXPECT_THAT(rows("SELECT column_name FROM information_schema.columns WHERE table_name = "
                   "'Shop:Orders' ORDER BY ordinal_position"),
              ElementsAre("\"id\"", "\"v\"", "\"_pk\"", "\"_uuid_pk\"", "\"_updated\""));
}

TEST_F(QueryTest, MistakesAreShownWhereTheyAre) {
  EXPECT_EQ(
      rows("SELECT id\nFROM \"Shop:Orders\"\nWHER id = 1")[0],
      "[PARSE_SYNTAX_ERROR] syntax error at or near \"id\", at line 3, column 6. Mend the SQL "
      "there.");
  EXPECT_THAT(rows("SELECT nope FROM \"Shop:Orders\"")[0],
              AllOf(HasSubstr("[UNRESOLVED_COLUMN] There is no column \"nope\""),
                    HasSubstr("at line 1, column 8")));
  EXPECT_THAT(rows("SELECT * FROM Shop")[0],
              HasSubstr("there is no table \"Shop\"; the tables are \"Shop:Orders\""));
  EXPECT_THAT(rows("")[0], HasSubstr("empty"));
  EXPECT_THAT(rows("SELECT ?")[0], HasSubstr("parameters"));
  EXPECT_THAT(rows(std::string("SELECT 1\0", 9))[0], HasSubstr("NUL"));
}

TEST_F(QueryTest, OnlyOneSelectMayRun) {
  for (const char* sql : {"SELECT 1; SELECT 2",
                          "DELETE FROM \"Shop:Orders\"",
                          "DROP TABLE \"Shop:Orders\"",
                          "INSERT INTO \"Shop:Orders\" VALUES (1)",
                          "UPDATE \"Shop:Orders\" SET id = 2",
                          "CREATE TABLE t AS SELECT 1",
                          "CREATE TEMP TABLE t AS SELECT 1",
                          "ATTACH 'x.duckdb' AS x",
                          "COPY (SELECT 1) TO 'x.csv'",
                          "COPY \"Shop:Orders\" TO 'x.csv'",
                          "PRAGMA database_list",
                          "SET memory_limit = '9GB'",
                          "RESET memory_limit",
                          "INSTALL httpfs",
                          "LOAD httpfs",
                          "CHECKPOINT",
                          "BEGIN TRANSACTION",
                          "COMMIT",
                          "ROLLBACK",
                          "EXPORT DATABASE 'x'",
                          "IMPORT DATABASE 'x'",
                          "CALL pragma_version()",
                          "EXPLAIN ANALYZE SELECT 1",
                          "DESCRIBE \"Shop:Orders\"",
                          "SHOW TABLES",
                          "SUMMARIZE \"Shop:Orders\"",
                          "VACUUM",
                          "PREPARE p AS SELECT 1",
                          "USE memory",
                          "CREATE MACRO m() AS 1",
                          "DETACH acme",
                          "COMMENT ON TABLE \"Shop:Orders\" IS ''",
                          "CREATE SECRET (TYPE s3)",
                          "MERGE INTO \"Shop:Orders\" USING (SELECT 1 AS id) s ON false WHEN "
                          "NOT MATCHED THEN INSERT VALUES (1, '', '', uuid(), 0)"})
    refused(sql);
  EXPECT_EQ(orders().size(), 3u);
}

TEST_F(QueryTest, FilesAndTheInsideOfTheServerAreOutOfReach) {
  const std::string own = file("{\"secret\":1}\n").uri;
  for (const std::string& sql : std::vector<std::string>{
           "SELECT * FROM read_json('" + own + "')",
           "SELECT * FROM '" + own + "'",
           "SELECT * FROM read_text('/etc/passwd')",
           "SELECT * FROM read_blob('/etc/passwd')",
           "SELECT * FROM read_csv('/etc/passwd')",
           "SELECT * FROM '/etc/passwd.csv'",
           "SELECT * FROM glob('/*')",
           "SELECT * FROM weir_read(1)",
           "SELECT (SELECT count(*) FROM read_text('/etc/passwd'))",
           "WITH \"/etc/x.csv\" AS (SELECT 1), y AS (SELECT * FROM read_csv('/etc/x.csv')) SELECT "
           "* "
           "FROM y",
           "SELECT * FROM duckdb_settings()",
           "SELECT * FROM duckdb_databases",
           "SELECT * FROM duckdb_logs",
           "SELECT * FROM duckdb_secrets()",
           "SELECT * FROM pragma_database_list",
           "SELECT * FROM pg_catalog.pg_settings",
           "SELECT current_setting('temp_directory')",
           "SELECT getenv('HOME')",
           "SELECT * FROM query('SELECT 1')",
           "SELECT * FROM query_table('Shop:Orders')",
           "SELECT * FROM sqlite_master",
           "SELECT * FROM system.main.duckdb_tables",
           "SELECT * FROM temp.main.x",
           "SELECT * FROM parquet_scan('x')",
           "FROM sniff_csv('/etc/passwd')",
           "SELECT * FROM range(1), LATERAL (SELECT * FROM read_text('/etc/passwd'))",
           "SELECT nextval('s')",
           "SELECT write_log('x')",
           "SELECT json_serialize_plan('SELECT * FROM weir_read(1)')"})
    refused(sql);
}

// What a name means depends on where it stands; the tree of the text does not say it.
TEST_F(QueryTest, ANameThatAnotherScopeShadowsDoesNotShowTheInsideOfTheServer) {
  const std::string path = folder_.path().string();
  for (const std::string& sql : std::vector<std::string>{
           "SELECT * FROM (WITH duckdb_databases AS (SELECT 1) SELECT * FROM duckdb_databases), "
           "duckdb_databases",
           "SELECT (WITH duckdb_databases AS (SELECT 1 AS x) SELECT x FROM duckdb_databases), path "
           "FROM duckdb_databases",
           "WITH a AS (WITH DUCKDB_DATABASES AS (SELECT 1) SELECT * FROM duckdb_databases), b AS "
           "(SELECT path FROM \"Duckdb_Databases\") SELECT * FROM b",
           "WITH a AS (WITH duckdb_logs AS (SELECT 1) SELECT 1) SELECT * FROM duckdb_logs",
           "SELECT * FROM (WITH pragma_database_list AS (SELECT 1) SELECT 1) a, "
           "pragma_database_list",
           "SELECT * FROM (WITH sqlite_master AS (SELECT 1) SELECT 1) a, sqlite_master",
           "SELECT * FROM (WITH duckdb_settings AS (SELECT 1) SELECT 1) a WHERE EXISTS (SELECT 1 "
           "FROM duckdb_databases() WHERE path LIKE '%')",
           "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < (WITH "
           "duckdb_databases AS (SELECT 1) SELECT 3)) SELECT * FROM r, duckdb_databases",
           "SELECT * FROM (WITH \"/etc/passwd.csv\" AS (SELECT 1) SELECT 1) a, "
           "'/etc/passwd.csv'",
           "SELECT * FROM (WITH pg_settings AS (SELECT 1) SELECT 1) a, pg_catalog.pg_settings",
           "SELECT * FROM (WITH duckdb_indexes AS (SELECT 1) SELECT 1) a, duckdb_indexes, "
           "information_schema.tables",
           "FROM duckdb_databases",
           "SELECT * FROM \"DUCKDB_DATABASES\"",
           "SELECT * FROM main.duckdb_databases",
           "SELECT * FROM system.main.duckdb_databases",
           "SELECT * FROM acme.information_schema.tables, duckdb_databases",
           "PIVOT duckdb_databases ON path USING count(*)",
           "SELECT list(x) FROM (SELECT path AS x FROM duckdb_databases)",
           "SELECT list_transform([1], x -> current_setting('temp_directory'))",
           "SELECT list_transform([1], x -> (SELECT max(path) FROM duckdb_databases()))",
           "TABLE duckdb_databases",
           "DESCRIBE duckdb_databases",
           "SELECT * FROM (DESCRIBE duckdb_databases)",
           "SELECT * FROM (SHOW DATABASES)",
           "SELECT COLUMNS('path') FROM duckdb_databases"}) {
    refused(sql);
    EXPECT_THAT(rows(sql)[0], Not(HasSubstr(path))) << sql;
  }
  EXPECT_THAT(rows("WITH duckdb_databases AS (SELECT 1 AS path) SELECT * FROM duckdb_databases"),
              ElementsAre("1"));
  EXPECT_THAT(rows("WITH \"shop:orders\" AS (SELECT 7 AS id) SELECT id FROM \"SHOP:ORDERS\""),
              ElementsAre("7"));
}

TEST_F(QueryTest, WhatAnOrdinaryQueryIsMadeOfPassesTheGuard) {
  for (const char* sql :
       {"SELECT strftime(TIMESTAMP '2027-03-02', '%Y'), regexp_replace('a', 'a', 'b')",
        "SELECT quantile_cont(id, 0.5), string_agg(v, ','), median(id) FROM \"Shop:Orders\"",
        "SELECT id, sum(id) OVER (PARTITION BY v ORDER BY id ROWS 1 PRECEDING) FROM "
        "\"Shop:Orders\" QUALIFY row_number() OVER (ORDER BY id) = 1",
        "SELECT list_transform([1, 2], x -> x + 1), list_filter([1, 2], x -> x > 1)",
        "SELECT unnest([1, 2]), unnest({'a': 1})",
        "PIVOT \"Shop:Orders\" ON v IN ('a', 'b') USING count(*)",
        "FROM \"Shop:Orders\" SELECT id ORDER BY ALL LIMIT 1",
        "SELECT * FROM \"Shop:Orders\" TABLESAMPLE 50%",
        "SELECT v, count(*) FROM \"Shop:Orders\" GROUP BY ROLLUP (v) HAVING count(*) > 0",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM "
        "r",
        "SELECT * FROM (VALUES (1), (2)) v(x) ASOF JOIN \"Shop:Orders\" o ON v.x >= o.id",
        "SELECT '{\"a\":1}'::JSON ->> 'a', json_extract('{}', '$.a'), to_json([1])",
        "SELECT date_trunc('month', now()), TIMESTAMPTZ '2027-03-02' AT TIME ZONE 'UTC'",
        "SELECT md5(v), hash(v), uuid(), random() >= 0 FROM \"Shop:Orders\"",
        "SELECT lpad(v, 10, '0'), repeat('x', 5), unnest(range(3)) FROM \"Shop:Orders\"",
        "SELECT id FROM \"Shop:Orders\" EXCEPT SELECT 1 INTERSECT SELECT 2",
        "SELECT table_name FROM information_schema.tables"}) {
    const auto result = engine_->query("acme", sql, 100);
    EXPECT_TRUE(result) << sql << ": " << result.error().message;
  }
}

// These make it in one step, which the memory limit does not see and nothing can interrupt.
TEST_F(QueryTest, HowMuchOneCallMakesStandsInTheQuery) {
  for (const char* sql :
       {"SELECT repeat('x', 4000000000)", "SELECT repeat(v, id * 1000000) FROM \"Shop:Orders\"",
        "SELECT len(range(100000000000))",
        "SELECT unnest(generate_series(1, id)) FROM "
        "\"Shop:Orders\"",
        "SELECT lpad('x', 2000000000, 'y')", "SELECT list_resize([1], 4000000000, 7)",
        "SELECT list_transform([1], x -> repeat('x', 4000000000))",
        "SELECT system.main.repeat('x', 4000000000)"})
    refused(sql);
}

TEST_F(QueryTest, ATableOfAnotherTenantIsNotThere) {
  EXPECT_THAT(rows("SELECT * FROM \"Shop:Orders\"", "other")[0],
              HasSubstr("no feed was loaded yet"));
  EXPECT_THAT(engine_->tables("other").value(), IsEmpty());
  Load load = load_of("{\"id\":9}\n");
  load.tenant = "other";
  const auto result = engine_->load(load);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::forbidden);
  EXPECT_THAT(result.error().message, HasSubstr("not in the tenant's part of the store"));
  EXPECT_THAT(result.error().message, Not(HasSubstr(folder_.path().string())));
}

TEST_F(QueryTest, LinksAndDotsDoNotLeadOutOfTheStore) {
  const std::string secret = folder_.write("secret.ndjson", "{\"id\":9}\n");
  const auto in_store = folder_.path() / "store/ingest/stream/acme/link.ndjson";
  std::filesystem::create_symlink(secret, in_store);
  for (const std::string& uri :
       {in_store.string(), "file://" + secret, secret,
        (folder_.path() / "store/ingest/stream/acme/../../../../secret.ndjson").string(),
        (folder_.path() / "store/ingest/stream/acme-not/x.ndjson").string()}) {
    Load load = load_of("");
    load.operations[0].sources[0].files[0].uri = uri;
    const auto result = engine_->load(load);
    ASSERT_FALSE(result) << uri;
    EXPECT_EQ(result.error().code, Errc::forbidden) << uri;
  }
}

TEST_F(QueryTest, ALinkBesideAFileOfTheStoreLeadsNoFurtherThanOneAlone) {
  const std::string secret = folder_.write("secret.ndjson", "{\"id\":9}\n");
  const SourceFile good = file("{\"id\":7}\n");
  const auto link = std::filesystem::path(good.uri).parent_path() / "link.ndjson";
  std::filesystem::create_symlink(secret, link);
  SourceFile bad = good;
  bad.uri = link.string();
  const auto result = engine_->load(load_of_files({good, bad, good}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::forbidden);

  // A link within the store says nothing about the folder that it is in.
  const auto elsewhere = folder_.path() / "store/ingest/stream/acme/is-2";
  std::filesystem::create_directories(elsewhere);
  std::filesystem::create_symlink(good.uri, elsewhere / "a.ndjson");
  SourceFile through = good;
  through.uri = (elsewhere / "a.ndjson").string();
  SourceFile sibling = good;
  sibling.uri = (elsewhere / std::filesystem::path(good.uri).filename()).string();
  const auto missing = engine_->load(load_of_files({through, sibling}));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST_F(QueryTest, UrisOfTheStoreAreRead) {
  Load load = load_of("{\"id\":7}\n");
  load.operations[0].sources[0].files[0].uri =
      "file://" + load.operations[0].sources[0].files[0].uri;
  EXPECT_EQ(counts(load), "1 1 0 0 0");
}

TEST_F(QueryTest, TablesAreListedWithRowsAndColumns) {
  const auto tables = engine_->tables("acme");
  ASSERT_TRUE(tables);
  ASSERT_EQ(tables->size(), 1u);
  EXPECT_EQ(tables->at(0).name, "Shop:Orders");
  EXPECT_EQ(tables->at(0).rows, 3u);
  ASSERT_EQ(tables->at(0).columns.size(), 5u);
  EXPECT_EQ(tables->at(0).columns[0].type, "BIGINT");
  EXPECT_EQ(tables->at(0).columns[3].type, "UUID");
}

TEST_F(QueryTest, APreviewShowsTheRowsOfAFile) {
  const auto sample = source({file("{\"id\":1,\"n\":{\"x\":[1.5]}}\n{\"id\":2}\n{\"id\":3}\n")});
  const auto table = engine_->preview({sample}, "", "acme", 2);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->columns[1].name, "n");
  EXPECT_EQ(table->columns[1].type, "STRUCT(\"x\" DOUBLE[])");
  EXPECT_THAT(shown(table), ElementsAre("1|{\"x\":[1.5]}", "2|null"));
  EXPECT_TRUE(table->truncated);
  EXPECT_THAT(shown(engine_->preview({source({file("{\"id\":\n")})}, "", "acme", 2))[0],
              HasSubstr("no records"));
  EXPECT_THAT(shown(engine_->preview({source({file("")})}, "", "acme", 2))[0],
              HasSubstr("no records"));
}

TEST_F(QueryTest, QueriesAndLoadsOfDifferentThreadsDoNotDisturbOneAnother) {
  std::vector<Load> loads;
  for (int i = 0; i < 6; ++i) {
    loads.push_back(load_of("{\"id\":" + std::to_string(100 + i) + "}\n{\"id\":99}\n"));
    if (i % 3 == 1) loads.back().table = "Shop:Others";
  }
  std::vector<std::thread> threads;
  std::vector<std::string> failures(loads.size());
  for (std::size_t i = 0; i < loads.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto result = engine_->load(loads[i]);
      if (!result) failures[i] = result.error().message;
      const auto read = engine_->query("acme", "SELECT count(*) FROM \"Shop:Orders\"", 1);
      if (!read) failures[i] += read.error().message;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_THAT(failures, ::testing::Each(IsEmpty()));
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\""), ElementsAre("8"));
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Others\""), ElementsAre("3"));
}

TEST_F(QueryTest, WhenARowWasWrittenIsReadByName) {
  const Time first = clock_.now();
  clock_.advance(std::chrono::hours(1));
  const std::string more = "{\"id\":2,\"v\":\"c\"}\n{\"id\":4,\"v\":\"d\"}\n";
  counts(load_of(more));
  const std::string by_id = "SELECT id, v, _Written_At FROM \"Shop:Orders\" ORDER BY id";
  const std::string then = '"' + weir::to_string(first).substr(0, 19) + "Z\"";
  const std::string now = '"' + weir::to_string(clock_.now()).substr(0, 19) + "Z\"";
  const auto expected =
      ElementsAre("1|\"a\"|" + then, "2|\"c\"|" + now, "3|null|" + then, "4|\"d\"|" + now);
  EXPECT_THAT(rows(by_id), expected);
  // Rows that stay as they are were not written again.
  clock_.advance(std::chrono::hours(1));
  counts(load_of(more));
  EXPECT_THAT(rows(by_id), expected);
  EXPECT_THAT(shown(engine_->query_as_of("acme", by_id, last_.load - 2, 10)),
              ElementsAre("1|\"a\"|" + then, "2|\"b\"|" + then, "3|null|" + then));
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\" o JOIN (SELECT max(_written_at) AS w FROM "
                   "\"Shop:Orders\") m ON m.w = o._written_at"),
              ElementsAre("2"));
}

TEST_F(QueryTest, NoOtherQuerySeesWhenARowWasWrittenNorTheLedger) {
  EXPECT_EQ(engine_->query("acme", "SELECT * FROM \"Shop:Orders\"", 1)->columns.size(), 5u);
  EXPECT_THAT(rows("SELECT column_name FROM information_schema.columns"), SizeIs(5));
  refused("SELECT _written_at FROM \"weir stored\".loads");
  refused("SELECT _written_at FROM \"Shop:Orders\", loads");
  refused("SELECT '_written_at', column_name FROM information_schema.columns");
}

TEST_F(QueryTest, AColumnOfTheFeedComesBeforeOursOfItsName) {
  Load load = load_of("{\"id\":1,\"_written_at\":\"own\"}\n");
  load.table = "Shop:Own";
  load.fields = {field("id", FieldType::integer), field("_written_at")};
  counts(load);
  EXPECT_THAT(rows("SELECT _written_at FROM \"Shop:Own\""), ElementsAre("\"own\""));
}

}  // namespace
}  // namespace weir::engine::duckdb
