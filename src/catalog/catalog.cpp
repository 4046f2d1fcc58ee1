#include "catalog/catalog.hpp"

#include "catalog/attention.hpp"
#include "catalog/audit.hpp"
#include "catalog/database.hpp"
#include "catalog/follower.hpp"
#include "catalog/usage.hpp"
#include "catalog/users.hpp"

// Only puts the parts together. The first snapshot is published here, before anyone can ask for
// it, so that a request never meets a server that does not know its keys yet.
namespace weir::catalog {

Result<std::unique_ptr<Catalog>> Catalog::open(const std::string& path, const Clock& clock,
                                               Random& random) {
  WEIR_TRY(auto database, Database::open(path, clock, random));
  return with(std::move(database));
}

Result<std::unique_ptr<Catalog>> Catalog::open_existing(const std::string& path, const Clock& clock,
                                                        Random& random) {
  WEIR_TRY(auto database, Database::open_existing(path, clock, random));
  return with(std::move(database));
}

Result<std::unique_ptr<Catalog>> Catalog::with(std::unique_ptr<Database> database) {
  WEIR_CHECK(database->write_and_publish([](soci::session&) -> Result<void> { return {}; }));
  std::unique_ptr<Catalog> catalog(new Catalog(std::move(database)));
  WEIR_CHECK(catalog->users().read_all());
  WEIR_CHECK(catalog->batches().count_quarantine());
  if (auto listener = catalog->database_->listener())
    catalog->follower_ = std::make_unique<Follower>(
        std::move(listener), [made = catalog.get()] { return made->refresh(); });
  return catalog;
}

Catalog::Catalog(std::unique_ptr<Database> database)
    : database_(std::move(database)),
      tenants_(std::make_unique<Tenants>(*database_)),
      keys_(std::make_unique<Keys>(*database_)),
      streams_(std::make_unique<Streams>(*database_)),
      batches_(std::make_unique<Batches>(*database_)),
      hours_(std::make_unique<Hours>(*database_)),
      feeds_(std::make_unique<Feeds>(*database_)),
      ingest_queries_(std::make_unique<IngestQueries>(*database_)),
      couriers_(std::make_unique<Couriers>(*database_)),
      courier_groups_(std::make_unique<CourierGroups>(*database_)),
      group_runs_(std::make_unique<GroupRuns>(*database_)),
      runs_(std::make_unique<Runs>(*database_)),
      live_runs_(std::make_unique<LiveRuns>(*database_)),
      loads_(std::make_unique<Loads>(*database_)),
      landings_(std::make_unique<Landings>(*database_)),
      lanes_(std::make_unique<Lanes>(*database_)),
      leases_(std::make_unique<Leases>(*database_)),
      flushes_(std::make_unique<Flushes>(*database_)),
      credentials_(std::make_unique<Credentials>(*database_)),
      alerts_(std::make_unique<Alerts>(*database_)),
      attention_(std::make_unique<Attention>(*database_)),
      audit_(std::make_unique<AuditLog>(*database_)),
      users_(std::make_unique<Users>(*database_)),
      stream_fields_(std::make_unique<StreamFields>(*database_)),
      usage_(std::make_unique<Usage>(*database_)) {}

Catalog::~Catalog() = default;

Result<std::string> Catalog::probe() {
  return database_->probe();
}

Result<void> Catalog::refresh() {
  return database_->refresh();
}

const SnapshotSource& Catalog::snapshots() const {
  return database_->snapshots();
}

}  // namespace weir::catalog
