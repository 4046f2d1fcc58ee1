#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "catalog/alerts.hpp"
#include "catalog/batches.hpp"
#include "catalog/courier_groups.hpp"
#include "catalog/couriers.hpp"
#include "catalog/credentials.hpp"
#include "catalog/feeds.hpp"
#include "catalog/flushes.hpp"
#include "catalog/group_runs.hpp"
#include "catalog/hours.hpp"
#include "catalog/ingest_queries.hpp"
#include "catalog/keys.hpp"
#include "catalog/landings.hpp"
#include "catalog/lanes.hpp"
#include "catalog/leases.hpp"
#include "catalog/live_runs.hpp"
#include "catalog/loads.hpp"
#include "catalog/runs.hpp"
#include "catalog/snapshot.hpp"
#include "catalog/stream_fields.hpp"
#include "catalog/streams.hpp"
#include "catalog/tenants.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"

/// What users configured and what the pipeline has done, in one transactional database: SQLite in
/// the data directory, or PostgreSQL, which several processes may use. What both promise is in
/// backend.hpp. Each group of tables has its own class. All are thread-safe, and every call is one
/// transaction.
namespace weir::catalog {

class Attention;
class AuditLog;
class Database;
class Follower;
class Usage;
class Users;

class Catalog {
 public:
  /// Opens or creates the database at `path` and migrates it to the newest schema. Tests may pass
  /// ":memory:", or "file:/PATH?vfs=NAME" for a file of a registered sqlite3_vfs.
  /// "postgresql://..." is a database on a server (postgres_backend.hpp). A database of a newer
  /// weir is Errc::newer_version. `clock` and `random` outlive the catalog.
  static Result<std::unique_ptr<Catalog>> open(const std::string& path, const Clock& clock,
                                               Random& random);
  /// The same for a database that must be there and hold a catalog: corrupt, with how to restore
  /// it, where it is missing, empty or damaged, and it is left as it is.
  static Result<std::unique_ptr<Catalog>> open_existing(const std::string& path, const Clock& clock,
                                                        Random& random);
  ~Catalog();

  Tenants& tenants() { return *tenants_; }
  Keys& keys() { return *keys_; }
  Streams& streams() { return *streams_; }
  Batches& batches() { return *batches_; }
  Hours& hours() { return *hours_; }
  Feeds& feeds() { return *feeds_; }
  IngestQueries& ingest_queries() { return *ingest_queries_; }
  Couriers& couriers() { return *couriers_; }
  CourierGroups& courier_groups() { return *courier_groups_; }
  GroupRuns& group_runs() { return *group_runs_; }
  Runs& runs() { return *runs_; }
  LiveRuns& live_runs() { return *live_runs_; }
  Loads& loads() { return *loads_; }
  Landings& landings() { return *landings_; }
  Lanes& lanes() { return *lanes_; }
  Leases& leases() { return *leases_; }
  Flushes& flushes() { return *flushes_; }
  Credentials& credentials() { return *credentials_; }
  Alerts& alerts() { return *alerts_; }
  Attention& attention() { return *attention_; }
  AuditLog& audit() { return *audit_; }
  Users& users() { return *users_; }
  StreamFields& stream_fields() { return *stream_fields_; }
  Usage& usage() { return *usage_; }

  /// Asks the database something; what it is, for people.
  Result<std::string> probe();

  /// Updated before a change made through this object returns. Changes that other processes make
  /// arrive within a second on PostgreSQL. Its version never goes back.
  const SnapshotSource& snapshots() const;
  /// What arrives by itself on PostgreSQL: reads what this process keeps in memory (the snapshot,
  /// people's sessions) anew, where another process has changed it.
  Result<void> refresh();

 private:
  explicit Catalog(std::unique_ptr<Database> database);
  static Result<std::unique_ptr<Catalog>> with(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
  std::unique_ptr<Tenants> tenants_;
  std::unique_ptr<Keys> keys_;
  std::unique_ptr<Streams> streams_;
  std::unique_ptr<Batches> batches_;
  std::unique_ptr<Hours> hours_;
  std::unique_ptr<Feeds> feeds_;
  std::unique_ptr<IngestQueries> ingest_queries_;
  std::unique_ptr<Couriers> couriers_;
  std::unique_ptr<CourierGroups> courier_groups_;
  std::unique_ptr<GroupRuns> group_runs_;
  std::unique_ptr<Runs> runs_;
  std::unique_ptr<LiveRuns> live_runs_;
  std::unique_ptr<Loads> loads_;
  std::unique_ptr<Landings> landings_;
  std::unique_ptr<Lanes> lanes_;
  std::unique_ptr<Leases> leases_;
  std::unique_ptr<Flushes> flushes_;
  std::unique_ptr<Credentials> credentials_;
  std::unique_ptr<Alerts> alerts_;
  std::unique_ptr<Attention> attention_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Users> users_;
  std::unique_ptr<StreamFields> stream_fields_;
  std::unique_ptr<Usage> usage_;
  std::unique_ptr<Follower> follower_;  // calls those above
};

}  // namespace weir::catalog
