#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace weir::catalog {

/// Prepared statements of one session, so that a text that was run before is not compiled again.
/// SOCI has no such cache. Statement takes one out for its time and gives it back without values;
/// two of one text at a time are two statements. Texts are few: what varies is bound. Used under
/// the lock of its session.
class StatementCache {
 public:
  static constexpr std::size_t statements_max = 256;

  /// Its statements are finalized before the session is closed: it is destroyed first.
  explicit StatementCache(const soci::session& session);
  ~StatementCache();
  StatementCache(const StatementCache&) = delete;
  StatementCache& operator=(const StatementCache&) = delete;

  /// nullptr where the session has none.
  static StatementCache* of(const soci::session& session);

  /// nullptr: there is none.
  sqlite_api::sqlite3_stmt* take(const std::string& sql);
  /// Of a statement that has run without an error. It is reset and loses its values; the one that
  /// was not used for longest is finalized where there are too many.
  void give_back(const std::string& sql, sqlite_api::sqlite3_stmt* statement);
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    std::string sql;
    sqlite_api::sqlite3_stmt* statement;
  };
  const soci::session& session_;
  std::list<Kept> kept_;  // the latest first
  std::unordered_map<std::string_view, std::list<Kept>::iterator> by_sql_;
};

}  // namespace weir::catalog
