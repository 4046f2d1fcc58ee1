#include "engine/duckdb/open_tenants.hpp"

#include <gtest/gtest.h>

#include "engine/duckdb/test_files.hpp"
#include "engine/duckdb/watchdog.hpp"
#include "env/fake/manual_clock.hpp"

namespace weir::engine::duckdb {
namespace {

class OpenTenantsTest : public ::testing::Test {
 protected:
  OpenTenantsTest()
      : tenants_(
            0,
            [this](const std::string& name, std::uint64_t memory_bytes) {
              TenantOptions options;
              options.tables_file = folder_.path() / (name + ".duckdb");
              options.memory_bytes = memory_bytes;
              options.clock = &clock_;
              return Tenant::open(std::move(options), dog_);
            },
            std::chrono::milliseconds(20)) {}

  /// Of the tenant's log of changes.
  std::uintmax_t log_bytes() const {
    std::error_code none;
    const auto bytes = std::filesystem::file_size(folder_.path() / "acme.duckdb.wal", none);
    return none ? 0 : bytes;
  }
  static void write(Tenant& tenant, const std::string& rows) {
    auto connection = tenant.connect({});
    ASSERT_TRUE(connection);
    const auto done = connection->run(
        "CREATE TABLE IF NOT EXISTS t (n BIGINT, v VARCHAR); " +
        ("INSERT INTO t SELECT n, md5(CAST(n AS VARCHAR)) FROM " + ("range(" + rows + ") r(n)")));
    ASSERT_TRUE(done) << done.error().message;
  }
  void wait_until_settled() const {
    for (int i = 0; i < 1500 && log_bytes() > 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  TestFolder folder_;
  ManualClock clock_{*parse_time("2026-11-28T12:00:00Z")};
  Watchdog dog_;
  OpenTenants tenants_;
};

TEST_F(OpenTenantsTest, TheLogOfATenantThatRestsGoesIntoItsFile) {
  {
    auto lease = tenants_.lease("acme");
    ASSERT_TRUE(lease) << lease.error().message;
    write(**lease, "50000");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_GT(log_bytes(), 1'000'000u) << "somebody uses it";
  }
  wait_until_settled();
  EXPECT_EQ(log_bytes(), 0u);
  {
    auto lease = tenants_.lease("acme");
    ASSERT_TRUE(lease);
    EXPECT_EQ((*lease)->connect({})->count("SELECT count(*) FROM t").value(), 50'000u);
    write(**lease, "10");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_GT(log_bytes(), 0u) << "a small one is not worth it";
  {
    auto lease = tenants_.lease("acme");
    ASSERT_TRUE(lease);
    write(**lease, "50000");
  }
  wait_until_settled();
  EXPECT_EQ(log_bytes(), 0u) << "once after each use";
}

}  // namespace
}  // namespace weir::engine::duckdb
