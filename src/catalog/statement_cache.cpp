// A statement stands in the cache or is in use, never both, so nested uses of one text need no
// count. SQLite compiles a statement anew by itself where the schema has changed since.

#include "catalog/statement_cache.hpp"

#include <mutex>

namespace weir::catalog {
namespace {

// A Statement is given its session alone, so that is what finds its cache. Sessions are opened and
// closed seldom.
std::mutex mutex;
std::unordered_map<const soci::session*, StatementCache*>& caches() {
  static std::unordered_map<const soci::session*, StatementCache*> all;
  return all;
}

}  // namespace

StatementCache::StatementCache(const soci::session& session) : session_(session) {
  const std::lock_guard lock(mutex);
  caches()[&session] = this;
}

StatementCache::~StatementCache() {
  const std::lock_guard lock(mutex);
  caches().erase(&session_);
  for (const Kept& kept : kept_)
    sqlite_api::sqlite3_finalize(kept.statement);
}

StatementCache* StatementCache::of(const soci::session& session) {
  const std::lock_guard lock(mutex);
  const auto found = caches().find(&session);
  return found == caches().end() ? nullptr : found->second;
}

sqlite_api::sqlite3_stmt* StatementCache::take(const std::string& sql) {
  const auto found = by_sql_.find(sql);
  if (found == by_sql_.end()) return nullptr;
  sqlite_api::sqlite3_stmt* const statement = found->second->statement;
  const auto kept = found->second;
  by_sql_.erase(found);
  kept_.erase(kept);
  return statement;
}

void StatementCache::give_back(const std::string& sql, sqlite_api::sqlite3_stmt* statement) {
  sqlite_api::sqlite3_reset(statement);
  sqlite_api::sqlite3_clear_bindings(statement);
  if (by_sql_.contains(sql)) {
    sqlite_api::sqlite3_finalize(statement);
    return;
  }
  kept_.push_front({sql, statement});
  by_sql_.emplace(kept_.front().sql, kept_.begin());
  if (kept_.size() <= statements_max) return;
  by_sql_.erase(kept_.back().sql);
  sqlite_api::sqlite3_finalize(kept_.back().statement);
  kept_.pop_back();
}

}  // namespace weir::catalog
