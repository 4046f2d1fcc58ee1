#include "catalog/statement_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "catalog/statement.hpp"

namespace weir::catalog {
namespace {

using ::testing::ElementsAre;

class StatementCacheTest : public ::testing::Test {
 protected:
  void run(const std::string& sql) {
    const auto done = Statement(session_, sql).run();
    ASSERT_TRUE(done) << done.error().message;
  }
  void add(const std::string& text, std::optional<int> number) {
    Statement insert(session_, "INSERT INTO t (text, number) VALUES (:text, :number)");
    ASSERT_TRUE(insert.bind(text).bind(number).run());
  }
  std::vector<std::string> above(int number) {
    Statement select(session_, "SELECT text FROM t WHERE number > :n ORDER BY number");
    std::string text;
    return collect(select.bind(number).into(text), text).value();
  }

  soci::session session_{soci::sqlite3, "db=:memory:"};
  StatementCache cache_{session_};
};

TEST_F(StatementCacheTest, AStatementRunsAgainWithOtherValues) {
  run("CREATE TABLE t (text TEXT, number BIGINT)");
  add("a", 1);
  add("b", 2);
  add("c", std::nullopt);
  add("d", 4);
  EXPECT_EQ(cache_.size(), 1u) << "the change of the schema is not kept";
  EXPECT_THAT(above(0), ElementsAre("a", "b", "d"));
  EXPECT_THAT(above(1), ElementsAre("b", "d"));
  EXPECT_THAT(above(9), ElementsAre());
  EXPECT_EQ(cache_.size(), 2u);
}

TEST_F(StatementCacheTest, OneThatIsInUseIsNotGivenTwice) {
  run("CREATE TABLE t (text TEXT, number BIGINT)");
  for (int number : {1, 2, 3})
    add(std::to_string(number), number);
  const std::string sql = "SELECT text FROM t WHERE number > :n ORDER BY number";
  for (int again = 0; again < 2; ++again) {
    Statement outer(session_, sql);
    std::string outer_text;
    outer.bind(0).into(outer_text);
    std::string seen;
    while (outer.next().value()) {
      seen += outer_text + ":";
      for (const std::string& inner : above(1))
        seen += inner;
    }
    EXPECT_EQ(seen, "1:232:233:23");
  }
}

// A SELECT that was not read to its end would hold the transaction's state.
TEST_F(StatementCacheTest, WhatWasLeftHalfReadHoldsNothing) {
  run("CREATE TABLE t (text TEXT, number BIGINT)");
  add("a", 1);
  add("b", 2);
  run("BEGIN");
  {
    Statement half(session_, "SELECT text FROM t ORDER BY number");
    std::string text;
    ASSERT_TRUE(half.into(text).next().value());
  }
  run("COMMIT");
  run("DROP TABLE t");
}

TEST_F(StatementCacheTest, AFailureIsNotKeptAndTheNextRunsWell) {
  run("CREATE TABLE t (text TEXT UNIQUE, number BIGINT)");
  add("a", 1);
  for (int again = 0; again < 2; ++again) {
    Statement insert(session_, "INSERT INTO t (text, number) VALUES (:text, :number)");
    EXPECT_EQ(insert.bind(std::string("a")).bind(2).run().error().code, Errc::conflict);
  }
  add("b", 2);
  EXPECT_THAT(above(0), ElementsAre("a", "b"));
}

TEST_F(StatementCacheTest, TheSchemaMayChangeInBetween) {
  run("CREATE TABLE t (text TEXT, number BIGINT)");
  add("a", 1);
  EXPECT_THAT(above(0), ElementsAre("a"));
  run("ALTER TABLE t ADD COLUMN more TEXT");
  run("CREATE INDEX t_by_number ON t (number)");
  add("b", 2);
  EXPECT_THAT(above(0), ElementsAre("a", "b"));
  EXPECT_EQ(Statement(session_, "UPDATE t SET number = 5 WHERE number > 0").run().value(), 2u);
  EXPECT_EQ(Statement(session_, "UPDATE t SET number = 5 WHERE number > 0").run().value(), 2u);
}

TEST_F(StatementCacheTest, BytesComeAndGo) {
  run("CREATE TABLE t (text TEXT, bytes BLOB)");
  for (const std::string& bytes : {std::string("\0one", 4), std::string(), std::string("three")}) {
    Statement insert(session_, "INSERT INTO t (text, bytes) VALUES (:text, :bytes)");
    ASSERT_TRUE(insert.bind(std::string("x")).bind_bytes(bytes).run());
  }
  for (int again = 0; again < 2; ++again) {
    Statement select(session_, "SELECT bytes FROM t ORDER BY rowid");
    std::string bytes;
    EXPECT_THAT(collect(select.into_bytes(bytes), bytes).value(),
                ElementsAre(std::string("\0one", 4), "", "three"));
  }
}

TEST_F(StatementCacheTest, ItHoldsSoManyAndNoMore) {
  for (std::size_t i = 0; i < StatementCache::statements_max + 50; ++i) {
    Statement one(session_, "SELECT " + std::to_string(i));
    std::size_t read = 0;
    ASSERT_TRUE(one.into(read).next().value());
    ASSERT_EQ(read, i);
  }
  EXPECT_EQ(cache_.size(), StatementCache::statements_max);
}

}  // namespace
}  // namespace weir::catalog
