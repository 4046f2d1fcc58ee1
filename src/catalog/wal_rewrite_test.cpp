#include <filesystem>

#include <gmock/gmock.h>

#include "catalog/catalog_fixture.hpp"

/// The write-ahead log that a killed server leaves behind.
namespace weir::catalog {
namespace {

class WalRewriteTest : public CatalogTest {};

// SQLite's own VFS writes at most 128 KiB at once, and drops the rest of a longer write.
TEST_F(WalRewriteTest, ALongLogLeftByAKilledServerIsTakenUpWhole) {
  const TestDirectory directory;
  const auto running = open(directory.file("catalog.db"));
  const std::uint32_t tenant = running->tenants().add("acme")->no;
  for (int i = 0; i < 40; ++i)
    ASSERT_TRUE(running->streams().add(tenant, {"Stream", "", std::nullopt, false}));

  for (const char* ending : {"", "-wal"})
    std::filesystem::copy(directory.file("catalog.db") + ending,
                          directory.file("killed.db") + ending);
  ASSERT_GT(std::filesystem::file_size(directory.file("killed.db-wal")), 256 * limits::kib);

  const auto restarted = open(directory.file("killed.db"));
  ASSERT_TRUE(restarted);
  EXPECT_EQ(restarted->streams().list(tenant, {})->items.size(), 40U);
}

}  // namespace
}  // namespace weir::catalog
