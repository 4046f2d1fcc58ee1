#include "catalog/database.hpp"

#include <utility>

#include "catalog/postgres_backend.hpp"
#include "catalog/sqlite_backend.hpp"
#include "catalog/statement.hpp"

// One connection and one mutex for changes: one change is made at a time anyway, and the gateway's
// requests read the snapshot in memory. Reads have connections of their own, or a list would wait
// for the syncs of batch commits.
namespace weir::catalog {

namespace {

std::unique_ptr<Backend> backend_of(const std::string& address) {
  return is_postgres(address) ? postgres_backend(address) : sqlite_backend(address);
}

}  // namespace

Database::Database(std::unique_ptr<Backend> backend, const Clock& clock, Random& random)
    : clock_(clock), random_(random), backend_(std::move(backend)) {}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const Clock& clock,
                                                 Random& random, std::span<const Migration> steps) {
  return open(backend_of(path), clock, random, steps, Backend::Content::any);
}

Result<std::unique_ptr<Database>> Database::open_existing(const std::string& path,
                                                          const Clock& clock, Random& random) {
  if (!is_postgres(path)) WEIR_CHECK(check_catalog_file(path));
  return open(backend_of(path), clock, random, migrations(), Backend::Content::a_catalog);
}

Result<std::unique_ptr<Database>> Database::open(std::unique_ptr<Backend> backend,
                                                 const Clock& clock, Random& random,
                                                 std::span<const Migration> steps,
                                                 Backend::Content content) {
  std::unique_ptr<Database> database(new Database(std::move(backend), clock, random));
  WEIR_CHECK(database->backend_->open(database->session_, steps, content));
  return database;
}

void Database::erase_deleted() {
  const std::lock_guard lock(mutex_);
  backend_->erase_deleted(session_);
}

Result<Database::NextSnapshot> Database::next_snapshot(Publish publish) {
  const bool wanted =
      publish == Publish::always || (publish == Publish::if_asked && publish_asked_);
  if (!wanted) return NextSnapshot();
  WEIR_CHECK(raise_version(session_));
  WEIR_TRY(auto snapshot, read_snapshot(session_));
  snapshot.version = snapshots_.version() + 1;
  return std::make_shared<const Snapshot>(std::move(snapshot));
}

Result<void> Database::raise_version(soci::session& session) {
  if (raised_) return {};
  std::uint64_t version = 0;
  Statement raise(session,
                  "UPDATE catalog_state SET version = version + 1 WHERE no = 1 RETURNING version");
  WEIR_CHECK(raise.into(version).next());
  raised_ = version;
  return backend_->announce(session);
}

namespace {

Result<std::uint64_t> version_of(soci::session& session) {
  std::uint64_t version = 0;
  WEIR_CHECK(
      Statement(session, "SELECT version FROM catalog_state WHERE no = 1").into(version).next());
  return version;
}

}  // namespace

Result<std::string> Database::probe() {
  WEIR_CHECK(read(version_of));
  return backend_->name();
}

/// Under the lock of changes, so that what is read is no older than what this process committed.
/// The version only says that there is something to read: where a server took over that has lost
/// the last changes, it is a smaller one, and what is published is newer all the same.
Result<void> Database::refresh() {
  WEIR_TRY(const std::uint64_t now_there, read(version_of));
  if (now_there == known_version_) return {};
  return transact(Kind::read, Publish::never, [&](soci::session& session) -> Result<void> {
    WEIR_TRY(const std::uint64_t version, version_of(session));
    WEIR_TRY(auto snapshot, read_snapshot(session));
    for (const Renewal& renewal : renewals_)
      WEIR_CHECK(renewal(session));
    snapshot.version = snapshots_.version() + 1;
    snapshots_.publish(std::make_shared<const Snapshot>(std::move(snapshot)));
    known_version_ = version;
    return {};
  });
}

Result<std::string> Database::new_id(const std::string& table, std::string_view prefix,
                                     std::size_t length) {
  constexpr int attempts = 16;
  for (int i = 0; i < attempts; ++i) {
    std::string id = random_id(random_, prefix, length);
    int taken = 0;
    Statement statement(session_, "SELECT COUNT(*) FROM " + table + " WHERE id = :id");
    WEIR_CHECK(statement.bind(id).into(taken).next());
    if (taken > 0) continue;
    AuditTrail::created(id);
    return id;
  }
  return fail(Errc::internal,
              "No free id was found for " + table + ": is the random source stuck?");
}

Result<void> execute(soci::session& session, const std::string& sql) {
  WEIR_CHECK(Statement(session, sql).run());
  return {};
}

}  // namespace weir::catalog
