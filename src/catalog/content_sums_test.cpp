#include "catalog/content_sums.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"
#include "catalog/database.hpp"
#include "catalog/secrets.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class ContentSumsTest : public BatchTest {
 protected:
  ContentSumsTest() { reopen(); }
  void SetUp() override {
    if (TestPlaces::on_postgres()) GTEST_SKIP() << "of SQLite's files";
  }

  void reopen() {
    catalog_.reset();
    catalog_ = open(path_);
  }
  Result<std::unique_ptr<Catalog>> open_existing() {
    return Catalog::open_existing(path_, clock_, random_);
  }
  void remove_files() const {
    for (const char* suffix : {"", "-wal", "-shm"})
      std::filesystem::remove(path_ + suffix);
  }

  /// Rows in every table, some of them changed and some deleted since.
  void fill() {
    acme_ = catalog_->tenants().add("acme")->no;
    const std::string key = catalog_->keys().add(acme_, "Key", {"datagrid:operate"})->id;
    ASSERT_TRUE(catalog_->keys().rotate(acme_, key));
    ASSERT_TRUE(catalog_->keys().rotate(acme_, key));
    ASSERT_TRUE(catalog_->keys().mark_used({{key, clock_.now()}}));
    const Stream stream = add_stream(acme_);
    for (std::uint64_t n = 0; n < 60; ++n) {
      BatchCommit one = one_file(stream, 3 * n + 1, 3 * n + 3, Lsn{4096 * (n + 1)});
      one.batches[0].records = 1;
      one.batches[0].quarantined = 1;
      one.batches[0].duplicates = 1;
      const Sequence second{3 * n + 2};
      const Sequence third{3 * n + 3};
      one.quarantined.push_back({.address = {stream.no, PartitionNo{0}, second},
                                 .received_at = clock_.now(),
                                 .type = PayloadType::json,
                                 .reason = "line 1",
                                 .body = std::string(n + 1, 'x')});
      one.duplicates.push_back({.stream = stream.no,
                                .first_received_at = clock_.now(),
                                .last_received_at = clock_.now(),
                                .pairs = {{third, Sequence{3 * n + 1}}}});
      const auto committed = commit(one);
      ASSERT_TRUE(committed) << committed.error().message;
    }
    const Address aside{stream.no, PartitionNo{0}, Sequence{2}};
    ASSERT_TRUE(batches().settle(acme_, aside, QuarantineState::dropped, std::nullopt));
    Courier courier;
    courier.name = "Hourly";
    courier.stream_id = stream.id;
    Run run;
    run.courier_id = catalog_->couriers().add(acme_, courier)->id;
    ASSERT_TRUE(catalog_->runs().add(acme_, run));
    const auto claimed = catalog_->runs().claim("a", seconds(30)).value();
    RunTask task;
    task.id = "wft-1";
    task.run_id = claimed->run.id;
    ASSERT_TRUE(catalog_->runs().save(claimed->lease, {.tasks = {task}}));
    TableLoad load;
    load.tenant_no = acme_;
    load.table = "Shop:Orders";
    load.chosen.stream_id = stream.id;
    load.truncates = true;
    ASSERT_TRUE(catalog_->loads().add(claimed->lease, load));
    ASSERT_TRUE(catalog_->ingest_queries().add(acme_, {.name = "Q", .sql = "SELECT 1"}));
    Feed feed;
    feed.source = "Shop";
    feed.name = "Orders";
    feed.fields = {{.name = "id", .type = "string"}};
    feed.primary_key = {"id"};
    ASSERT_TRUE(catalog_->feeds().add(acme_, feed));
  }

  /// All that any table holds, but for the number of changes: to open it may be one.
  std::string content() {
    auto database = Database::open(path_, clock_, random_);
    EXPECT_TRUE(database) << database.error().message;
    if (!database) return "";
    std::string out;
    for (const std::string& table : texts(**database,
                                          "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                          " AND name NOT LIKE 'sqlite_%'"
                                          " AND name <> 'catalog_state' ORDER BY name")) {
      std::string row;
      for (const std::string& column :
           texts(**database, "SELECT name FROM pragma_table_info('" + table + "')"))
        row += (row.empty() ? "quote(" : " || ',' || quote(") + column + ")";
      out += table + "\n";
      for (const std::string& one :
           texts(**database, "SELECT " + row + " FROM " + table + " NOT INDEXED ORDER BY 1"))
        if (!one.starts_with("'catalog_state'")) out += "  " + one + "\n";
    }
    return out;
  }
  static std::vector<std::string> texts(Database& database, const std::string& sql) {
    return database
        .read([&](soci::session& session) -> Result<std::vector<std::string>> {
          Statement statement(session, sql);
          std::string text;
          statement.into(text);
          return collect(statement, text);
        })
        .value();
  }

  TestDirectory directory_;
  std::string path_ = directory_.file("catalog.db");
};

TEST_F(ContentSumsTest, WhateverChangedTheSumsStillHold) {
  fill();
  reopen();
  ASSERT_TRUE(catalog_) << "damage was found where there is none";
  EXPECT_TRUE(catalog_->tenants().add("another"));
  reopen();
  ASSERT_TRUE(catalog_);
}

TEST_F(ContentSumsTest, AFlippedByteIsFoundOrHarmless) {
  const char* given = std::getenv("WEIR_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const std::uint64_t seeds = given != nullptr ? 1 : 400;
  fill();
  catalog_.reset();  // the last to close it leaves no write-ahead log
  const std::string whole = read_file(path_);
  const std::string before = content();
  ASSERT_THAT(before, HasSubstr("Shop:Orders"));
  std::uint64_t found = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    std::mt19937_64 chance(seed);
    std::string flipped = whole;
    flipped[chance() % flipped.size()] ^= static_cast<char>(1 + chance() % 255);
    remove_files();
    write_file(path_, flipped);
    const auto opened = open_existing();
    if (!opened) {
      ++found;
      EXPECT_THAT(opened.error().message, HasSubstr(path_));
      EXPECT_THAT(opened.error().message, HasSubstr("Restore catalog.db from a backup"));
      EXPECT_EQ(outcome_of(opened.error().code).exit_code, 7) << opened.error().message;
    } else {
      EXPECT_EQ(content(), before);
    }
    ASSERT_FALSE(HasFailure());
  }
  std::cout << found << " of " << seeds << " flips were found, the others changed nothing\n";
  EXPECT_TRUE(given != nullptr || found > seeds / 10);
}

/// What no index and no constraint of SQLite's knows of.
TEST_F(ContentSumsTest, AChangedLetterOfAValueIsFound) {
  fill();
  catalog_.reset();
  std::string bytes = read_file(path_);
  const std::size_t at = bytes.find("Shop:Orders");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 5] = 'B';
  write_file(path_, bytes);
  const auto opened = open_existing();
  EXPECT_EQ(code_of(opened), Errc::corrupt);
  EXPECT_THAT(message_of(opened), HasSubstr("are not what was written"));
}

TEST_F(ContentSumsTest, ACatalogThatIsGoneIsNotMadeAnew) {
  catalog_.reset();
  remove_files();
  const auto gone = open_existing();
  EXPECT_EQ(code_of(gone), Errc::corrupt);
  EXPECT_THAT(message_of(gone), HasSubstr("is not there"));
  EXPECT_THAT(message_of(gone), HasSubstr("Restore catalog.db from a backup"));
  EXPECT_FALSE(std::filesystem::exists(path_));
  write_file(path_, "");
  write_file(path_ + "-wal", "perhaps all that is left");
  EXPECT_THAT(message_of(open_existing()), HasSubstr("is empty"));
  EXPECT_EQ(read_file(path_ + "-wal"), "perhaps all that is left");
}

TEST_F(ContentSumsTest, AnOtherwiseEmptyDatabaseIsNoCatalog) {
  catalog_.reset();
  remove_files();
  { ASSERT_TRUE(Database::open(path_, clock_, random_, migrations().first(0))); }
  ASSERT_GT(std::filesystem::file_size(path_), 0U);
  EXPECT_EQ(code_of(open_existing()), Errc::corrupt);
}

TEST_F(ContentSumsTest, TheVersionSumsBeganWithIsTheirMigrations) {
  EXPECT_EQ(migrations()[content_sums_version - 1].name, "sums of the content");
}

class ErasedSecretsTest : public ContentSumsTest {
 protected:
  ErasedSecretsTest() {
    acme_ = catalog_->tenants().add("acme")->no;
    key_ = catalog_->keys().add(acme_, "Key", {"datagrid:operate"})->id;
  }
  std::string active_secret() const {
    const auto snapshot = catalog_->snapshots().current();
    return to_hex(snapshot->keys.at(key_).secrets.at(0).secret);
  }
  bool is_in_a_file(const std::string& bytes) const {
    for (const char* suffix : {"", "-wal"})
      if (read_file(path_ + suffix).find(bytes) != std::string::npos) return true;
    return false;
  }
  std::string key_;
};

TEST_F(ErasedSecretsTest, WhatIsRotatedAwayOrDeletedIsInNoFile) {
  const std::string first = active_secret();
  ASSERT_TRUE(is_in_a_file(first)) << "or this test looks in the wrong place";
  ASSERT_TRUE(catalog_->keys().rotate(acme_, key_));
  EXPECT_TRUE(is_in_a_file(first)) << "deposed, and good for 30 days";
  const std::string second = active_secret();
  ASSERT_TRUE(catalog_->keys().rotate(acme_, key_));
  EXPECT_FALSE(is_in_a_file(first)) << "dropped by the second rotation";
  ASSERT_TRUE(catalog_->keys().revoke(acme_, key_, false));
  EXPECT_FALSE(is_in_a_file(second)) << "revoked";
  const std::string third = active_secret();
  ASSERT_TRUE(catalog_->keys().revoke(acme_, key_, true));
  EXPECT_FALSE(is_in_a_file(third)) << "all revoked";
  const std::string last = active_secret();
  ASSERT_TRUE(is_in_a_file(last));
  ASSERT_TRUE(catalog_->keys().remove(acme_, key_));
  EXPECT_FALSE(is_in_a_file(last)) << "its key was deleted";
}

}  // namespace
}  // namespace weir::catalog
