#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "env/clock.hpp"

namespace weir::engine {

class Tenant;

struct DuckDbOptions {
  std::filesystem::path tables_folder;  // holds <tenant>.duckdb
  std::filesystem::path store_root;     // files may be read in its ingest/stream/<tenant>/
  std::string memory_limit;             // for one tenant's tables, "2GB"; empty: 80 % of the memory
  int threads = 0;                      // for one tenant's tables; 0: one per core
};

/// The engine within the process: DuckDB, one database file a tenant, opened when first used and
/// kept open until the engine is destroyed. A tenant's SQL can reach no file, no setting and no
/// other tenant's tables. Source URIs are paths or file:// URIs below the tenant's part of the
/// store.
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
                        const std::string& tenant, std::uint64_t rows_max) override;
  Result<Table> query(const std::string& tenant, const std::string& sql,
                      std::uint64_t rows_max) override;
  Result<std::vector<TableInfo>> tables(const std::string& tenant) override;

 private:
  Result<Tenant*> tenant(const std::string& name);

  DuckDbOptions options_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Tenant>> tenants_;
};

}  // namespace weir::engine
