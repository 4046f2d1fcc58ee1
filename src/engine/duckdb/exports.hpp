#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"
#include "env/clock.hpp"

namespace weir::engine::duckdb {

/// Files that tables were written to, until they are fetched or too old. They lie beside the tables
/// in a folder whose name ends with .tmp, like what is spilled, so that a full disk ends an export
/// too (DuckDbEngine). Thread-safe.
class Exports {
 public:
  /// What earlier processes left is removed.
  Exports(const std::filesystem::path& tables_folder, const Clock& clock);

  /// overloaded: the tenant has limits::exports_open_max of them.
  Result<Export> add(Tenant& tenant, const std::string& tenant_name, const ExportRequest& request,
                     const Allowance& allowance);
  /// At most limits::export_part_bytes from there on; empty at the end.
  Result<std::string> read(const std::string& tenant, const std::string& id, std::uint64_t offset);
  Result<void> drop(const std::string& tenant, const std::string& id);

  /// Where a tenant's exports may be written.
  static std::filesystem::path folder_of(const std::filesystem::path& tables_file);

 private:
  struct File {
    std::string tenant;
    std::filesystem::path path;
    Time used_at;
    bool made = false;
  };
  Result<std::string> reserve(const std::string& tenant, const std::filesystem::path& folder,
                              const std::string& extension);
  void remove_old();

  const Clock& clock_;
  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::string, File> files_;
};

}  // namespace weir::engine::duckdb
