#include "catalog/migrations.hpp"

#include <fstream>
#include <vector>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "catalog/catalog_fixture.hpp"
#include "catalog/database.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {
namespace {

using ::testing::HasSubstr;

/// Of files of SQLite: what is said of them, and steps from every version of old.
class MigrationsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (TestPlaces::on_postgres()) GTEST_SKIP() << "of SQLite";
  }
  Result<std::unique_ptr<Database>> open_at_version(std::size_t version) {
    return Database::open(path_, clock_, random_, migrations().first(version));
  }
  Result<std::unique_ptr<Catalog>> open() { return Catalog::open(path_, clock_, random_); }

  void execute(Database& database, const std::string& sql) {
    const auto done = database.write([&](soci::session& session) -> Result<void> {
      WEIR_CHECK(Statement(session, sql).run());
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  static std::string read(Database& database, const std::string& sql) {
    return database
        .read([&](soci::session& session) -> Result<std::string> {
          Statement statement(session, sql);
          std::string text;
          WEIR_CHECK(statement.into(text).next());
          return text;
        })
        .value();
  }
  static std::string schema_of(Database& database) {
    return read(database,
                "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema"
                " WHERE sql IS NOT NULL ORDER BY name)");
  }

  TestDirectory directory_;
  std::string path_ = directory_.file("catalog.db");
  TurnedClock clock_;
  SeededRandom random_;
};

TEST_F(MigrationsTest, EveryEarlierVersionIsBroughtToTheSameSchema) {
  const auto newest = open_at_version(migrations().size());
  ASSERT_TRUE(newest);
  const std::string schema = schema_of(**newest);
  EXPECT_THAT(schema, HasSubstr("CREATE TABLE run_tasks"));
  for (std::size_t version = 0; version < migrations().size(); ++version) {
    path_ = directory_.file("from-" + std::to_string(version) + ".db");
    {
      const auto old = open_at_version(version);
      ASSERT_TRUE(old) << old.error().message;
      EXPECT_EQ(read(**old, "PRAGMA user_version"), std::to_string(version));
      if (version > 0)
        execute(**old,
                "INSERT INTO tenants (name, payload_bytes_max, created_at)"
                " VALUES ('acme', 1000, '2027-01-01T00:00:00.000000Z')");
    }
    const auto migrated = open_at_version(migrations().size());
    ASSERT_TRUE(migrated) << migrated.error().message;
    EXPECT_EQ(schema_of(**migrated), schema) << "from version " << version;
    EXPECT_EQ(read(**migrated, "PRAGMA user_version"), std::to_string(migrations().size()));
    EXPECT_EQ(read(**migrated, "SELECT MAX(name) FROM tenants"), version > 0 ? "acme" : "");
  }
}

TEST_F(MigrationsTest, AStepThatFailsLeavesTheVersionBeforeIt) {
  ASSERT_TRUE(open_at_version(1));
  static constexpr std::string_view bad[] = {"CREATE TABLE half (no BIGINT)", "CREATE TABEL x"};
  const Migration steps[] = {migrations()[0], {"a broken step", bad}};
  const auto failed = Database::open(path_, clock_, random_, steps);
  EXPECT_THAT(message_of(failed), HasSubstr("Migration 2 (a broken step)"));
  const auto old = open_at_version(1);
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_EQ(read(**old, "PRAGMA user_version"), "1");
  EXPECT_EQ(read(**old, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'half'"), "0");
}

TEST_F(MigrationsTest, ADatabaseOfANewerVersionIsRefusedAndLeftAlone) {
  static constexpr std::string_view later[] = {"CREATE TABLE later (no BIGINT)"};
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({"of a newer weir", later});
  ASSERT_TRUE(Database::open(path_, clock_, random_, steps));
  const auto refused = open();
  EXPECT_EQ(code_of(refused), Errc::newer_version);
  EXPECT_THAT(message_of(refused), HasSubstr("version " + std::to_string(steps.size())));
  EXPECT_THAT(message_of(refused), HasSubstr(path_));
  EXPECT_EQ(code_of(open()), Errc::newer_version) << "also the second time";
}

TEST_F(MigrationsTest, WhatIsNoDatabaseIsRefused) {
  std::ofstream(path_) << std::string(8192, 'x');
  const auto refused = open();
  EXPECT_EQ(code_of(refused), Errc::corrupt);
  EXPECT_THAT(message_of(refused), HasSubstr(path_));
}

TEST_F(MigrationsTest, ADirectoryThatIsNotThereIsNamed) {
  path_ = directory_.file("nowhere/catalog.db");
  EXPECT_EQ(code_of(open()), Errc::io);
  EXPECT_THAT(message_of(open()), HasSubstr("nowhere/catalog.db"));
}

TEST_F(MigrationsTest, APathWithAQuoteIsRefusedInsteadOfMisread) {
  path_ = directory_.file("a\" synchronous=off.db");
  EXPECT_EQ(code_of(open()), Errc::bad_request);
}

TEST_F(MigrationsTest, APathWithABlankOpens) {
  path_ = directory_.file("my catalog.db");
  EXPECT_TRUE(open());
}

TEST_F(MigrationsTest, TheFilesAreTheOwnersAlone) {
  std::ofstream(path_).flush();
  ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
  const auto catalog = open();
  ASSERT_TRUE(catalog);
  ASSERT_TRUE((*catalog)->tenants().add("acme"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path_ + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777u, 0600u) << suffix;
  }
}

/// An older weir kept no hours: its rows give theirs.
TEST_F(MigrationsTest, RowsOfAnOlderWeirObeyTheLawOfConservation) {
  {
    const auto old = open_at_version(5);
    execute(**old,
            "INSERT INTO tenants (name, payload_bytes_max, created_at)"
            " VALUES ('acme', 1000, '2027-03-02T08:00:00.000000Z')");
    execute(**old,
            "INSERT INTO streams (id, tenant_no, name, description, xml_check_sync, created_at)"
            " VALUES ('is-1', 1, 's', '', 0, '2027-03-02T08:00:00.000000Z')");
    execute(**old, "INSERT INTO partition_checkpoints VALUES (0, 4096, 3)");
    execute(**old, "INSERT INTO stream_positions VALUES (0, 1, 8)");
    // 1..4 in a file of hour 8, of which 2 is aside; 5 aside, 6..7 in a file of hour 9.
    execute(**old,
            "INSERT INTO batches VALUES (1, 'a', 1, 0, '2027-03-02', 8, 1, 4, 3, 1, 99, 'x',"
            " '2027-03-02T08:00:01.000000Z', '2027-03-02T08:00:04.000000Z'),"
            " (2, 'b', 1, 0, '2027-03-02', 9, 6, 7, 2, 0, 99, 'x',"
            " '2027-03-02T09:00:06.000000Z', '2027-03-02T09:00:07.000000Z')");
    execute(**old,
            "INSERT INTO quarantine VALUES (1, 1, 0, 2, '2027-03-02T08:00:02.000000Z', 'xml', 'r',"
            " 'b'), (2, 1, 0, 5, '2027-03-02T09:00:05.000000Z', 'xml', 'r', 'b')");
  }
  const auto catalog = open();
  ASSERT_TRUE(catalog) << catalog.error().message;
  const auto hours = (*catalog)->hours().behind(PartitionNo{0}, {}, 10);
  ASSERT_TRUE(hours) << hours.error().message;
  ASSERT_EQ(hours->size(), 2u);
  std::uint64_t next = 1;
  for (const Hour& hour : *hours) {
    EXPECT_EQ(hour.first_sequence.value, next);
    EXPECT_EQ(hour.accepted(), hour.accounted());
    next = hour.last_sequence.value + 1;
  }
  EXPECT_EQ(next, 8u);
  EXPECT_FALSE(hours->front().sealed());
}

TEST_F(MigrationsTest, TheQuarantineOfAnOlderWeirIsKeptWhole) {
  {
    const auto old = open_at_version(10);
    execute(**old,
            "INSERT INTO tenants (name, payload_bytes_max, created_at)"
            " VALUES ('acme', 1000, '2027-03-02T08:00:00.000000Z')");
    execute(**old,
            "INSERT INTO streams (id, tenant_no, name, description, xml_check_sync, created_at)"
            " VALUES ('is-1', 1, 's', '', 0, '2027-03-02T08:00:00.000000Z')");
    execute(**old,
            "INSERT INTO quarantine VALUES (4, 1, 0, 2, '2027-03-02T08:00:02.000000Z', 'xml', 'r',"
            " x'3C00FF', 'held', NULL, NULL), (7, 1, 0, 5, '2027-03-02T09:00:05.000000Z', 'xml',"
            " 's', '', 'replayed', '2027-03-02T10:00:00.000000Z', 6)");
  }
  const auto catalog = open();
  ASSERT_TRUE(catalog) << catalog.error().message;
  const auto rows = (*catalog)->batches().quarantined(1, {}, {}).value().items;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].state, QuarantineState::held);
  EXPECT_EQ(rows[0].reason, "r");
  EXPECT_EQ((*catalog)->batches().quarantined_body(rows[0].address).value(),
            std::string("<\0\xFF", 3));
  EXPECT_EQ(rows[1].state, QuarantineState::replayed);
  EXPECT_EQ(rows[1].replayed_as, Sequence{6});
  EXPECT_TRUE(rows[1].settled_at);
  EXPECT_EQ((*catalog)->batches().quarantine_held().bytes_in_catalog, 3u);
  EXPECT_EQ((*catalog)->batches().quarantine_held().payloads_in_catalog, 1u);
}

TEST_F(MigrationsTest, ACommitIsOnStableStorage) {
  const auto database = open_at_version(migrations().size());
  const auto read = [](Database& written, const std::string& sql) {
    return written
        .write([&](soci::session& session) -> Result<std::string> {
          std::string text;
          WEIR_CHECK(Statement(session, sql).into(text).next());
          return text;
        })
        .value();
  };
  EXPECT_EQ(read(**database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(read(**database, "PRAGMA synchronous"), "2");  // FULL
  EXPECT_EQ(read(**database, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(read(**database, "PRAGMA busy_timeout"), "10000");
}

TEST_F(MigrationsTest, BytesOfAnyKindComeBack) {
  const auto database = open_at_version(0);
  ASSERT_TRUE(database);
  execute(**database, "CREATE TABLE t (no BIGINT, body BLOB)");
  std::string all;
  for (int i = 0; i < 256; ++i)
    all += static_cast<char>(i);
  const std::vector<std::string> bodies = {all, "", std::string(3, '\0'), "plain", ""};
  const auto read_back = (*database)->write([&](soci::session& session)
                                                -> Result<std::vector<std::string>> {
    int no = 0;
    for (const std::string& body : bodies)
      WEIR_CHECK(
          Statement(session, "INSERT INTO t VALUES (:n, :b)").bind(no++).bind_bytes(body).run());
    Statement statement(session, "SELECT body FROM t ORDER BY no");
    std::string row;
    statement.into_bytes(row);
    return collect(statement, row);
  });
  ASSERT_TRUE(read_back) << read_back.error().message;
  EXPECT_EQ(*read_back, bodies);
}

TEST_F(MigrationsTest, AValueThatIsNotWhatItsColumnHoldsIsCorrupt) {
  {
    const auto database = open_at_version(migrations().size());
    execute(**database,
            "INSERT INTO tenants (name, payload_bytes_max, created_at)"
            " VALUES ('acme', 1000, 'yesterday')");
  }
  const auto catalog = open();
  ASSERT_TRUE(catalog);
  const auto tenant = (*catalog)->tenants().find("acme");
  EXPECT_EQ(code_of(tenant), Errc::corrupt);
  EXPECT_THAT(message_of(tenant), HasSubstr("yesterday"));
}

TEST_F(MigrationsTest, AnErrorDoesNotTellWhatWasBound) {
  const auto database = open_at_version(0);
  const auto refused = (*database)->write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(Statement(session, "CREATE TABLE t (secret TEXT CHECK (secret = ''))").run());
    WEIR_CHECK(Statement(session, "INSERT INTO t VALUES (:s)").bind("hunter2").run());
    return {};
  });
  EXPECT_EQ(code_of(refused), Errc::conflict);
  EXPECT_THAT(message_of(refused), ::testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace weir::catalog
