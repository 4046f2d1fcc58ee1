#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/read_plan.hpp"
#include "engine/engine.hpp"
#include "env/clock.hpp"

namespace weir::engine {

struct TenantOptions {
  std::filesystem::path tables_file;
  std::filesystem::path store_folder;  // files below it may be read
  std::string memory_limit;            // as DuckDB writes it: "2GB"; empty: its default
  int threads = 0;                     // 0: as many as there are cores
  const Clock* clock = nullptr;        // outlives the tenant; the base of two-digit years
};

/// One tenant's tables: a DuckDB instance on its own file. It can open no other file, load no
/// extension and change no setting. Thread-safe.
class Tenant {
 public:
  static Result<std::unique_ptr<Tenant>> open(TenantOptions options);
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  Result<Connection> connect() { return Connection::open(*database_); }
  Readings& readings() { return readings_; }

  /// Runs one load at a time per table.
  std::unique_lock<std::mutex> lock_table(const std::string& table);

  /// The path of a batch file; forbidden when it is not below the tenant's store folder.
  Result<std::string> path_of(const std::string& uri) const;

  /// The domain tables; row counts only on request.
  static Result<std::vector<TableInfo>> tables(Connection& connection, bool counts);

 private:
  explicit Tenant(TenantOptions options) : options_(std::move(options)) {}

  TenantOptions options_;
  Readings readings_;  // outlives the database, whose function holds it
  std::unique_ptr<Database> database_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<std::mutex>> table_locks_;
};

}  // namespace weir::engine
