// A database file a tenant: tenants cannot meet in one, and one tenant's load never waits for
// another's lock. The price is memory a tenant, which is why a file is opened when it is first
// used.

#include "engine/duckdb/duckdb_engine.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <dlfcn.h>
#include <malloc.h>
#include <sys/types.h>

#include "engine/dialect/dialect.hpp"
#include "engine/dialect/function_help.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/exports.hpp"
#include "engine/duckdb/open_tenants.hpp"
#include "engine/duckdb/query.hpp"
#include "engine/duckdb/tables/error_log.hpp"
#include "engine/duckdb/tables/ledger.hpp"
#include "engine/duckdb/tables/load.hpp"
#include "engine/duckdb/tables/mended_records.hpp"
#include "engine/duckdb/tables/row_changes.hpp"
#include "engine/duckdb/tables/shadow.hpp"
#include "engine/duckdb/tables/table_changes.hpp"
#include "engine/duckdb/tables/trace.hpp"
#include "engine/duckdb/tables/try_load.hpp"
#include "engine/duckdb/tables/undo.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/duckdb/turns.hpp"
#include "engine/duckdb/watchdog.hpp"

namespace weir::engine::duckdb {

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

constexpr std::string_view spill_extension = ".tmp";

/// DuckDB counts its blocks, and not what operators hold beside them: about a quarter of the limit
/// again while a load spills.
std::uint64_t counted_part(std::uint64_t memory_bytes) {
  return memory_bytes / 5 * 4;
}

/// Gives the memory of a block back to the system soon after it is free. Else the heap keeps it,
/// since blocks of 256 KiB come and go between smaller pieces that stay, and DuckDB's own heap
/// (jemalloc, where its library has it) keeps it for seconds, which a load outruns: a server that
/// spills would hold twice what it may. A few milliseconds hold little, and spare the vectors of
/// each chunk, which are freed and taken at once, new pages: a tenth of a load's CPU time.
bool give_blocks_back() {
  constexpr int block_bytes_min = 128 * 1024;
  constexpr ssize_t kept_ms = 10;
  ::mallopt(M_MMAP_THRESHOLD, block_bytes_min);  // NOLINT(concurrency-mt-unsafe): glibc locks
  using Control = int (*)(const char*, void*, std::size_t*, void*, std::size_t);
  const auto control = reinterpret_cast<Control>(::dlsym(RTLD_DEFAULT, "duckdb_je_mallctl"));
  if (control == nullptr) return false;
  for (const char* name : {"arenas.dirty_decay_ms", "arenas.muzzy_decay_ms",
                           "arena.0.dirty_decay_ms", "arena.0.muzzy_decay_ms"}) {
    ssize_t decay_ms = kept_ms;
    control(name, nullptr, nullptr, &decay_ms, sizeof(decay_ms));
  }
  return true;
}

}  // namespace

DuckDbEngine::DuckDbEngine(DuckDbOptions options, const Clock& clock)
    : options_(std::move(options)),
      watchdog_(std::make_unique<Watchdog>([this] { return disk_alarm(); })),
      turns_(std::make_unique<Turns>()),
      tenants_(std::make_unique<OpenTenants>(
          counted_part(options_.memory_bytes),
          [this, &clock](const std::string& name, std::uint64_t memory_bytes) {
            const std::string folder = "ingest/stream/" + name;
            const bool is_remote = options_.remote != nullptr;
            return Tenant::open(
                {options_.tables_folder / (name + ".duckdb"), options_.store_root / folder,
                 memory_bytes, options_.threads, &clock, options_.history, turns_.get(),
                 options_.remote, is_remote ? options_.remote->root() + folder + "/" : ""},
                *watchdog_);
          })),
      exports_(std::make_unique<Exports>(options_.tables_folder, clock)) {
  static const bool once = give_blocks_back();
  static_cast<void>(once);
}

DuckDbEngine::~DuckDbEngine() = default;

void DuckDbEngine::stop() {
  watchdog_->stop();
}

/// Spilled bytes lie beside the tables until their query ends; only then is ending it a help.
std::optional<Error> DuckDbEngine::disk_alarm() const {
  if (!options_.disk_free) return std::nullopt;
  const auto free = options_.disk_free();
  if (!free || *free >= options_.disk_reserve_bytes) return std::nullopt;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator next(options_.tables_folder, error), end;
       !error && next != end; next.increment(error)) {
    const bool spilled = next->path().parent_path().extension() == spill_extension;
    std::error_code gone;
    if (spilled && next->file_size(gone) > 0 && !gone)
      return Error{Errc::disk_full,
                   "The disk is nearly full, and what is left is for payloads; what the engine put "
                   "on it was taken back and this was ended. Make room, or ask for less."};
  }
  return std::nullopt;
}

/// The server's own directories say nothing to a caller, who knows a file by its key in the store.
std::string DuckDbEngine::without_paths(std::string text) const {
  if (options_.remote != nullptr) {
    const std::string root = options_.remote->root();
    for (std::size_t at = text.find(root); at != std::string::npos; at = text.find(root, at))
      text.erase(at, root.size());
  }
  std::error_code error;
  for (const auto& folder : {options_.store_root, options_.tables_folder}) {
    if (folder.empty()) continue;
    const std::string parts[] = {std::filesystem::weakly_canonical(folder, error).string(),
                                 std::filesystem::absolute(folder, error).string(),
                                 folder.string()};
    for (const std::string& part : parts) {
      if (part.size() < 2) continue;
      for (const std::string& path : {"file://" + part + "/", part + "/", part})
        for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at))
          text.erase(at, path.size());
    }
  }
  return text;
}

void DuckDbEngine::without_paths(std::vector<RowError>& errors) const {
  for (RowError& error : errors) {
    error.file = without_paths(std::move(error.file));
    error.reason = without_paths(std::move(error.reason));
  }
}

template <class T>
Result<T> DuckDbEngine::without_paths(Result<T> result) const {
  if (result) return result;
  Error error = std::move(result).error();
  error.message = without_paths(std::move(error.message));
  return fail(std::move(error));
}

template <class Work>
auto DuckDbEngine::on_tenant(const std::string& name, const Work& work) {
  const auto done = [&]() -> decltype(work(std::declval<Tenant&>())) {
    if (!is_file_name(name))
      return fail(Errc::bad_request, "\"" + name +
                                         "\" cannot be a tenant's name; use letters, digits, '-', "
                                         "'_' and '.', not first");
    std::error_code error;
    std::filesystem::create_directories(options_.tables_folder, error);
    if (error) return fail(Errc::io, "cannot make the directory of tables: " + error.message());
    WEIR_TRY(const auto lease, tenants_->lease(name));
    if (lease.first()) WEIR_CHECK(limit_spill(*lease));
    return work(*lease);
  };
  return without_paths(done());
}

/// Sets the limit from the disk's free space; during a call the watchdog checks the rest.
Result<void> DuckDbEngine::limit_spill(Tenant& tenant) const {
  if (!options_.disk_free) return {};
  WEIR_TRY(const std::uint64_t free, options_.disk_free());
  const std::uint64_t room =
      free > options_.disk_reserve_bytes ? free - options_.disk_reserve_bytes : 0;
  // Fails where more is spilled already, which the watchdog looks after.
  static_cast<void>(tenant.limit_spill(std::min(options_.spill_bytes, room)));
  return {};
}

Result<LoadCounts> DuckDbEngine::load(const Load& load) {
  auto counts = on_tenant(load.tenant, [&load](Tenant& tenant) { return run_load(tenant, load); });
  if (!counts) return counts;
  for (auto* errors : {&counts->row_errors, &counts->misfits.first})
    without_paths(*errors);
  for (FileCounts& each : counts->files)
    each.file = without_paths(std::move(each.file));
  return counts;
}

Result<void> DuckDbEngine::create_table(const Load& load) {
  return on_tenant(load.tenant, [&load](Tenant& tenant) { return run_create_table(tenant, load); });
}

Result<void> DuckDbEngine::check(const std::string& query) {
  return dialect::check(query);
}

Result<Table> DuckDbEngine::preview(const std::vector<Source>& sources, const std::string& query,
                                    const std::string& tenant, const ReadLimits& limits) {
  auto table =
      on_tenant(tenant, [&](Tenant& owner) { return run_preview(owner, sources, query, limits); });
  if (table) without_paths(table->misfits.first);
  return table;
}

Result<Table> DuckDbEngine::query(const std::string& tenant, const std::string& sql,
                                  const ReadLimits& limits) {
  return on_tenant(tenant, [&](Tenant& owner) { return run_query(owner, sql, limits); });
}

Result<Table> DuckDbEngine::query_as_of(const std::string& tenant, const std::string& sql,
                                        std::uint64_t as_of, const ReadLimits& limits) {
  return on_tenant(tenant,
                   [&](Tenant& owner) { return run_query_as_of(owner, sql, as_of, limits); });
}

Result<Changes> DuckDbEngine::changes(const std::string& tenant, const std::string& table,
                                      const ChangesPage& page, const ReadLimits& limits) {
  return on_tenant(tenant, [&](Tenant& owner) { return run_changes(owner, table, page, limits); });
}

Result<Undone> DuckDbEngine::undo(const std::string& tenant, std::uint64_t number, bool dry_run) {
  return on_tenant(tenant, [&](Tenant& owner) { return run_undo(owner, number, dry_run); });
}

Result<void> DuckDbEngine::copy_to_shadow(const std::string& tenant, const std::string& table) {
  return on_tenant(tenant, [&](Tenant& owner) { return duckdb::copy_to_shadow(owner, table); });
}

Result<Changes> DuckDbEngine::shadow_changes(const std::string& tenant, const std::string& table,
                                             const std::string& after, const ReadLimits& limits) {
  return on_tenant(tenant,
                   [&](Tenant& owner) { return run_shadow_changes(owner, table, after, limits); });
}

Result<std::uint64_t> DuckDbEngine::swap_with_shadow(const std::string& tenant,
                                                     const std::string& table) {
  return on_tenant(tenant, [&](Tenant& owner) { return duckdb::swap_with_shadow(owner, table); });
}

Result<void> DuckDbEngine::drop_shadow(const std::string& tenant, const std::string& table) {
  return on_tenant(tenant, [&](Tenant& owner) { return purge_table(owner, shadow_of(table)); });
}

Result<Export> DuckDbEngine::export_rows(const std::string& tenant, const ExportRequest& request,
                                         const Allowance& allowance) {
  return on_tenant(tenant,
                   [&](Tenant& owner) { return exports_->add(owner, tenant, request, allowance); });
}

Result<std::string> DuckDbEngine::read_export(const std::string& tenant, const std::string& id,
                                              std::uint64_t offset) {
  return exports_->read(tenant, id, offset);
}

Result<void> DuckDbEngine::drop_export(const std::string& tenant, const std::string& id) {
  return exports_->drop(tenant, id);
}

Result<std::vector<TableInfo>> DuckDbEngine::tables(const std::string& tenant) {
  return on_tenant(tenant, [](Tenant& owner) -> Result<std::vector<TableInfo>> {
    WEIR_TRY(Connection connection, owner.connect({.time = limits::tables_listed_within}));
    // One snapshot, so that names and counts belong together.
    WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
    return Tenant::tables(connection, true);
  });
}

Result<void> DuckDbEngine::fence(const std::string& tenant, const std::string& run,
                                 std::uint64_t epoch) {
  return on_tenant(tenant, [&](Tenant& owner) { return owner.fence(run, epoch); });
}

Result<std::vector<LoadRecord>> DuckDbEngine::ledger(const std::string& tenant,
                                                     const LedgerFilter& filter) {
  return on_tenant(tenant, [&](Tenant& owner) -> Result<std::vector<LoadRecord>> {
    WEIR_TRY(Connection connection, owner.connect({.time = limits::tables_listed_within}));
    return duckdb::ledger(connection, filter);
  });
}

Result<std::vector<LoggedError>> DuckDbEngine::row_errors(const std::string& tenant,
                                                          const ErrorFilter& filter) {
  return on_tenant(tenant, [&](Tenant& owner) -> Result<std::vector<LoggedError>> {
    WEIR_TRY(Connection connection, owner.connect({.time = limits::tables_listed_within}));
    WEIR_TRY(auto errors, logged_errors(connection, filter));
    for (LoggedError& each : errors) {
      each.error.file = without_paths(std::move(each.error.file));
      each.error.reason = without_paths(std::move(each.error.reason));
    }
    return errors;
  });
}

Result<std::vector<std::string>> DuckDbEngine::files_of(const std::string& tenant,
                                                        std::uint64_t load, std::uint64_t most) {
  return on_tenant(tenant, [&](Tenant& owner) -> Result<std::vector<std::string>> {
    WEIR_TRY(Connection connection, owner.connect({.time = limits::tables_listed_within}));
    return duckdb::files_of(connection, load, most);
  });
}

std::vector<QueryFunction> DuckDbEngine::functions() const {
  std::vector<QueryFunction> out;
  for (const dialect::FunctionHelp& help : dialect::function_help())
    out.push_back(
        {help.name, std::string(dialect::to_string(help.kind)), help.signatures, help.line});
  return out;
}

Result<Tried> DuckDbEngine::try_load(const Load& load, const ReadLimits& limits) {
  auto out =
      on_tenant(load.tenant, [&](Tenant& owner) { return duckdb::try_load(owner, load, limits); });
  if (!out) return out;
  without_paths(out->errors);
  without_paths(out->misfits.first);
  return out;
}

Result<Trace> DuckDbEngine::trace(const Load& load, const Record& record) {
  auto out =
      on_tenant(load.tenant, [&](Tenant& owner) { return trace_record(owner, load, record); });
  if (!out) return out;
  out->why = without_paths(std::move(out->why));
  for (TracedRow& row : out->rows)
    without_paths(row.errors);
  return out;
}

Result<RowRecord> DuckDbEngine::record_of(const std::string& tenant, const std::string& table,
                                          const std::string& key) {
  return on_tenant(tenant, [&](Tenant& owner) { return record_of_row(owner, table, key); });
}

Result<std::string> DuckDbEngine::receipt_of(const std::string& tenant, const Source& source,
                                             std::uint64_t row) {
  return on_tenant(tenant, [&](Tenant& owner) { return receipt_of_row(owner, source, row); });
}

Result<std::vector<ErrorKind>> DuckDbEngine::error_kinds(const std::string& tenant,
                                                         const ErrorFilter& filter) {
  return on_tenant(tenant, [&](Tenant& owner) -> Result<std::vector<ErrorKind>> {
    WEIR_TRY(Connection connection, owner.connect({.time = limits::tables_listed_within}));
    return duckdb::error_kinds(connection, filter);
  });
}

Result<RecordText> DuckDbEngine::record(const std::string& tenant, const SourceFile& file,
                                        std::uint64_t number) {
  return on_tenant(tenant, [&](Tenant& owner) { return record_text(owner, file, number); });
}

Result<void> DuckDbEngine::mend(const std::string& tenant, const std::string& file,
                                std::uint64_t number, const RecordText::Mended& mended) {
  return on_tenant(tenant, [&](Tenant& owner) { return mend_record(owner, file, number, mended); });
}

Result<void> DuckDbEngine::dismiss_error(const std::string& tenant, std::uint64_t load,
                                         std::uint64_t number) {
  return on_tenant(tenant, [&](Tenant& owner) -> Result<void> {
    WEIR_TRY(Connection connection, owner.connect({.time = limits::tables_listed_within}));
    return duckdb::dismiss_error(connection, load, number);
  });
}

Result<void> DuckDbEngine::purge(const std::string& tenant, const std::string& table) {
  return on_tenant(tenant, [&](Tenant& owner) { return purge_table(owner, table); });
}

Result<void> DuckDbEngine::rename_table(const std::string& tenant, const std::string& from,
                                        const std::string& to) {
  return on_tenant(tenant, [&](Tenant& owner) { return duckdb::rename_table(owner, from, to); });
}

Result<RemovedRows> DuckDbEngine::remove_rows(const Removal& removal) {
  return on_tenant(removal.tenant,
                   [&](Tenant& owner) { return duckdb::remove_rows(owner, removal); });
}

}  // namespace weir::engine::duckdb
