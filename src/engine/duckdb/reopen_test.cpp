#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReopenTest : public EngineFixture {
 protected:
  /// Runs `work` in a process that is killed, with no chance to close anything, when it is done.
  template <class Work>
  void in_killed_process(const Work& work) {
    engine_.reset();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      open();
      work();
      ::raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    open();
  }
};

TEST_F(ReopenTest, ClosingLeavesOneFileWithEverything) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  reopen();
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  engine_.reset();
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "tables/acme.duckdb"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "tables/acme.duckdb.wal"));
}

TEST_F(ReopenTest, AfterAKillWhileTheFileWasMadeItIsMadeAnew) {
  const Load load = load_of("{\"id\":1,\"v\":\"a\"}\n");
  engine_.reset();
  const auto file = folder_.path() / "tables/acme.duckdb";
  std::filesystem::create_directories(file.parent_path());
  for (const std::uintmax_t bytes : {0, 100, 4096, 8192}) {
    std::ofstream(file).close();
    std::filesystem::resize_file(file, bytes);
    std::ofstream(file.string() + ".new") << "left behind";
    open();
    EXPECT_EQ(counts(load), "1 1 0 0 0") << bytes << " bytes were written";
    EXPECT_FALSE(std::filesystem::exists(file.string() + ".new"));
    engine_.reset();
    std::filesystem::remove(file);
  }
}

TEST_F(ReopenTest, AfterAKillEveryLoadThatReturnedIsThere) {
  const Load first = load_of("{\"id\":1,\"v\":\"a\"}\n");
  const Load second = load_of("{\"id\":2,\"v\":\"b\"}\n{\"id\":1,\"v\":\"c\"}\n");
  in_killed_process([&] {
    counts(first);
    counts(second);
  });
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "tables/acme.duckdb.wal"));
  EXPECT_THAT(orders(), ElementsAre("1|\"c\"", "2|\"b\""));
  EXPECT_EQ(counts(second), "2 0 0 2 0");
}

TEST_F(ReopenTest, AfterAKillInTheMiddleOfALoadNothingOfItIsThere) {
  const Load first = load_of("{\"id\":1,\"v\":\"a\"}\n");
  std::string lines;
  for (int i = 0; i < 100'000; ++i)
    lines += "{\"id\":" + std::to_string(i) + "}\n";
  Load second = load_of(lines);
  second.truncate = true;
  in_killed_process([&] {
    counts(first);
    ::signal(SIGALRM, [](int) { ::raise(SIGKILL); });
    ::ualarm(20'000, 0);
    counts(second);
    ::ualarm(0, 0);
  });
  // Whether the alarm was early or late: all of it or nothing.
  const auto count = rows("SELECT count(*) FROM \"Shop:Orders\"");
  EXPECT_TRUE(count == std::vector<std::string>{"1"} ||
              count == std::vector<std::string>{"100000"});
}

/// The moment at which the process died is anyone's guess; what it had done is not.
TEST_F(ReopenTest, ALoadThatIsTakenUpAfterAKillTellsWhatWasDone) {
  std::string lines;
  for (int i = 0; i < 20'000; ++i)
    lines += "{\"id\":" + std::to_string(i) + "}\n";
  Load load = load_of(lines);
  for (int moment = 0; moment < 12; ++moment) {
    load.table = "T:" + std::to_string(moment);
    load.id = {"wr-1", "df-" + std::to_string(moment), 1};
    in_killed_process([&] {
      const auto table = engine_->tables("acme");  // opens it
      ::signal(SIGALRM, [](int) { ::raise(SIGKILL); });
      ::ualarm(static_cast<useconds_t>(1000 + moment * moment * 2500), 0);
      counts(load);
      ::ualarm(0, 0);
    });
    load.id.epoch = 2;
    EXPECT_EQ(counts(load), "20000 20000 0 0 0") << moment;
    EXPECT_EQ(engine_->ledger("acme", {.table = load.table})->size(), 1u) << moment;
    EXPECT_THAT(rows("SELECT count(*), count(DISTINCT _pk) FROM \"" + load.table + "\""),
                ElementsAre("20000|20000"));
  }
}

TEST_F(ReopenTest, ASecondProcessIsToldWhoHasTheTables) {
  counts(load_of("{\"id\":1}\n"));
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    DuckDbOptions options;
    options.tables_folder = folder_.path() / "tables";
    DuckDbEngine other(options, clock_);
    const auto result = other.tables("acme");
    const char code = result ? 'o' : result.error().code == Errc::locked ? 'l' : 'x';
    static_cast<void>(::write(pipe[1], &code, 1) == 1);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  char code = 0;
  ASSERT_EQ(::read(pipe[0], &code, 1), 1);
  EXPECT_EQ(code, 'l');
}

class LogOfChangesTest : public ReopenTest {
 protected:
  /// 6 MB of log.
  void load_20000(int from) {
    std::string lines;
    for (int i = 0; i < 20'000; ++i)
      lines += "{\"id\":" + std::to_string(from + i) + ",\"v\":\"" +
               std::string(250, static_cast<char>('a' + i % 26)) + "\"}\n";
    EXPECT_EQ(counts(load_of(lines)), "20000 20000 0 0 0");
  }
  std::uintmax_t log_bytes() const {
    std::error_code none;
    const auto bytes =
        std::filesystem::file_size(folder_.path() / "tables" / "acme.duckdb.wal", none);
    return none ? 0 : bytes;
  }
};

TEST_F(LogOfChangesTest, StaysShortBesideASmallFile) {
  std::uintmax_t most = 0;
  for (int load = 0; load < 7; ++load) {
    load_20000(load * 20'000);
    most = std::max(most, log_bytes());
  }
  EXPECT_GT(most, 8 * limits::mib) << "a checkpoint after each load";
  EXPECT_LT(most, 24 * limits::mib);  // one load more may begin below 16
}

TEST_F(LogOfChangesTest, MayBeLongerBesideALargeFileAndOutlivesACrash) {
  ASSERT_TRUE(engine_->tables("acme"));
  engine_.reset();
  std::filesystem::resize_file(folder_.path() / "tables" / "acme.duckdb", 256 * limits::mib);
  open();
  for (int load = 0; load < 4; ++load)
    load_20000(load * 20'000);
  EXPECT_GT(log_bytes(), 20 * limits::mib);

  // What a crash leaves.
  std::filesystem::copy(folder_.path() / "tables", folder_.path() / "crashed");
  DuckDbOptions options;
  options.tables_folder = folder_.path() / "crashed";
  options.memory_bytes = 1024 * limits::mib;
  engine_ = std::make_unique<DuckDbEngine>(options, clock_);
  EXPECT_THAT(rows("SELECT count(*), max(id), min(length(v)) FROM \"Shop:Orders\""),
              ElementsAre("80000|79999|250"));
}

TEST_F(ReopenTest, ALoadLargerThanItsMemorySpillsToDisk) {
  DuckDbOptions options;
  options.tables_folder = folder_.path() / "small";
  options.store_root = folder_.path() / "store";
  options.memory_bytes = 54 * limits::mib;  // 40 for one tenant
  options.threads = 1;
  engine_ = std::make_unique<DuckDbEngine>(options, clock_);
  std::string lines;
  for (int i = 0; i < 150'000; ++i)
    lines += "{\"id\":" + std::to_string(i) + ",\"v\":\"" + std::to_string(i * 2654435761u) +
             std::string(400, static_cast<char>('a' + i % 26)) + std::to_string(i) + "\"}\n";
  EXPECT_EQ(counts(load_of(lines)), "150000 150000 0 0 0");
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\" WHERE v LIKE '%' || id"),
              ElementsAre("150000"));
}

TEST_F(ReopenTest, RowsOfManyFieldsLargerThanMemoryAreLoaded) {
  constexpr int fields = 65;
  constexpr int rows_sent = 12'000;
  DuckDbOptions options;
  options.tables_folder = folder_.path() / "small";
  options.store_root = folder_.path() / "store";
  options.memory_bytes = 107 * limits::mib;  // 64 for one tenant; the rows have 80
  options.threads = 2;
  engine_ = std::make_unique<DuckDbEngine>(options, clock_);
  const std::string text(90, 'x');
  std::string lines;
  for (int row = 0; row < rows_sent; ++row) {
    lines += "{\"id\":" + std::to_string(row);
    for (int i = 1; i < fields; ++i)
      lines += ",\"f" + std::to_string(i) + "\":\"" + std::to_string(row + i) + text + "\"";
    lines += "}\n";
  }
  Load load = load_of(lines);
  load.fields = {field("id", FieldType::integer)};
  for (int i = 1; i < fields; ++i)
    load.fields.push_back(field("f" + std::to_string(i)));
  EXPECT_EQ(counts(load), "12000 12000 0 0 0");
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\" WHERE f64 = (id + 64) || '" + text + "'"),
              ElementsAre("12000"));
}

TEST_F(ReopenTest, AFileThatIsNoDatabaseIsNamed) {
  folder_.write("tables/broken.duckdb", std::string(9000, 'x'));
  const auto result = engine_->tables("broken");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("broken.duckdb"));
}

}  // namespace
}  // namespace weir::engine::duckdb
