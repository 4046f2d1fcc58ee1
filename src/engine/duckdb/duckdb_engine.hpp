#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "env/clock.hpp"

namespace weir::engine {

class OpenTenants;
class Tenant;
class Watchdog;

struct DuckDbOptions {
  std::filesystem::path tables_folder;  // <tenant>.duckdb lies here
  std::filesystem::path store_root;     // below it ingest/stream/<tenant>/ may be read
  std::uint64_t memory_bytes = 0;       // of all tenants together; 0: 80 % of the memory for each
  std::uint64_t spill_bytes = std::uint64_t{1} << 60;  // of one tenant, beside its tables
  int threads = 0;  // of one tenant's tables; 0: as many as there are cores
  /// What is free on the disk of the tables. Spilling leaves `disk_reserve_bytes` of it alone, and
  /// when they are touched all the same, everything that is being worked on is ended.
  std::function<Result<std::uint64_t>()> disk_free;
  std::uint64_t disk_reserve_bytes = 0;
};

/// The engine within the process: DuckDB, one database file a tenant, opened when first used and
/// kept open until room is needed. A tenant's SQL can reach no file and no other tenant's tables.
/// Source URIs are paths or file:// URIs below the tenant's part of the store.
///
/// After a crash the next opening finds every load that had returned, and nothing of one that had
/// not. Files are read by our own code (read_function.hpp), by Spark's rules.
class DuckDbEngine final : public Engine {
 public:
  DuckDbEngine(DuckDbOptions options, const Clock& clock);
  ~DuckDbEngine() override;
  DuckDbEngine(const DuckDbEngine&) = delete;
  DuckDbEngine& operator=(const DuckDbEngine&) = delete;

  Result<LoadCounts> load(const Load& load) override;
  Result<void> create_table(const Load& load) override;
  Result<void> check(const std::string& query) override;
  Result<Table> preview(const std::vector<Source>& sources, const std::string& query,
                        const std::string& tenant, const ReadLimits& limits) override;
  Result<Table> query(const std::string& tenant, const std::string& sql,
                      const ReadLimits& limits) override;
  Result<std::vector<TableInfo>> tables(const std::string& tenant) override;

  /// Ends what is being worked on, within a second or so, and all that is asked later: unavailable.
  void stop();

 private:
  /// `work` of one call on a tenant's tables, with its errors in words for the caller.
  template <class Work>
  auto on_tenant(const std::string& name, const Work& work);
  template <class T>
  Result<T> without_paths(Result<T> result) const;
  void without_paths(std::vector<RowError>& errors) const;
  std::string without_paths(std::string text) const;
  std::optional<Error> disk_alarm() const;
  Result<void> limit_spill(Tenant& tenant) const;

  DuckDbOptions options_;
  std::unique_ptr<Watchdog> watchdog_;
  std::unique_ptr<OpenTenants> tenants_;
};

}  // namespace weir::engine
