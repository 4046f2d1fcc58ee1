/// An instance for each tenant, and not one instance with a database for each: what one tenant's
/// SQL can name is then only its own, whatever is overlooked elsewhere. Settings are not locked,
/// since the engine moves memory between tenants while they are open; that files stay out of reach
/// does not hang on it: DuckDB never takes back enable_external_access = false.
#include "engine/duckdb/tenant.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>
#include <utility>

#include "base/case_fold.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/exports.hpp"
#include "engine/duckdb/reader/read_function.hpp"
#include "engine/duckdb/tables/cast_functions.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/ledger.hpp"
#include "engine/duckdb/tables/row_functions.hpp"
#include "engine/functions/spark_functions.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::string_view file_scheme = "file://";

constexpr std::chrono::milliseconds lock_tried_for{50};

constexpr std::uintmax_t empty_database_bytes = std::uintmax_t{3} * 4096;  // DuckDB's three headers
constexpr std::size_t magic_at = 8;  // of the first header, behind its checksum
constexpr std::string_view magic = "DUCK";

constexpr std::uint64_t spare_part =
    16;  // of a tenant's memory, which may be free but not given back

constexpr std::uint64_t log_part = 16;  // likewise: what its write-ahead log holds, lies in memory

constexpr std::uint64_t log_part_of_file = 8;

std::string bytes_text(std::uint64_t bytes) {
  return std::to_string(bytes) + "B";
}

Database::Settings settings_of(const TenantOptions& options) {
  Database::Settings settings{
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"temp_directory", options.tables_file.string() + ".tmp"},
  };
  if (options.memory_bytes > 0) {
    settings.emplace_back("memory_limit", bytes_text(options.memory_bytes));
    // What is free goes back to the system after this much, and not after DuckDB's 128 and 512 MB,
    // which no limit counts.
    const std::string spare = bytes_text(options.memory_bytes / spare_part);
    settings.emplace_back("allocator_flush_threshold", spare);
    settings.emplace_back("allocator_bulk_deallocation_flush_threshold", spare);
  }
  if (options.threads > 0) settings.emplace_back("threads", std::to_string(options.threads));
  return settings;
}

/// True for what a process leaves that died while DuckDB made the file: shorter than an empty
/// database, and where DuckDB's name stands in each of its files, that name or nothing yet. A short
/// file of anything else is somebody's, and is not touched.
bool is_half_made(const std::filesystem::path& tables_file, std::uintmax_t bytes) {
  if (bytes >= empty_database_bytes) return false;
  std::array<char, magic_at + magic.size()> start{};
  std::ifstream(tables_file, std::ios::binary).read(start.data(), start.size());
  const std::string_view name(start.data() + magic_at, magic.size());
  return name == magic || name == std::string(magic.size(), '\0');
}

/// DuckDB makes a file by several writes, and opens none that lacks the last of them: a process
/// that died in between would leave a tenant without tables for good. So a file gets its name when
/// it is whole, and a half-made one, which holds nothing, is made anew.
Result<void> make_whole(const std::filesystem::path& tables_file) {
  namespace fs = std::filesystem;
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(tables_file, error);
  if (error && error != std::errc::no_such_file_or_directory)
    return fail(Errc::io, "cannot look at " + tables_file.string() + ": " + error.message());
  if (!error && !is_half_made(tables_file, bytes)) return {};
  const fs::path unfinished = tables_file.string() + ".new";
  fs::remove(unfinished, error);
  if (auto made = Database::open(unfinished.string(), {}); !made) return fail(made.error());
  fs::rename(unfinished, tables_file, error);
  if (error) return fail(Errc::io, "cannot make " + tables_file.string() + ": " + error.message());
  return {};
}

}  // namespace

Tenant::Tenant(TenantOptions options, Watchdog& dog)
    : options_(std::move(options)),
      dog_(dog),
      log_bytes_most_(options_.memory_bytes == 0
                          ? 0
                          : std::clamp(options_.memory_bytes / log_part,
                                       limits::table_log_bytes_min, limits::table_log_bytes_max)) {}

Result<std::unique_ptr<Tenant>> Tenant::open(TenantOptions options, Watchdog& dog) {
  auto tenant = std::unique_ptr<Tenant>(new Tenant(std::move(options), dog));
  WEIR_CHECK(make_whole(tenant->options_.tables_file));
  WEIR_TRY(tenant->database_,
           Database::open(tenant->options_.tables_file.string(), settings_of(tenant->options_)));
  WEIR_TRY(Connection connection, Connection::open(*tenant->database_));
  WEIR_CHECK(add_read_function(connection, tenant->readings_));
  WEIR_CHECK(add_cast_functions(connection, *tenant->options_.clock));
  WEIR_CHECK(add_row_functions(connection));
  WEIR_CHECK(add_spark_functions(connection.get()));
  auto prepared = prepare_tables_file(connection);
  if (!prepared)
    return fail_while("cannot prepare the tables in " + tenant->options_.tables_file.string(),
                      std::move(prepared).error());
  tenant->bound_log();
  WEIR_CHECK(connection.run("SET GLOBAL TimeZone = 'UTC'"));
  const std::string exports = Exports::folder_of(tenant->options_.tables_file).string();
  WEIR_CHECK(connection.run(sql("SET GLOBAL allowed_directories = [$]", Text{exports})));
  WEIR_CHECK(connection.run("SET GLOBAL enable_external_access = false"));
  return tenant;
}

Result<void> Tenant::limit_memory(std::uint64_t bytes) {
  WEIR_TRY(Connection connection, Connection::open(*database_));
  WEIR_CHECK(connection.run("SET GLOBAL memory_limit = " + quote_text(bytes_text(bytes))));
  options_.memory_bytes = bytes;
  return {};
}

unsigned Tenant::threads() const {
  if (options_.threads > 0) return static_cast<unsigned>(options_.threads);
  return std::max(1U, std::thread::hardware_concurrency());
}

Result<void> Tenant::limit_spill(std::uint64_t bytes) {
  WEIR_TRY(Connection connection, Connection::open(*database_));
  return connection.run("SET GLOBAL max_temp_directory_size = " + quote_text(bytes_text(bytes)));
}

Result<std::unique_lock<std::timed_mutex>> Tenant::lock_table(const std::string& table,
                                                              const Allowance& allowance) {
  std::timed_mutex* found = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto& slot = table_locks_[folded_name(table)];
    if (!slot) slot = std::make_unique<std::timed_mutex>();
    found = slot.get();
  }
  std::unique_lock lock(*found, std::defer_lock);
  const auto watch = this->watch(allowance);
  while (!lock.try_lock_for(lock_tried_for)) {
    if (auto why = watch->over()) return fail(*std::move(why));
  }
  return lock;
}

namespace {

/// Whether this owner's loads are let in; and the run's epoch as of now, not as of a transaction.
Result<std::uint64_t> checked_fence(Connection& connection, const std::string& run,
                                    std::uint64_t epoch) {
  WEIR_TRY(const std::uint64_t fence, fence_of(connection, run));
  if (epoch >= fence) return fence;
  return fail(Errc::conflict, "the run " + run +
                                  " was taken over by another owner, whose loads count; nothing of "
                                  "this one was kept");
}

}  // namespace

Result<void> Tenant::fence(const std::string& run, std::uint64_t epoch) {
  const std::lock_guard lock(fences_);
  WEIR_TRY(Connection connection, Connection::open(*database_));
  WEIR_TRY(const std::uint64_t fence, checked_fence(connection, run, epoch));
  if (epoch == fence) return {};
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_CHECK(raise_fence(connection, run, epoch, now()));
  return transaction.commit();
}

void Tenant::trim_ledger() {
  if (commits_++ % limits::ledger_trimmed_every != 0) return;
  // Two at once would want the same rows.
  const std::lock_guard lock(fences_);
  const auto trimmed = [this]() -> Result<void> {
    WEIR_TRY(Connection connection, Connection::open(*database_));
    WEIR_TRY(Transaction transaction, Transaction::begin(connection));
    WEIR_CHECK(duckdb::trim_ledger(connection, now()));
    return transaction.commit();
  };
  static_cast<void>(trimmed());
}

// Each checkpoint compresses a table's last rows anew, 120,000 of each table that a load wrote, so
// one for every small load is most of what the load costs. With a log that is long beside its file
// they are not fewer by much, and the blocks that they leave free make the file larger.
void Tenant::bound_log() {
  if (log_bytes_most_ == 0) return;
  std::error_code none;
  const std::uintmax_t file = std::filesystem::file_size(options_.tables_file, none);
  if (none) return;
  const std::uint64_t bytes =
      std::clamp(file / log_part_of_file, limits::table_log_bytes_min, log_bytes_most_);
  if (log_bytes_.exchange(bytes) == bytes) return;
  // Failing does no harm: the log is then bounded as before.
  auto connection = Connection::open(*database_);
  if (connection)
    static_cast<void>(
        connection->run("SET GLOBAL checkpoint_threshold = " + quote_text(bytes_text(bytes))));
}

// One process has a tables file, so a lock between its threads does.
Result<void> Tenant::commit(Transaction& transaction, const LoadId& id) {
  bound_log();
  if (id.run.empty()) return transaction.commit();
  const std::lock_guard lock(fences_);
  WEIR_TRY(Connection connection, Connection::open(*database_));
  WEIR_CHECK(checked_fence(connection, id.run, id.epoch));
  return transaction.commit();
}

Result<std::string> Tenant::path_of(const std::string& uri) const {
  namespace fs = std::filesystem;
  if (options_.remote != nullptr) {
    const bool leads_up = (uri + "/").find("/../") != std::string::npos;
    if (uri.starts_with(options_.remote_folder) && !leads_up) return uri;
    return fail(Errc::forbidden,
                uri + " is not in the tenant's part of the store, " + options_.remote_folder);
  }
  const std::string_view path = uri.starts_with(file_scheme)
                                    ? std::string_view(uri).substr(file_scheme.size())
                                    : std::string_view(uri);
  std::error_code error;
  const fs::path file = fs::weakly_canonical(fs::absolute(path), error);
  const fs::path folder =
      error ? fs::path() : fs::weakly_canonical(fs::absolute(options_.store_folder), error);
  if (error) return fail(Errc::io, "cannot look up " + uri + ": " + error.message());
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  if (end != folder.end() || rest == file.end())
    return fail(Errc::forbidden, uri + " is not in the tenant's part of the store, " +
                                     options_.store_folder.string());
  return file.string();
}

Result<std::vector<TableInfo>> Tenant::tables(Connection& connection, bool counts) {
  WEIR_TRY(const auto stored, stored_tables(connection));
  std::vector<TableInfo> tables;
  for (const StoredTable& table : stored) {
    TableInfo& info = tables.emplace_back(TableInfo{table.name, 0, {}});
    for (const StoredColumn& column : table.columns)
      if (!column.hidden) info.columns.push_back({column.name, column.type});
    info.columns.insert(
        info.columns.end(),
        {{pk_column, "VARCHAR"}, {uuid_column, "UUID"}, {updated_column, "BIGINT"}});
    if (counts) {
      WEIR_TRY(info.rows, connection.count(sql("SELECT count(*) FROM $", table.rows_sql())));
    }
  }
  return tables;
}

}  // namespace weir::engine::duckdb
