#include "catalog/readers.hpp"

#include <future>
#include <thread>

#include "catalog/catalog_fixture.hpp"
#include "catalog/database.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {
namespace {

class ReadersTest : public CatalogTest {
 protected:
  ReadersTest() : database_(Database::open(places_.lasting(), clock_, random_).value()) {}

  Result<std::uint64_t> tenants() {
    return database_->read([](soci::session& session) -> Result<std::uint64_t> {
      std::uint64_t count = 0;
      WEIR_CHECK(Statement(session, "SELECT COUNT(*) FROM tenants").into(count).next());
      return count;
    });
  }
  static Result<void> add_tenant(soci::session& session, const std::string& name) {
    Statement insert(session,
                     "INSERT INTO tenants (name, payload_bytes_max, created_at)"
                     " VALUES (:name, 1, '2027-03-02T08:00:00Z')");
    WEIR_CHECK(insert.bind(name).run());
    return {};
  }

  std::unique_ptr<Database> database_;
};

TEST_F(ReadersTest, AReadDoesNotWaitForAChangeAndSeesItOnceItIsCommitted) {
  std::promise<void> begun;
  std::promise<void> may_end;
  std::thread change([&] {
    const auto done = database_->write([&](soci::session& session) -> Result<void> {
      WEIR_CHECK(add_tenant(session, "one"));
      begun.set_value();
      may_end.get_future().wait();
      return {};
    });
    EXPECT_TRUE(done);
  });
  begun.get_future().wait();
  EXPECT_EQ(tenants().value(), 0u);  // with one connection for all this waits for ever
  may_end.set_value();
  change.join();
  EXPECT_EQ(tenants().value(), 1u);
}

TEST_F(ReadersTest, AReaderChangesNothing) {
  const auto refused = database_->read(
      [](soci::session& session) -> Result<void> { return add_tenant(session, "two"); });
  EXPECT_FALSE(refused);
  EXPECT_EQ(tenants().value(), 0u);
  EXPECT_TRUE(database_->write([](soci::session& session) { return add_tenant(session, "two"); }));
  EXPECT_EQ(tenants().value(), 1u);
}

TEST_F(ReadersTest, MoreReadersThanConnectionsTakeTurns) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 3 * Readers::connections_max; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j)
        EXPECT_TRUE(tenants());
    });
  for (int i = 0; i < 50; ++i)
    EXPECT_TRUE(database_->write(
        [&](soci::session& session) { return add_tenant(session, "t" + std::to_string(i)); }));
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(tenants().value(), 50u);
}

}  // namespace
}  // namespace weir::catalog
