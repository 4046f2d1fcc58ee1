#include <utility>

#include <soci/sqlite3/soci-sqlite3.h>

#include "catalog/dialect.hpp"
#include "catalog/statement_cache.hpp"

// SOCI compiles a text each time it is used; statement_cache.hpp keeps what was compiled.
namespace weir::catalog {
namespace {

Errc code_of(const soci::soci_error& error) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  if (!sqlite) return Errc::internal;
  switch (sqlite->result() & 0xFF) {
    case SQLITE_CONSTRAINT:
      return Errc::conflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::unavailable;
    case SQLITE_FULL:
      return Errc::disk_full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::corrupt;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Errc::io;
    default:
      return Errc::internal;
  }
}

// SOCI's library does not export what UBSan would look at to check the type of its backend, so the
// two functions that reach into it are not checked for that.

/// Leaves in a statement what its prepare() would.
__attribute__((no_sanitize("vptr"))) void put_prepared(soci::statement& statement,
                                                       sqlite_api::sqlite3_stmt* prepared) {
  auto& backend = static_cast<soci::sqlite3_statement_backend&>(*statement.get_backend());
  backend.stmt_ = prepared;
  backend.databaseReady_ = true;
}

/// nullptr where it has none.
__attribute__((no_sanitize("vptr"))) sqlite_api::sqlite3_stmt* take_prepared(
    soci::statement& statement) {
  auto& backend = static_cast<soci::sqlite3_statement_backend&>(*statement.get_backend());
  return std::exchange(backend.stmt_, nullptr);
}

/// Settings and changes of the schema are made once; all else comes again.
bool is_kept(std::string_view sql) {
  for (const std::string_view word : {"SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT"})
    if (sql.starts_with(word)) return true;
  return false;
}

class SqliteDialect final : public Dialect {
 public:
  void prepare(soci::session& session, soci::statement& statement,
               const std::string& sql) const override {
    StatementCache* const cache = StatementCache::of(session);
    sqlite_api::sqlite3_stmt* const prepared = cache == nullptr ? nullptr : cache->take(sql);
    if (prepared == nullptr) return statement.prepare(sql);
    put_prepared(statement, prepared);
  }
  void give_back(soci::session& session, soci::statement& statement,
                 const std::string& sql) const override {
    StatementCache* const cache = StatementCache::of(session);
    if (cache == nullptr || !is_kept(sql)) return;
    if (auto* const prepared = take_prepared(statement)) cache->give_back(sql, prepared);
  }
  Error error_of(const soci::soci_error& error) const override {
    return {code_of(error), "The catalog database refused: " + error.get_error_message()};
  }
  bool has_blobs() const override { return true; }
  Result<void> check_text(const std::string&) const override { return {}; }
  std::string schema(std::string_view statement) const override {
    if (statement.starts_with("{postgresql}")) return {};
    std::string sql(statement);
    sql = replaced(std::move(sql), "{sqlite}", "");
    sql = replaced(std::move(sql), "{numbered}", "INTEGER PRIMARY KEY AUTOINCREMENT");
    sql = replaced(std::move(sql), "{by key}", "WITHOUT ROWID");
    return replaced(std::move(sql), "{bytes}", "BLOB");
  }
};

}  // namespace

const Dialect& sqlite_dialect() {
  static const SqliteDialect dialect;
  return dialect;
}

}  // namespace weir::catalog
