#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/duckdb/history_bounds.hpp"
#include "engine/engine.hpp"
#include "engine/remote_files.hpp"
#include "engine/trace.hpp"
#include "env/clock.hpp"

namespace weir::engine::duckdb {

class Exports;
class OpenTenants;
class Tenant;
class Turns;
class Watchdog;

struct DuckDbOptions {
  std::filesystem::path tables_folder;  // holds <tenant>.duckdb
  std::filesystem::path store_root;     // files may be read in its ingest/stream/<tenant>/
  RemoteFiles* remote = nullptr;   // a store that is no directory, instead; outlives the engine
  std::uint64_t memory_bytes = 0;  // of all tenants together; 0: 80 % of the memory for each
  std::uint64_t spill_bytes = std::uint64_t{1} << 60;  // of one tenant, beside its tables
  int threads = 0;                                     // for one tenant's tables; 0: one per core
  HistoryBounds history = {};
  /// The free space on the tables' disk. Spilling leaves `disk_reserve_bytes` of it free; when the
  /// free space falls below that all the same, every call in progress is ended.
  std::function<Result<std::uint64_t>()> disk_free;
  std::uint64_t disk_reserve_bytes = 0;
};

/// The engine in this process: DuckDB with one database file per tenant, opened at first use and
/// closed when room is needed. A tenant's SQL can access no file and no other tenant's tables.
/// Source URIs are paths, file:// URIs or those of remote files, below the tenant's part of the
/// store.
///
/// After a crash the next opening finds every load that had returned, and nothing of any other
/// load. Our own code reads batch files (read_function.hpp), by Spark's rules.
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
  Result<Table> query_as_of(const std::string& tenant, const std::string& sql, std::uint64_t as_of,
                            const ReadLimits& limits) override;
  Result<Changes> changes(const std::string& tenant, const std::string& table,
                          const ChangesPage& page, const ReadLimits& limits) override;
  Result<Undone> undo(const std::string& tenant, std::uint64_t number, bool dry_run) override;
  Result<void> copy_to_shadow(const std::string& tenant, const std::string& table) override;
  Result<Changes> shadow_changes(const std::string& tenant, const std::string& table,
                                 const std::string& after, const ReadLimits& limits) override;
  Result<std::uint64_t> swap_with_shadow(const std::string& tenant,
                                         const std::string& table) override;
  Result<void> drop_shadow(const std::string& tenant, const std::string& table) override;
  Result<Export> export_rows(const std::string& tenant, const ExportRequest& request,
                             const Allowance& allowance) override;
  Result<std::string> read_export(const std::string& tenant, const std::string& id,
                                  std::uint64_t offset) override;
  Result<void> drop_export(const std::string& tenant, const std::string& id) override;
  Result<std::vector<TableInfo>> tables(const std::string& tenant) override;
  Result<void> fence(const std::string& tenant, const std::string& run,
                     std::uint64_t epoch) override;
  Result<std::vector<LoadRecord>> ledger(const std::string& tenant,
                                         const LedgerFilter& filter) override;
  Result<std::vector<LoggedError>> row_errors(const std::string& tenant,
                                              const ErrorFilter& filter) override;
  Result<std::vector<std::string>> files_of(const std::string& tenant, std::uint64_t load,
                                            std::uint64_t most) override;
  std::vector<QueryFunction> functions() const override;
  Result<Tried> try_load(const Load& load, const ReadLimits& limits) override;
  Result<Trace> trace(const Load& load, const Record& record) override;
  Result<RowRecord> record_of(const std::string& tenant, const std::string& table,
                              const std::string& key) override;
  Result<std::string> receipt_of(const std::string& tenant, const Source& source,
                                 std::uint64_t row) override;
  Result<std::vector<ErrorKind>> error_kinds(const std::string& tenant,
                                             const ErrorFilter& filter) override;
  Result<RecordText> record(const std::string& tenant, const SourceFile& file,
                            std::uint64_t number) override;
  Result<void> mend(const std::string& tenant, const std::string& file, std::uint64_t number,
                    const RecordText::Mended& mended) override;
  Result<void> dismiss_error(const std::string& tenant, std::uint64_t load,
                             std::uint64_t number) override;
  Result<void> purge(const std::string& tenant, const std::string& table) override;
  Result<void> rename_table(const std::string& tenant, const std::string& from,
                            const std::string& to) override;
  Result<RemovedRows> remove_rows(const Removal& removal) override;

  /// Ends all calls in progress within about a second, and refuses later ones: unavailable.
  void stop();

 private:
  /// Runs `work`, one call on a tenant's tables, and rewords its errors for the caller.
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
  std::unique_ptr<Turns> turns_;  // outlives the tenants
  std::unique_ptr<OpenTenants> tenants_;
  std::unique_ptr<Exports> exports_;
};

}  // namespace weir::engine::duckdb
