#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/history_bounds.hpp"
#include "engine/duckdb/reader/read_plan.hpp"
#include "engine/engine.hpp"
#include "env/clock.hpp"

namespace weir::engine::duckdb {

struct TenantOptions {
  std::filesystem::path tables_file;
  std::filesystem::path store_folder;  // files below it may be read, unless there is `remote`
  std::uint64_t memory_bytes = 0;      // 0: DuckDB's default
  int threads = 0;                     // 0: one per core
  const Clock* clock = nullptr;        // outlives the tenant; the base of two-digit years
  HistoryBounds history = {};
  Turns* turns = nullptr;          // outlives the tenant
  RemoteFiles* remote = nullptr;   // outlives the tenant
  std::string remote_folder = {};  // the URI of what may be read of it, with a '/' at the end
};

/// One tenant's tables: a DuckDB instance on its own file. SQL cannot make it open another file or
/// load an extension. Thread-safe.
class Tenant {
 public:
  /// The watchdog outlives the tenant.
  static Result<std::unique_ptr<Tenant>> open(TenantOptions options, Watchdog& dog);
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  /// A connection for one call, which is ended when its allowance is over.
  Result<Connection> connect(const Allowance& allowance) {
    auto call = options_.turns == nullptr
                    ? nullptr
                    : std::make_unique<Turns::Call>(*options_.turns, options_.tables_file.string());
    return Connection::open(*database_, dog_, allowance, std::move(call));
  }
  /// For what is done without DuckDB.
  std::unique_ptr<Watchdog::Watch> watch(const Allowance& allowance) {
    return std::make_unique<Watchdog::Watch>(dog_, nullptr, allowance);
  }
  Readings& readings() { return readings_; }
  RemoteFiles* remote() const { return options_.remote; }

  /// Runs one load at a time per table; waits for its turn as long as the allowance lasts.
  Result<std::unique_lock<std::timed_mutex>> lock_table(const std::string& table,
                                                        const Allowance& allowance);

  /// Refuses loads of the run with a lower epoch from now on; conflict when this one is lower.
  Result<void> fence(const std::string& run, std::uint64_t epoch);
  /// Commits a load, unless the run has shown a higher epoch meanwhile: conflict.
  Result<void> commit(Transaction& transaction, const LoadId& id);
  Time now() const { return options_.clock->now(); }
  const std::filesystem::path& tables_file() const { return options_.tables_file; }
  const HistoryBounds& history() const { return options_.history; }
  /// Forgets old entries of the ledger, now and then; to be called after a commit. Failing does no
  /// harm: it is done after a later one.
  void trim_ledger();

  /// Changes the memory limit; overloaded when calls in progress hold more than that.
  Result<void> limit_memory(std::uint64_t bytes);
  std::uint64_t memory_bytes() const { return options_.memory_bytes; }
  /// That one statement may have.
  unsigned threads() const;
  /// Sets how much may be spilled to disk when memory is not enough.
  Result<void> limit_spill(std::uint64_t bytes);

  /// The path of a batch file; forbidden when it is not below the tenant's store folder.
  Result<std::string> path_of(const std::string& uri) const;

  /// The domain tables; row counts only on request.
  static Result<std::vector<TableInfo>> tables(Connection& connection, bool counts);

 private:
  Tenant(TenantOptions options, Watchdog& dog);

  /// Lets the log of changes grow with the file.
  void bound_log();

  TenantOptions options_;
  Watchdog& dog_;
  const std::uint64_t log_bytes_most_;       // by memory; 0: DuckDB's default
  std::atomic<std::uint64_t> log_bytes_{0};  // of changes, before they are moved into the file
  Readings readings_;                        // outlives the database, whose function holds it
  std::unique_ptr<Database> database_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<std::timed_mutex>> table_locks_;
  std::atomic<std::uint64_t> commits_{0};
  std::mutex fences_;  // held while a fence is raised, and from its look to a commit
};

}  // namespace weir::engine::duckdb
