#include <atomic>
#include <chrono>
#include <map>
#include <stop_token>
#include <string>
#include <thread>

#include "engine/duckdb/engine_fixture.hpp"
#include "engine/duckdb/open_tenants.hpp"
#include "engine/duckdb/watchdog.hpp"

namespace weir::engine::duckdb {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Clock = std::chrono::steady_clock;

constexpr const char* endless =
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t";

class AllowanceTest : public EngineFixture {
 protected:
  void SetUp() override {
    std::string lines;
    for (int i = 0; i < 20'000; ++i)
      lines += "{\"id\":" + std::to_string(i) + ",\"v\":\"a\"}\n";
    lines_ = lines;
    ASSERT_EQ(counts(load_of(lines)), "20000 20000 0 0 0");
  }

  /// A load that would take for ever.
  Load endless_load() {
    Load load = load_of(lines_);
    load.operations[0].query =
        "SELECT a.id + b.id + c.id AS id, max(a.v) AS v FROM streaming a CROSS JOIN streaming b "
        "CROSS JOIN streaming c GROUP BY a.id + b.id + c.id";
    return load;
  }

  template <class Call>
  Error error_of(const Call& call, Clock::duration within) {
    const auto begun = Clock::now();
    auto result = call();
    EXPECT_LT(Clock::now() - begun, within);
    EXPECT_FALSE(result);
    return result ? Error{} : result.error();
  }
  std::string lines_;
};

TEST_F(AllowanceTest, AQueryWithoutEndEndsWhenItsTimeIsOver) {
  for (const std::string& sql : std::vector<std::string>{
           endless,
           "SELECT sum(a.id * b.id % 7) FROM \"Shop:Orders\" a, \"Shop:Orders\" b, "
           "\"Shop:Orders\" c",
           "SELECT count(*) FROM range(1000000000000000) t(i) WHERE i % 3 = 5",
           "SELECT a.v || b.v FROM \"Shop:Orders\" a, \"Shop:Orders\" b ORDER BY hash(a.id, "
           "b.id)"}) {
    ReadLimits limits(10);
    limits.allowance.time = milliseconds(300);
    const Error error =
        error_of([&] { return engine_->query("acme", sql, limits); }, milliseconds(2300));
    EXPECT_EQ(error.code, Errc::bad_request) << sql << error.message;
    EXPECT_THAT(error.message, HasSubstr("longer than the 300 ms"));
  }
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\""), ElementsAre("20000"));
}

TEST_F(AllowanceTest, AQueryEndsWhenItIsStopped) {
  std::stop_source source;
  ReadLimits limits(10);
  limits.allowance.stop = source.get_token();
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(200));
    source.request_stop();
  });
  const Error error =
      error_of([&] { return engine_->query("acme", endless, limits); }, milliseconds(2200));
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.message, HasSubstr("stopped"));
}

TEST_F(AllowanceTest, AStoppedLoadLeavesTheTableAsItWas) {
  std::stop_source source;
  Load load = endless_load();
  load.truncate = true;
  load.allowance.stop = source.get_token();
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(500));
    source.request_stop();
  });
  const Error error = error_of([&] { return engine_->load(load); }, milliseconds(2500));
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\""), ElementsAre("20000"));
}

TEST_F(AllowanceTest, ALoadThatWaitsForItsTableCanBeStoppedToo) {
  std::stop_source first;
  std::stop_source second;
  Load load = endless_load();
  load.allowance.stop = first.get_token();
  std::jthread other([&] { EXPECT_FALSE(engine_->load(load)); });
  std::this_thread::sleep_for(milliseconds(300));
  Load waiting = load_of("{\"id\":1}\n");
  waiting.allowance.stop = second.get_token();
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(200));
    second.request_stop();
  });
  EXPECT_EQ(error_of([&] { return engine_->load(waiting); }, milliseconds(2200)).code,
            Errc::unavailable);
  first.request_stop();
}

TEST_F(AllowanceTest, StoppingTheEngineEndsAllAndTakesNoMore) {
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(300));
    engine_->stop();
  });
  const Error error = error_of([&] { return engine_->load(endless_load()); }, milliseconds(2300));
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.message, HasSubstr("stopping"));
  EXPECT_EQ(error_of([&] { return engine_->query("acme", endless, 10); }, milliseconds(2000)).code,
            Errc::unavailable);
  reopen();
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\""), ElementsAre("20000"));
}

TEST_F(AllowanceTest, AnAnswerIsCutAtItsBytesToo) {
  ReadLimits limits(1'000'000);
  limits.bytes_max = 64 * limits::kib;
  const auto table =
      engine_->query("acme", "SELECT repeat('x', 1000) FROM range(1000000000000)", limits);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_TRUE(table->truncated);
  EXPECT_THAT(table->rows, SizeIs(64));
}

TEST_F(AllowanceTest, ARowThatNoAnswerHasRoomForIsRefusedInWords) {
  for (const char* sql :
       {"SELECT list(a.id) FROM \"Shop:Orders\" a, \"Shop:Orders\" b WHERE b.id < 200",
        "SELECT string_agg(repeat('x', 1000), '') FROM range(100000)"}) {
    const auto table = engine_->query("acme", sql, 10);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, Errc::bad_request);
    EXPECT_THAT(table.error().message, HasSubstr("larger than the 16 MiB"));
  }
}

class SharesTest : public EngineFixture {};

TEST_F(SharesTest, TheSharesOfAllTenantsNeverAddUpToMoreThanTheEnginesMemory) {
  Watchdog dog;
  const std::uint64_t memory = 256 * limits::mib;
  std::map<std::string, Tenant*> tenants;
  std::filesystem::create_directories(folder_.path() / "t");
  OpenTenants all(memory, [&](const std::string& name, std::uint64_t bytes) {
    auto tenant = Tenant::open(
        {folder_.path() / "t" / (name + ".duckdb"), folder_.path(), bytes, 1, &clock_}, dog);
    if (tenant) tenants[name] = tenant->get();
    return tenant;
  });
  const auto sum = [&] {
    std::uint64_t bytes = 0;
    for (const auto& [name, tenant] : tenants)
      bytes += tenant->memory_bytes();
    return bytes;
  };
  {
    const auto one = all.lease("one");
    ASSERT_TRUE(one);
    EXPECT_TRUE(one->first());
    EXPECT_FALSE(all.lease("one")->first());
    EXPECT_EQ((*one)->memory_bytes(), memory / 4 * 3);
    const auto two = all.lease("two");
    ASSERT_TRUE(two) << two.error().message;
    EXPECT_TRUE(two->first());
    EXPECT_EQ((*one)->memory_bytes(), (*two)->memory_bytes());
    EXPECT_EQ((*two)->memory_bytes(), memory / 4 * 3 / 2);
    EXPECT_LE(sum(), memory);
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(all.lease("other" + std::to_string(i)));
      EXPECT_LE(sum(), memory) << i;
    }
  }
  const auto one = all.lease("one");
  ASSERT_TRUE(one);
  EXPECT_GE((*one)->memory_bytes(), memory / 16 * 7);  // the others are idle, with a little each
  EXPECT_LE(sum(), memory);
}

TEST_F(SharesTest, WhatNeedsMoreThanTheEnginesMemoryIsToldSoInWords) {
  DuckDbOptions options;
  options.tables_folder = folder_.path() / "tables";
  options.store_root = folder_.path() / "store";
  options.memory_bytes = 64 * limits::mib;
  options.threads = 1;
  options.disk_free = [] { return Result<std::uint64_t>(1 * limits::mib); };  // none to spill to
  engine_ = std::make_unique<DuckDbEngine>(options, clock_);
  const auto table =
      engine_->query("acme", "SELECT list(i) FROM range(100000000) t(i) GROUP BY i % 1000003", 10);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, Errc::bad_request);
  EXPECT_THAT(table.error().message, HasSubstr("engine.memory_mb"));
}

TEST_F(SharesTest, WhatSpillsMoreThanATenantMayIsToldSoInWords) {
  const auto sorted = [this](std::uint64_t spill_bytes) {
    DuckDbOptions options;
    options.tables_folder = folder_.path() / "tables";
    options.store_root = folder_.path() / "store";
    options.memory_bytes = 64 * limits::mib;
    options.spill_bytes = spill_bytes;
    options.threads = 1;
    options.disk_free = [] { return Result<std::uint64_t>(10'000 * limits::mib); };
    engine_ = std::make_unique<DuckDbEngine>(options, clock_);
    return engine_->query("acme",
                          "SELECT count(*) FROM (SELECT md5(i::VARCHAR) AS m, i FROM "
                          "range(3000000) t(i) ORDER BY m LIMIT 2500000)",
                          10);
  };
  EXPECT_TRUE(sorted(2'000 * limits::mib));
  const auto refused = sorted(16 * limits::mib);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::bad_request);
  EXPECT_THAT(refused.error().message, HasSubstr("engine.spill_mb"));
}

TEST_F(SharesTest, ADiskThatFillsUpEndsWhatHasSpilledOntoIt) {
  std::atomic<bool> full{false};
  DuckDbOptions options;
  options.tables_folder = folder_.path() / "tables";
  options.store_root = folder_.path() / "store";
  options.memory_bytes = 64 * limits::mib;
  options.threads = 1;
  options.disk_free = [&full] { return Result<std::uint64_t>((full ? 1 : 10'000) * limits::mib); };
  options.disk_reserve_bytes = 256 * limits::mib;
  engine_ = std::make_unique<DuckDbEngine>(options, clock_);
  std::jthread filler([&] {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    full = true;
  });
  ReadLimits limits(10);
  limits.allowance.time = std::chrono::seconds(20);
  const auto table = engine_->query(
      "acme",
      "SELECT md5(i::VARCHAR) AS m, i FROM range(1000000000) t(i) ORDER BY m LIMIT 100000000",
      limits);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, Errc::disk_full) << table.error().message;
}

}  // namespace
}  // namespace weir::engine::duckdb
