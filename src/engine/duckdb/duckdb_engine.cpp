#include "engine/duckdb/duckdb_engine.hpp"

#include <system_error>
#include <utility>

#include "engine/dialect/dialect.hpp"
#include "engine/duckdb/load.hpp"
#include "engine/duckdb/query.hpp"
#include "engine/duckdb/tenant.hpp"

namespace weir::engine {

namespace {

/// A tenant's name becomes the name of a file and of a folder.
bool is_file_name(const std::string& name) {
  if (name.empty() || name.front() == '.') return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

}  // namespace

DuckDbEngine::DuckDbEngine(DuckDbOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}
DuckDbEngine::~DuckDbEngine() = default;

Result<Tenant*> DuckDbEngine::tenant(const std::string& name) {
  if (!is_file_name(name))
    return fail(Errc::bad_request, "\"" + name +
                                       "\" cannot be a tenant's name; use letters, digits, '-', "
                                       "'_' and '.', not first");
  const std::lock_guard lock(mutex_);
  if (const auto found = tenants_.find(name); found != tenants_.end()) return found->second.get();
  std::error_code error;
  std::filesystem::create_directories(options_.tables_folder, error);
  if (error)
    return fail(Errc::io, "cannot make the directory of tables " + options_.tables_folder.string() +
                              ": " + error.message());
  WEIR_TRY(auto opened, Tenant::open({options_.tables_folder / (name + ".duckdb"),
                                      options_.store_root / "ingest" / "stream" / name,
                                      options_.memory_limit, options_.threads, &clock_}));
  return (tenants_[name] = std::move(opened)).get();
}

Result<LoadCounts> DuckDbEngine::load(const Load& load) {
  WEIR_TRY(Tenant* const owner, tenant(load.tenant));
  return run_load(*owner, load);
}

Result<void> DuckDbEngine::create_table(const Load& load) {
  WEIR_TRY(Tenant* const owner, tenant(load.tenant));
  return run_create_table(*owner, load);
}

Result<void> DuckDbEngine::check(const std::string& query) {
  return dialect::check(query);
}

Result<Table> DuckDbEngine::preview(const std::vector<Source>& sources, const std::string& query,
                                    const std::string& tenant_name, std::uint64_t rows_max) {
  WEIR_TRY(Tenant* const owner, tenant(tenant_name));
  return run_preview(*owner, sources, query, rows_max);
}

Result<Table> DuckDbEngine::query(const std::string& tenant_name, const std::string& sql,
                                  std::uint64_t rows_max) {
  WEIR_TRY(Tenant* const owner, tenant(tenant_name));
  return run_query(*owner, sql, rows_max);
}

Result<std::vector<TableInfo>> DuckDbEngine::tables(const std::string& tenant_name) {
  WEIR_TRY(Tenant* const owner, tenant(tenant_name));
  WEIR_TRY(Connection connection, owner->connect());
  // One snapshot, so that names and counts belong together.
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
  return Tenant::tables(connection, true);
}

}  // namespace weir::engine
