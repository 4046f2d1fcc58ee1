#include "catalog/sqlite_backend.hpp"

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

// SQLite allows one writer at a time. In its write-ahead mode a reader and the writer do not wait
// for each other. A commit whose sync failed is not seen by readers, since SQLite shows a commit to
// others only after its sync.
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

/// To SQLite, flipped bits may look like a newer format or like a read-only file, too.
bool may_be_damage(Errc code) {
  return code == Errc::corrupt || code == Errc::internal || code == Errc::io;
}

constexpr const char* how_to_restore =
    " Restore catalog.db from a backup as docs/operations.md says under \"The catalog, lost or "
    "damaged\".";

class SqliteBackend final : public Backend {
 public:
  explicit SqliteBackend(std::string path) : path_(std::move(path)) {}

  std::string name() const override { return "SQLite, in the data directory"; }

  Result<void> open(soci::session& session, std::span<const Migration> steps,
                    Content content) override {
    WEIR_CHECK(connect(session));
    auto prepared = prepare(session, steps, content);
    if (prepared) return {};
    Error error = prepared.error();
    if (may_be_damage(error.code)) {
      if (!error.message.ends_with('.')) error.message += '.';
      error.message += how_to_restore;
    }
    return fail_while("Opening the catalog database \"" + path_ + "\"", std::move(error));
  }

  /// None of a database in memory, or of a sqlite3_vfs.
  bool has_readers() const override { return path_ != ":memory:" && !names_vfs(path_); }

  Result<void> open_reader(soci::session& session) override {
    try {
      session.open(soci::sqlite3, name_);
    } catch (const soci::soci_error& error) {
      return fail(Errc::io, "The catalog database cannot be opened for another reader: " +
                                error.get_error_message() + ".");
    }
    for (const char* setting : {"PRAGMA busy_timeout = 10000", "PRAGMA query_only = ON"})
      WEIR_CHECK(execute(session, setting));
    return {};
  }

  Result<void> begin_change(soci::session& session) override {
    return execute(session, "BEGIN IMMEDIATE");
  }
  Result<void> begin_read(soci::session& session) override { return execute(session, "BEGIN"); }
  Result<void> commit(soci::session& session) override {
    auto done = execute(session, "COMMIT");
    uncertain_ = !done.has_value();
    return done;
  }
  void roll_back(soci::session& session) override {
    // When SQLite has rolled back by itself (for a full disk, say), nothing is left to do.
    static_cast<void>(execute(session, "ROLLBACK"));
  }
  /// Its one writer waited for its turn, so a failure is no matter of chance.
  bool may_try_again(int) override { return false; }

  /// A commit whose sync fails is rolled back here but may be complete in the write-ahead log. A
  /// start after a crash would bring it back, although callers were told that it failed and went
  /// on: a batch file may have been written again with other records. The next commit overwrites it
  /// in the log for good. So before the database is used again, one is made: it writes the version,
  /// unchanged.
  Result<void> settle(soci::session& session) override {
    const auto written_over = [&]() -> Result<void> {
      WEIR_CHECK(execute(session, "BEGIN IMMEDIATE"));
      WEIR_TRY(const std::size_t version, schema_version(session));
      WEIR_CHECK(set_schema_version(session, version));
      return execute(session, "COMMIT");
    };
    auto done = written_over();
    if (!done) {
      roll_back(session);
      return fail_while(
          "A change could not be committed before, and the catalog is closed until that "
          "is settled",
          std::move(done).error());
    }
    uncertain_ = false;
    return {};
  }

  /// Old pages remain in the write-ahead log. So the log is checkpointed into the database, where
  /// deleted rows are overwritten, and is truncated. The change is valid whether that succeeds or
  /// not; while another process reads, it happens at the next such change, or at the stop.
  void erase_deleted(soci::session& session) override {
    static_cast<void>(execute(session, "PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  Result<void> announce(soci::session&) override { return {}; }
  std::unique_ptr<Listener> listener() const override { return nullptr; }

  Result<void> begin_steps(soci::session& session) override { return begin_change(session); }
  Result<std::size_t> schema_version(soci::session& session) override {
    std::size_t version = 0;
    Statement statement(session, "PRAGMA user_version");
    WEIR_CHECK(statement.into(version).next());
    return version;
  }
  Result<void> set_schema_version(soci::session& session, std::size_t version) override {
    return execute(session, "PRAGMA user_version = " + std::to_string(version));
  }
  Result<void> before_steps(soci::session& session) override { return stop_content_sums(session); }
  Result<void> after_steps(soci::session& session) override { return keep_content_sums(session); }

 private:
  Result<void> connect(soci::session& session) {
    if (path_.find('"') != std::string::npos || path_.find('\0') != std::string::npos)
      return fail(Errc::bad_request, "The path of the catalog database, " + path_ +
                                         ", has a double quote in it. Choose another directory.");
    const bool in_memory = path_ == ":memory:";
    const bool elsewhere = names_vfs(path_);
    if (!in_memory && !elsewhere) WEIR_CHECK(make_private_file(path_));
    if (!in_memory) WEIR_CHECK(make_safe(path_));
    // A relative path must not be parsed as a URI.
    const bool as_it_is = in_memory || elsewhere || path_.starts_with('/');
    name_ = "db=\"" + (as_it_is ? path_ : "./" + path_) + "\"";
    try {
      session.open(soci::sqlite3, name_);
    } catch (const soci::soci_error& error) {
      return fail(Errc::io, "The catalog database \"" + path_ +
                                "\" cannot be opened: " + error.get_error_message() + ".");
    }
    return {};
  }

  /// A start that finds damage stops: what it reads, or bases on that, may be wrong.
  Result<void> prepare(soci::session& session, std::span<const Migration> steps, Content content) {
    for (const char* setting : settings)
      WEIR_CHECK(execute(session, setting));
    WEIR_CHECK(add_sum_functions(session));
    WEIR_CHECK(check_content(session));
    if (content == Content::a_catalog) {
      WEIR_TRY(const std::size_t version, schema_version(session));
      if (version == 0) return fail(Errc::corrupt, "it holds no catalog.");
    }
    return migrate(session, *this, steps);
  }

  const std::string path_;
  std::string name_;  // SOCI's, of the database
};

}  // namespace

std::unique_ptr<Backend> sqlite_backend(const std::string& path) {
  return std::make_unique<SqliteBackend>(path);
}

Result<void> check_catalog_file(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > 0) return {};
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

}  // namespace weir::catalog
