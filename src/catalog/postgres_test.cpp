#include <thread>

#include <gmock/gmock.h>
#include <soci/postgresql/soci-postgresql.h>

#include "catalog/catalog_fixture.hpp"
#include "catalog/database.hpp"
#include "catalog/postgres_address.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What is said of a server without one.
TEST(PostgresAddressTest, IsNamedWithoutItsPassword) {
  const auto address = PostgresAddress::of(
      "postgresql://weir:hunter2@db.example.org:6432/catalog?sslmode=verify-full");
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->name, "\"catalog\" on db.example.org:6432");
  EXPECT_THAT(address->connection, HasSubstr("hunter2"));
  EXPECT_THAT(address->connection, HasSubstr("sslmode='verify-full'"));
  EXPECT_THAT(address->connection, HasSubstr("connect_timeout='5'"));
  EXPECT_THAT(address->connection, HasSubstr("target_session_attrs='read-write'"));
}

TEST(PostgresAddressTest, WhatItSaysItselfStays) {
  const auto address = PostgresAddress::of("postgresql://h1:1,h2:2/c?connect_timeout=60");
  EXPECT_THAT(address->connection, HasSubstr("connect_timeout='60'"));
  EXPECT_THAT(address->connection, HasSubstr("host='h1,h2'"));
}

TEST(PostgresAddressTest, OneThatIsNotUnderstoodIsRefusedWithoutRepeatingIt) {
  const auto refused = PostgresAddress::of("postgresql://weir:hunter2@[::1/x");
  EXPECT_EQ(code_of(refused), Errc::bad_request);
  EXPECT_THAT(message_of(refused), Not(HasSubstr("hunter2")));
}

TEST(PostgresAwayTest, IsNamedWithWhatToDo) {
  TurnedClock clock;
  SeededRandom random;
  const auto away = Catalog::open("postgresql://weir:hunter2@127.0.0.1:1/catalog", clock, random);
  EXPECT_EQ(code_of(away), Errc::unavailable);
  EXPECT_THAT(message_of(away), HasSubstr("\"catalog\" on 127.0.0.1:1"));
  EXPECT_THAT(message_of(away), HasSubstr("catalog.url"));
  EXPECT_THAT(message_of(away), Not(HasSubstr("hunter2")));
}

/// On a server; skipped without (tools/with_postgres).
class PostgresTest : public CatalogTest {
 protected:
  void SetUp() override {
    if (!TestPlaces::on_postgres()) GTEST_SKIP() << "without a server: see tools/with_postgres";
    auto opened = Database::open(places_.lasting(), clock_, random_);
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = *std::move(opened);
    make("CREATE TABLE t (no BIGINT UNIQUE, text TEXT COLLATE \"C\", body BYTEA)");
  }

  void make(const std::string& sql) {
    const auto done =
        database_->write([&](soci::session& session) { return execute(session, sql); });
    ASSERT_TRUE(done) << done.error().message;
  }
  static Result<std::string> ask(soci::session& session, const std::string& sql) {
    std::string text;
    WEIR_CHECK(Statement(session, sql).into(text).next());
    return text;
  }
  std::string read(const std::string& sql) {
    return database_->read([&](soci::session& session) { return ask(session, sql); }).value();
  }
  static Result<void> end_session(soci::session& session) {
    return execute(session, "SELECT pg_terminate_backend(pg_backend_pid())");
  }

  std::unique_ptr<Database> database_;
};

TEST_F(PostgresTest, IsolationIsAsStated) {
  EXPECT_EQ(read("SHOW transaction_isolation"), "repeatable read");
  EXPECT_EQ(read("SHOW transaction_read_only"), "on");
  const auto changing = database_->write(
      [](soci::session& session) { return ask(session, "SHOW transaction_isolation"); });
  EXPECT_EQ(*changing, "serializable");
  EXPECT_EQ(read("SHOW lock_timeout"), "20s");
  EXPECT_EQ(read("SHOW statement_timeout"), "30s");
}

TEST_F(PostgresTest, AChangeThatCannotBeSerialisedIsMadeAgain) {
  for (const char* state : {"40001", "40P01"}) {
    int runs = 0;
    const auto done = database_->write([&](soci::session& session) -> Result<void> {
      WEIR_CHECK(execute(session, "INSERT INTO t (no) SELECT COUNT(*) FROM t"));
      if (++runs < 3)
        return execute(
            session, std::string("DO $$ BEGIN RAISE 'no' USING ERRCODE = '") + state + "'; END $$");
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(runs, 3);
  }
  EXPECT_EQ(read("SELECT COUNT(*) FROM t"), "2");
}

TEST_F(PostgresTest, AChangeThatCanNeverBeSerialisedIsUnavailable) {
  int runs = 0;
  const auto done = database_->write([&](soci::session& session) -> Result<void> {
    ++runs;
    return execute(session, "DO $$ BEGIN RAISE 'no' USING ERRCODE = '40001'; END $$");
  });
  EXPECT_EQ(code_of(done), Errc::unavailable);
  EXPECT_EQ(runs, 5);
}

TEST_F(PostgresTest, AChangeWhoseConnectionIsLostIsMadeAgain) {
  int runs = 0;
  const auto done = database_->write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(execute(session, "INSERT INTO t (no) VALUES (1)"));
    return ++runs == 1 ? end_session(session) : Result<void>();
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(read("SELECT COUNT(*) FROM t"), "1");
}

TEST_F(PostgresTest, AReadWhoseConnectionIsLostIsMadeAgain) {
  int runs = 0;
  const auto done = database_->read([&](soci::session& session) -> Result<void> {
    return ++runs == 1 ? end_session(session) : Result<void>();
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(runs, 2);
}

TEST_F(PostgresTest, SessionsThatEndedWhileNobodyUsedThemAreOpenedAgain) {
  make("INSERT INTO t (no) VALUES (1)");
  EXPECT_EQ(read("SELECT COUNT(*) FROM t"), "1");
  ASSERT_TRUE(catalog_->tenants().list({}));
  soci::session other(soci::postgresql, std::getenv("WEIR_TEST_POSTGRES"));
  other << "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'weir'";
  EXPECT_EQ(read("SELECT COUNT(*) FROM t"), "1");
  make("INSERT INTO t (no) VALUES (2)");
  EXPECT_EQ(read("SELECT COUNT(*) FROM t"), "2");
}

TEST_F(PostgresTest, ACommitThatIsLostBeforeItHappenedIsMadeAgain) {
  make(
      "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$");
  make(
      "CREATE CONSTRAINT TRIGGER leaving AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
      " FOR EACH ROW WHEN (NEW.text = 'leave') EXECUTE FUNCTION leave()");
  int runs = 0;
  const auto done = database_->write([&](soci::session& session) -> Result<void> {
    Statement insert(session, "INSERT INTO t (no, text) VALUES (:no, :text)");
    ++runs;
    WEIR_CHECK(insert.bind(runs).bind(runs == 1 ? "leave" : "stay").run());
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(read("SELECT text FROM t"), "stay");
}

TEST_F(PostgresTest, AChangeThatIgnoresAFailedStatementIsNotTakenForMade) {
  const auto done = database_->write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(execute(session, "INSERT INTO t (no) VALUES (1)"));
    EXPECT_FALSE(execute(session, "INSERT INTO t (no) VALUES (1)"));
    return {};
  });
  EXPECT_EQ(code_of(done), Errc::internal);
  EXPECT_EQ(read("SELECT COUNT(*) FROM t"), "0");
}

TEST_F(PostgresTest, OneChangeAtATimeOfAllProcesses) {
  const auto other = Database::open(places_.lasting(), clock_, random_).value();
  const auto count = [](Database& database) {
    for (int i = 0; i < 50; ++i)
      EXPECT_TRUE(database.write([](soci::session& session) {
        return execute(session, "INSERT INTO t (no) SELECT COUNT(*) FROM t");
      }));
  };
  std::thread one(count, std::ref(*database_));
  std::thread two(count, std::ref(*other));
  one.join();
  two.join();
  EXPECT_EQ(read("SELECT MAX(no) FROM t"), "99");
}

TEST_F(PostgresTest, BytesOfAnyKindComeBack) {
  std::string all;
  for (int i = 0; i < 256; ++i)
    all += static_cast<char>(i);
  const std::vector<std::string> bodies = {all, "", std::string(3, '\0'), "\\x41", ""};
  const auto back =
      database_->write([&](soci::session& session) -> Result<std::vector<std::string>> {
        int no = 0;
        for (const std::string& body : bodies)
          WEIR_CHECK(Statement(session, "INSERT INTO t (no, body) VALUES (:n, :b)")
                         .bind(no++)
                         .bind_bytes(body)
                         .run());
        Statement statement(session, "SELECT body FROM t ORDER BY no");
        std::string row;
        return collect(statement.into_bytes(row), row);
      });
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, bodies);
}

TEST_F(PostgresTest, ATextIsKeptWholeOrRefused) {
  const auto write = [&](const std::string& text) {
    return database_->write([&](soci::session& session) -> Result<void> {
      WEIR_CHECK(Statement(session, "INSERT INTO t (text) VALUES (:text)").bind(text).run());
      return {};
    });
  };
  EXPECT_EQ(code_of(write(std::string("a\0b", 3))), Errc::bad_request);
  EXPECT_EQ(code_of(write("\xFF")), Errc::bad_request);
  EXPECT_TRUE(write("it's \"ü\\n\" \xF0\x9F\x90\x9D"));
  EXPECT_EQ(read("SELECT text FROM t"), "it's \"ü\\n\" \xF0\x9F\x90\x9D");
}

TEST_F(PostgresTest, TextsCompareByTheirBytes) {
  make("INSERT INTO t (text) VALUES ('b'), ('B'), ('ä'), ('a'), ('-a')");
  EXPECT_EQ(read("SELECT string_agg(text, '' ORDER BY text) FROM t"), "-aBabä");
  EXPECT_EQ(read("SELECT lower(text) FROM (VALUES ('ÄB' COLLATE \"C\")) AS v (text)"), "Äb");
}

TEST_F(PostgresTest, AnErrorDoesNotTellWhatWasBound) {
  make("CREATE TABLE secrets (secret TEXT UNIQUE CHECK (secret <> 'hunter2'), no BIGINT)");
  const auto write = [&](const std::string& column, const std::string& text) {
    return database_->write([&](soci::session& session) -> Result<void> {
      WEIR_CHECK(Statement(session, "INSERT INTO secrets (" + column + ") VALUES (:text)")
                     .bind(text)
                     .run());
      return {};
    });
  };
  ASSERT_TRUE(write("secret", "hunter3"));
  for (const auto& [column, text, code] : {std::tuple("secret", "hunter3", Errc::conflict),
                                           std::tuple("secret", "hunter2", Errc::conflict),
                                           std::tuple("no", "hunter4", Errc::bad_request)}) {
    const auto refused = write(column, text);
    EXPECT_EQ(code_of(refused), code);
    EXPECT_THAT(message_of(refused), Not(HasSubstr("hunter")));
  }
}

TEST_F(PostgresTest, ADatabaseOfANewerVersionIsRefusedAndLeftAlone) {
  static constexpr std::string_view later[] = {"CREATE TABLE later (no BIGINT)"};
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({"of a newer weir", later});
  ASSERT_TRUE(Database::open(places_.lasting(), clock_, random_, steps));
  const auto refused = Catalog::open(places_.lasting(), clock_, random_);
  EXPECT_EQ(code_of(refused), Errc::newer_version);
}

TEST_F(PostgresTest, AStepThatFailsTakesNone) {
  static constexpr std::string_view bad[] = {"CREATE TABLE half (no BIGINT)", "CREATE TABEL x"};
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({"a broken step", bad});
  const auto failed = Database::open(places_.lasting(), clock_, random_, steps);
  EXPECT_THAT(message_of(failed), HasSubstr("(a broken step)"));
  EXPECT_EQ(read("SELECT MAX(version) FROM schema_version"), std::to_string(migrations().size()));
  EXPECT_EQ(read("SELECT COALESCE(to_regclass('half')::text, 'none')"), "none");
}

TEST_F(PostgresTest, ADatabaseWithoutACatalogIsNoExistingOne) {
  const auto refused = Catalog::open_existing(places_.fresh(), clock_, random_);
  EXPECT_EQ(code_of(refused), Errc::corrupt);
  EXPECT_THAT(message_of(refused), HasSubstr("holds no catalog"));
}

}  // namespace
}  // namespace weir::catalog
