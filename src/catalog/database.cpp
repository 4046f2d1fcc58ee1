#include "catalog/database.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/content_sums.hpp"
#include "catalog/statement.hpp"
#include "catalog/wal_rewrite.hpp"

// One connection and one mutex for changes: SQLite allows one writer at a time anyway, and the
// gateway's requests read the snapshot in memory. Reads have connections of their own, or a list
// would wait for the syncs of batch commits. SOCI is used for the sake of PostgreSQL later. What is
// specific to SQLite (settings, file modes, checks) is in this file, content_sums.cpp and
// wal_rewrite.cpp.
namespace weir::catalog {
namespace {

constexpr const char* settings[] = {
    "PRAGMA busy_timeout = 10000",  // another process's transaction is waited for, milliseconds
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  // a commit is on stable storage when it returns
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  // what is deleted is overwritten: it may be a secret
};

/// It holds key secrets: only the owner may read it, and SQLite gives its -wal the same mode.
Result<void> make_private_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool failed = file < 0 || ::fchmod(file, S_IRUSR | S_IWUSR) != 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (failed)
    return fail(Errc::io, "The catalog database \"" + path +
                              "\" cannot be opened: " + std::generic_category().message(error) +
                              ". Check the directory and its owner.");
  return {};
}

constexpr std::string_view uri_head = "file:";
constexpr std::string_view uri_vfs = "?vfs=";

/// A URI that names a sqlite3_vfs: its files are not the operating system's.
bool names_vfs(const std::string& path) {
  return path.starts_with("file:/") && path.find(uri_vfs) != std::string::npos;
}

Result<void> make_safe(const std::string& path) {
  if (!names_vfs(path)) return rewrite_wal(path, "");
  const std::size_t end = path.find(uri_vfs);
  return rewrite_wal(path.substr(uri_head.size(), end - uri_head.size()),
                     path.substr(end + uri_vfs.size()));
}

/// SOCI's name of the database.
Result<std::string> connect(soci::session& session, const std::string& path) {
  if (path.find('"') != std::string::npos || path.find('\0') != std::string::npos)
    return fail(Errc::bad_request, "The path of the catalog database, " + path +
                                       ", has a double quote in it. Choose another directory.");
  const bool in_memory = path == ":memory:";
  const bool elsewhere = names_vfs(path);
  if (!in_memory && !elsewhere) WEIR_CHECK(make_private_file(path));
  if (!in_memory) WEIR_CHECK(make_safe(path));
  // A relative path must not be parsed as a URI.
  const bool as_it_is = in_memory || elsewhere || path.starts_with('/');
  const std::string name = as_it_is ? path : "./" + path;
  const std::string database = "db=\"" + name + "\"";
  try {
    session.open(soci::sqlite3, database);
  } catch (const soci::soci_error& error) {
    return fail(Errc::io, "The catalog database \"" + path +
                              "\" cannot be opened: " + error.get_error_message() + ".");
  }
  return database;
}

/// To SQLite, flipped bits may look like a newer format or like a read-only file, too.
bool may_be_damage(Errc code) {
  return code == Errc::corrupt || code == Errc::internal || code == Errc::io;
}

constexpr const char* how_to_restore =
    " Restore catalog.db from a backup as docs/operations.md says under \"The catalog, lost or "
    "damaged\".";

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const Clock& clock,
                                                 Random& random, std::span<const Migration> steps) {
  return open(path, clock, random, steps, Content::any);
}

/// A start that finds damage stops: what it reads, or bases on that, may be wrong.
Result<std::unique_ptr<Database>> Database::open(const std::string& path, const Clock& clock,
                                                 Random& random, std::span<const Migration> steps,
                                                 Content content) {
  std::unique_ptr<Database> database(new Database(clock, random));
  WEIR_TRY(const std::string name, connect(database->session_, path));
  const auto prepared = [&]() -> Result<void> {
    for (const char* setting : settings)
      WEIR_CHECK(database->execute(setting));
    WEIR_CHECK(add_sum_functions(database->session_));
    WEIR_CHECK(check_content(database->session_));
    if (content == Content::a_catalog) WEIR_CHECK(database->check_not_new());
    return migrate(database->session_, steps);
  }();
  if (prepared) {
    if (path != ":memory:" && !names_vfs(path)) database->readers_.open(name);
    return database;
  }
  Error error = prepared.error();
  if (may_be_damage(error.code)) {
    if (!error.message.ends_with('.')) error.message += '.';
    error.message += how_to_restore;
  }
  return fail_while("Opening the catalog database \"" + path + "\"", std::move(error));
}

Result<std::unique_ptr<Database>> Database::open_existing(const std::string& path,
                                                          const Clock& clock, Random& random) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > 0) return open(path, clock, random, migrations(), Content::a_catalog);
  const bool is_gone = !error || error == std::errc::no_such_file_or_directory;
  if (!is_gone)
    return fail(Errc::io, "The catalog database \"" + path + "\" cannot be opened: " +
                              error.message() + ". Check the directory and its owner.");
  return fail(Errc::corrupt,
              "The catalog database \"" + path + "\" is " + (error ? "not there" : "empty") +
                  ", and without it nobody knows what the log and the store beside it hold. "
                  "Nothing was changed." +
                  how_to_restore +
                  " Only where `weir init` was cut short, and no payload was ever accepted: remove "
                  "the data directory and run it again.");
}

/// Old pages remain in the write-ahead log. So the log is checkpointed into the database, where
/// deleted rows are overwritten, and is truncated. The change is valid whether that succeeds or
/// not; while another process reads, it happens at the next such change, or at the stop.
void Database::erase_deleted() {
  const std::lock_guard lock(mutex_);
  static_cast<void>(execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

Result<void> Database::check_not_new() {
  std::size_t version = 0;
  WEIR_CHECK(Statement(session_, "PRAGMA user_version").into(version).next());
  if (version == 0) return fail(Errc::corrupt, "it holds no catalog.");
  return {};
}

Result<void> Database::execute(const std::string& sql) {
  WEIR_CHECK(Statement(session_, sql).run());
  return {};
}

/// A commit whose sync fails is rolled back here but may be complete in the write-ahead log. A
/// start after a crash would bring it back, although callers were told that it failed and went on:
/// a batch file may have been written again with other records. The next commit overwrites it in
/// the log for good. So before the database is used again, one is made: it writes the version,
/// unchanged.
Result<void> Database::overwrite_failed_commit() {
  const auto written_over = [&]() -> Result<void> {
    WEIR_CHECK(execute("BEGIN IMMEDIATE"));
    std::size_t version = 0;
    WEIR_CHECK(Statement(session_, "PRAGMA user_version").into(version).next());
    WEIR_CHECK(execute("PRAGMA user_version = " + std::to_string(version)));
    return execute("COMMIT");
  };
  auto done = written_over();
  if (!done) {
    roll_back();
    return fail_while(
        "A change could not be committed before, and the catalog is closed until that "
        "is settled",
        std::move(done).error());
  }
  commit_uncertain_ = false;
  return {};
}

void Database::roll_back() {
  // When SQLite has rolled back by itself (for a full disk, say), nothing is left to do.
  static_cast<void>(execute("ROLLBACK"));
}

Result<Database::NextSnapshot> Database::next_snapshot(Publish publish) {
  const bool wanted =
      publish == Publish::always || (publish == Publish::if_asked && publish_asked_);
  if (!wanted) return NextSnapshot();
  WEIR_TRY(auto snapshot, read_snapshot(session_));
  snapshot.version = snapshots_.version() + 1;
  return std::make_shared<const Snapshot>(std::move(snapshot));
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

}  // namespace weir::catalog
