// DuckDB writes the file itself, with the memory that it has for queries. An answer of HTTP is
// whole in memory here, so the file is fetched in parts, whose size bounds the memory.

#include "engine/duckdb/exports.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/tables/as_of.hpp"
#include "engine/duckdb/tables/row_changes.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::string_view written_ending = ".exports.tmp";
constexpr std::string_view done_ending = ".exports";

/// Where a file goes once it is whole: no SQL reaches it there, and it is no reason to end a call.
std::filesystem::path done_path(const std::filesystem::path& written) {
  std::string folder = written.parent_path().string();
  folder.resize(folder.size() - written_ending.size());
  return std::filesystem::path(folder + std::string(done_ending)) / written.filename();
}

Result<Sql> rows_of(Connection& connection, const ExportRequest& request) {
  WEIR_TRY(const StoredTable table, existing_table(connection, request.table));
  if (request.since > 0) {
    WEIR_TRY(const States states, states_since(connection, table, request.since));
    return changes_sql(table, states);
  }
  if (request.as_of == 0) return select_of(table, table.in_sql());
  WEIR_CHECK(check_number(connection, request.as_of));
  WEIR_CHECK(check_reach(connection, table, request.as_of));
  WEIR_TRY(const Sql rows, rows_as_of(connection, table, request.as_of));
  return select_of(table, rows);
}

Result<void> write(Tenant& tenant, const ExportRequest& request, const std::filesystem::path& path,
                   const Allowance& allowance) {
  WEIR_TRY(Connection connection, tenant.connect(allowance));
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
  WEIR_TRY(const Sql rows, rows_of(connection, request));
  const Sql format = request.format == ExportFormat::parquet
                         ? sql("FORMAT parquet, COMPRESSION zstd")
                         : sql("FORMAT csv, HEADER");
  return connection.run(sql("COPY ($) TO $ ($)", rows, Text{path.string()}, format));
}

}  // namespace

std::filesystem::path Exports::folder_of(const std::filesystem::path& tables_file) {
  return tables_file.string() + std::string(written_ending);
}

Exports::Exports(const std::filesystem::path& tables_folder, const Clock& clock) : clock_(clock) {
  std::error_code error;
  for (std::filesystem::directory_iterator next(tables_folder, error), end; !error && next != end;
       next.increment(error)) {
    std::error_code gone;
    const std::string name = next->path().filename().string();
    if (name.ends_with(written_ending) || name.ends_with(done_ending))
      std::filesystem::remove_all(next->path(), gone);
  }
}

/// Those that nobody has fetched for a while.
void Exports::remove_old() {
  for (auto file = files_.begin(); file != files_.end();) {
    const bool old = file->second.made && clock_.now() - file->second.used_at > limits::export_kept;
    std::error_code error;
    if (old) std::filesystem::remove(file->second.path, error);
    file = old ? files_.erase(file) : std::next(file);
  }
}

Result<std::string> Exports::reserve(const std::string& tenant, const std::filesystem::path& folder,
                                     const std::string& extension) {
  const std::lock_guard lock(mutex_);
  remove_old();
  const auto open = std::count_if(files_.begin(), files_.end(), [&tenant](const auto& file) {
    return file.second.tenant == tenant;
  });
  if (open >= limits::exports_open_max)
    return fail(Errc::overloaded, "there are " + std::to_string(open) +
                                      " exports of this tenant already; delete one, or wait "
                                      "until one is forgotten");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Errc::io, "cannot make the directory of exports: " + error.message());
  const std::string id = "ex-" + std::to_string(++next_);
  files_[id] = {tenant, folder / (id + extension), clock_.now()};
  return id;
}

Result<Export> Exports::add(Tenant& tenant, const std::string& tenant_name,
                            const ExportRequest& request, const Allowance& allowance) {
  const std::filesystem::path folder = folder_of(tenant.tables_file());
  WEIR_TRY(
      const std::string id,
      reserve(tenant_name, folder, request.format == ExportFormat::parquet ? ".parquet" : ".csv"));
  std::filesystem::path path;
  {
    const std::lock_guard lock(mutex_);
    path = files_[id].path;
  }
  auto written = write(tenant, request, path, allowance);
  const std::filesystem::path done = done_path(path);
  std::error_code error;
  std::uint64_t bytes = 0;
  if (written) std::filesystem::create_directories(done.parent_path(), error);
  if (written && !error) std::filesystem::rename(path, done, error);
  if (written && !error) bytes = std::filesystem::file_size(done, error);
  const std::lock_guard lock(mutex_);
  if (!written || error) {
    std::error_code gone;
    std::filesystem::remove(path, gone);
    files_.erase(id);
    if (!written) return fail(std::move(written).error());
    return fail(Errc::io, "cannot keep the exported file: " + error.message());
  }
  files_[id] = {tenant_name, done, clock_.now(), true};
  return Export{id, bytes};
}

Result<std::string> Exports::read(const std::string& tenant, const std::string& id,
                                  std::uint64_t offset) {
  std::ifstream in;
  {
    const std::lock_guard lock(mutex_);
    const auto file = files_.find(id);
    if (file == files_.end() || file->second.tenant != tenant || !file->second.made)
      return fail(Errc::not_found, "there is no export \"" + id + "\"; it may have been forgotten");
    file->second.used_at = clock_.now();
    in.open(file->second.path, std::ios::binary);
  }
  std::string part(limits::export_part_bytes, '\0');
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(part.data(), static_cast<std::streamsize>(part.size()));
  if (in.bad() || !in.is_open()) return fail(Errc::io, "cannot read the exported file");
  part.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return part;
}

Result<void> Exports::drop(const std::string& tenant, const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto file = files_.find(id);
  if (file == files_.end() || file->second.tenant != tenant || !file->second.made)
    return fail(Errc::not_found, "there is no export \"" + id + "\"; it may have been forgotten");
  std::error_code error;
  std::filesystem::remove(file->second.path, error);
  files_.erase(file);
  return {};
}

}  // namespace weir::engine::duckdb
