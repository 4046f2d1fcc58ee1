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
  std::filesystem::path store_folder;  // what is below it may be read
  std::string memory_limit;            // as DuckDB writes it: "2GB"; empty: its default
  int threads = 0;                     // 0: as many as there are cores
  const Clock* clock = nullptr;        // outlives the tenant; says what years of two digits mean
};

/// The tables of one tenant: a DuckDB instance on a file of its own that can open no other file,
/// load no extension and change no setting. Thread-safe.
class Tenant {
 public:
  static Result<std::unique_ptr<Tenant>> open(TenantOptions options);
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  Result<Connection> connect() { return Connection::open(*database_); }
  Readings& readings() { return readings_; }

  /// One load into a table at a time.
  std::unique_lock<std::mutex> lock_table(const std::string& table);

  /// The path of a batch file; forbidden when it is not below the tenant's store folder.
  Result<std::string> path_of(const std::string& uri) const;

  /// Domain tables, with counts only where asked.
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
