// Loads that are taken back after their rows were appended. DuckDB before 1.5.2 does not take back
// how far the texts of an uncompressed part of a table reach when a commit fails (duckdb#22279):
// texts of the next load then come out as pieces of those. Texts here are long, hardly compress,
// and are told by their row, so that none can pass for another.

#include <csignal>
#include <string>

#include <sys/resource.h>

#include "base/sha256.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RolledBackTest : public EngineFixture {
 protected:
  static constexpr int many = 20'000;

  static std::string text_of(int id, const std::string& word) {
    const std::string seed = std::to_string(id) + word;
    return sha256_hex(seed) + sha256_hex(seed + "b") + sha256_hex(seed + "c");
  }
  static std::string records(int from, int to, const std::string& word) {
    std::string out;
    for (int id = from; id < to; ++id)
      out += "{\"id\":" + std::to_string(id) + ",\"v\":\"" + text_of(id, word) + "\"}\n";
    return out;
  }
  /// Over its threshold by one record.
  Load over_threshold() {
    Load load = load_of(records(0, many, "lost") + "{\"id\":\"none\"}\n");
    load.error_threshold = 0;
    return load;
  }
  /// How many rows there are, and how many of them have another text than theirs.
  std::string wrong(const std::string& word) {
    const std::string seed = "CAST(id AS VARCHAR) || '" + word + "'";
    const auto found = rows("SELECT count(*), count(*) FILTER (v IS DISTINCT FROM sha256(" + seed +
                            ") || sha256(" + seed + " || 'b') || sha256(" + seed +
                            " || 'c')) FROM \"Shop:Orders\"");
    return found.empty() ? "" : found.front();
  }
  /// In memory, and in the file after a checkpoint.
  void expect_right(const std::string& word, int count) {
    const std::string all = std::to_string(count) + "|0";
    EXPECT_EQ(wrong(word), all);
    reopen();
    EXPECT_EQ(wrong(word), all);
    engine_.reset();
    {
      const auto database =
          Database::open((folder_.path() / "tables" / "acme.duckdb").string(), {});
      ASSERT_TRUE(database) << database.error().message;
      ASSERT_TRUE(Connection::open(**database)->run("FORCE CHECKPOINT"));
    }
    open();
    EXPECT_EQ(wrong(word), all);
  }
};

TEST_F(RolledBackTest, TextsOfAFirstLoadOverItsThresholdAreInNoneOfTheNext) {
  ASSERT_TRUE(engine_->create_table(load_of("")));
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(counts(over_threshold()), HasSubstr(" over"));
  EXPECT_EQ(wrong("kept"), "0|0");
  EXPECT_THAT(counts(load_of(records(0, many, "kept"))), HasSubstr("20000 20000 0 0 0"));
  expect_right("kept", many);
}

TEST_F(RolledBackTest, TextsOfALaterLoadOverItsThresholdAreInNoneOfTheNext) {
  ASSERT_EQ(counts(load_of(records(0, 100, "kept"))), "100 100 0 0 0");
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(counts(over_threshold()), HasSubstr(" over"));
  EXPECT_EQ(counts(load_of(records(50, many, "kept"))), "19950 19900 0 50 0");
  expect_right("kept", many);
}

/// No file may grow beyond so many bytes, as on a full disk.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) : before_signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_signal_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  void (*before_signal_)(int);
  rlimit before_{};
};

TEST_F(RolledBackTest, TextsOfALoadWhoseCommitFailsAreInNoneOfTheNext) {
  ASSERT_EQ(counts(load_of(records(0, 100, "kept"))), "100 100 0 0 0");
  const Load lost = load_of(records(0, many, "lost"));
  {
    const FileLimit limit(1 << 20);
    EXPECT_THAT(counts(lost), Not(HasSubstr("20000"))) << "the log of changes takes 4 MB";
  }
  EXPECT_EQ(wrong("kept"), "100|0");
  EXPECT_EQ(counts(load_of(records(100, many, "kept"))), "19900 19900 0 0 0");
  expect_right("kept", many);
}

}  // namespace
}  // namespace weir::engine::duckdb
