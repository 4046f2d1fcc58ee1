#include "engine/duckdb/tables/row_functions.hpp"

#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace weir::engine::duckdb {
namespace {

class RowFunctionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::open("", {});
    ASSERT_TRUE(database) << database.error().message;
    database_ = *std::move(database);
    auto connection = Connection::open(*database_);
    ASSERT_TRUE(connection);
    connection_ = std::make_unique<Connection>(*std::move(connection));
    ASSERT_TRUE(add_row_functions(*connection_));
  }

  std::string one(const std::string& sql) {
    const auto cells = connection_->cells("SELECT CAST((" + sql + ") AS VARCHAR)");
    return cells ? (*cells)[0][0].value_or("NULL") : cells.error().message;
  }
  std::string hash(const std::string& values) {
    return one("SELECT weir_row_hash(" + values + ")");
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

/// DuckDB's SHA-1 is the other opinion; this expression made `_uuid_pk` in earlier versions.
std::string version_5(const std::string& space, const std::string& name) {
  const std::string hash = "sha1(unhex(" + space + ") || encode(" + name + "))";
  return "(" + hash + "[1:12] || '5' || " + hash + "[14:16] || translate(" + hash +
         "[17], '0123456789abcdef', '89ab89ab89ab89ab') || " + hash + "[18:32])";
}

TEST_F(RowFunctionsTest, UuidsAreThoseOfTheTablesThatStand) {
  const std::string space =
      version_5("'6d0c3f7e5b9a4c1d8e2f7a4b1c9d3e60'", "concat('Shop:Orders ', i % 3)");
  ASSERT_TRUE(connection_->run(
      "CREATE TABLE keys AS SELECT i, repeat(chr(33 + (i * 7 % 90)::INT), (i % 200)::INT) || i || "
      "CASE WHEN i % 5 = 0 THEN 'é😀' ELSE '' END AS pk FROM range(10000) r(i)"));
  EXPECT_EQ(one("SELECT count(*) FROM keys WHERE CAST(" + version_5(space, "pk") +
                " AS UUID) IS DISTINCT FROM weir_uuid(pk, concat('Shop:Orders ', i % 3))"),
            "0");
  EXPECT_EQ(one("SELECT count(DISTINCT weir_uuid(pk, 'a')) FROM keys"), "10000");
  EXPECT_EQ(one("SELECT weir_uuid('', 'Shop:Orders')"),
            one("SELECT CAST(" +
                version_5(version_5("'6d0c3f7e5b9a4c1d8e2f7a4b1c9d3e60'", "'Shop:Orders'"), "''") +
                " AS UUID)"));
  EXPECT_EQ(one("SELECT weir_uuid(NULL, 'Shop:Orders')"), "NULL");
}

/// The key's text is made in SQL elsewhere: rows are matched by either.
TEST_F(RowFunctionsTest, TheUuidOfAKeysPartsIsThatOfItsText) {
  ASSERT_TRUE(connection_->run(
      "CREATE TABLE parts AS SELECT CASE WHEN i % 9 > 0 THEN (i - 2500) * 1844674407370955 END AS "
      "n, "
      "CASE WHEN i % 7 > 0 THEN ['', 'a', '|', '\\', 'a|b\\c', '\\|', 'a text that is longer than "
      "twelve', 'é|😀'][1 + i % 8] || repeat('x', CAST(i % 70 AS INTEGER)) END AS t "
      "FROM range(5000) r(i); INSERT INTO parts VALUES (-9223372036854775808, 't'), "
      "(9223372036854775807, 't'), (0, 't'), (-1, '')"));
  const std::string escaped = R"(replace(replace(t, '\', '\\'), '|', '\|'))";
  const auto different = [this](const std::string& parts, const std::string& text) {
    return one("SELECT count(*) FROM parts WHERE weir_key_uuid('Shop:Orders', " + parts +
               ") IS DISTINCT FROM weir_uuid(" + text + ", 'Shop:Orders')");
  };
  EXPECT_EQ(different("n, t", "CAST(n AS VARCHAR) || '|' || " + escaped), "0");
  EXPECT_EQ(different("t, n", escaped + " || '|' || CAST(n AS VARCHAR)"), "0");
  EXPECT_EQ(different("t", "t"), "0");
  EXPECT_EQ(different("n", "CAST(n AS VARCHAR)"), "0");
  EXPECT_EQ(one("SELECT count(*) FROM parts WHERE weir_key_uuid('Shop:Orders', n, t) IS NULL"),
            one("SELECT count(*) FROM parts WHERE n IS NULL OR t IS NULL"));
  EXPECT_FALSE(connection_->cells("SELECT weir_key_uuid('Shop:Orders', 1.5)").has_value());
}

/// Recorded with the reference implementation of XXH3 over the bytes of the documentation's
/// example; hashes are stored, so a change here is a change of format.
TEST_F(RowFunctionsTest, RowHashesAreTheDocumentedOnes) {
  EXPECT_EQ(hash(""), "204254712233039002205064565430793619839");
  EXPECT_EQ(hash("CAST(7 AS BIGINT), 'tea', NULL, CAST(1.50 AS DECIMAL(38,2)), true, "
                 "CAST(-0.0 AS DOUBLE), DATE '2027-03-02', TIMESTAMP '2027-03-02 08:00:00.000001'"),
            "24084738075895027618084311131502365999");
}

TEST_F(RowFunctionsTest, RowsHashAlikeWhereTheTableHoldsThemEqual) {
  EXPECT_EQ(hash("CAST(-0.0 AS DOUBLE)"), hash("CAST(0.0 AS DOUBLE)"));
  EXPECT_EQ(hash("CAST('nan' AS DOUBLE)"), hash("-CAST('nan' AS DOUBLE)"));
  EXPECT_EQ(hash("CAST(1.5 AS DECIMAL(4,2))"), hash("CAST(1.5 AS DECIMAL(38,2))"));
  EXPECT_EQ(hash("CAST(-1.5 AS DECIMAL(4,2))"), hash("CAST(-1.5 AS DECIMAL(18,2))"));
}

TEST_F(RowFunctionsTest, AColumnThatIsNullInEveryRowChangesNoHash) {
  EXPECT_EQ(hash("'a', 'b'"), hash("'a', 'b', NULL, CAST(NULL AS DOUBLE)"));
}

TEST_F(RowFunctionsTest, DifferentRowsHashDifferently) {
  const std::string rows[] = {"''",
                              "NULL",
                              "NULL, ''",
                              "'a', 'b'",
                              "'ab', ''",
                              "'', 'ab'",
                              "NULL, 'a', 'b'",
                              "'a', NULL, 'b'",
                              "'ab'",
                              "'ab' || chr(0)",
                              "true",
                              "false",
                              "CAST(0 AS BIGINT)",
                              "CAST(1 AS BIGINT)",
                              "CAST(0 AS DOUBLE)",
                              "CAST('nan' AS DOUBLE)",
                              "CAST('inf' AS DOUBLE)",
                              "CAST(0 AS DECIMAL(38,0))",
                              "CAST(1 AS DECIMAL(38,0))",
                              "CAST(-1 AS DECIMAL(38,0))",
                              "DATE '1970-01-01'",
                              "DATE '1970-01-02'",
                              "TIMESTAMP '1970-01-01'",
                              "TIMESTAMP '1970-01-01 00:00:00.000001'"};
  std::set<std::string> hashes;
  for (const std::string& row : rows)
    EXPECT_TRUE(hashes.insert(hash(row)).second) << row;
}

/// Constants, dictionaries, slices and chunks of any size come in; values alone may count.
TEST_F(RowFunctionsTest, ARowHashesAlikeInEveryVector) {
  ASSERT_TRUE(connection_->run(
      "CREATE TABLE r AS SELECT i, CASE WHEN i % 7 = 0 THEN NULL ELSE 'text of a row ' || (i % 50) "
      "END AS t, CAST(i AS DOUBLE) / 3 AS d, CASE WHEN i % 3 = 0 THEN i END AS n "
      "FROM range(5000) x(i)"));
  ASSERT_TRUE(connection_->run(
      "CREATE TABLE h AS SELECT i, weir_row_hash(t, d, n, 'constant') AS h FROM r"));
  EXPECT_EQ(one("SELECT count(DISTINCT h) FROM h"), "5000");
  EXPECT_EQ(one("SELECT count(*) FROM h JOIN (SELECT * FROM r WHERE i % 11 < 4 ORDER BY t, i DESC) "
                "USING (i) WHERE h <> weir_row_hash(t, d, n, 'constant')"),
            "0");
  for (const int i : {0, 3, 4095, 4999}) {
    const std::string row = std::to_string(i);
    EXPECT_EQ(one("SELECT weir_row_hash((SELECT t FROM r WHERE i = " + row + "), CAST(" + row +
                  " AS DOUBLE) / 3, " + (i % 3 == 0 ? "CAST(" + row + " AS BIGINT)" : "NULL") +
                  ", 'constant')"),
              one("SELECT h FROM h WHERE i = " + row));
  }
}

TEST_F(RowFunctionsTest, UpdatedIsMillisecondsAndRowOfTheOrigin) {
  const std::string ms = "(1803974400123::UHUGEINT << 84)";
  EXPECT_EQ(one("weir_updated(" + ms + " + (5::UHUGEINT << 52) + (9::UHUGEINT << 32) + 7)"),
            std::to_string((std::int64_t{1803974400123} << 20) + 7));
  EXPECT_EQ(one("weir_updated(" + ms + " + 4000000000)"),
            std::to_string((std::int64_t{1803974400123} << 20) + (1 << 20) - 1));
  EXPECT_EQ(one("weir_updated(NULL)"), "NULL");
  EXPECT_EQ(one("weir_row(" + ms + " + (9::UHUGEINT << 32) + 4000000000)"), "4000000000");
  EXPECT_EQ(one("weir_row(NULL)"), "NULL");
}

TEST_F(RowFunctionsTest, OtherTypesAreRefusedAndNotGuessedAt) {
  EXPECT_EQ(connection_->cells("SELECT weir_row_hash([1, 2])").has_value(), false);
  EXPECT_EQ(connection_->cells("SELECT weir_row_hash(CAST(1 AS INTEGER))").has_value(), false);
}

}  // namespace
}  // namespace weir::engine::duckdb
