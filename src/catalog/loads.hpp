#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/batches.hpp"
#include "catalog/lease.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// That a run has loaded batches into a table: not which ones, but by what it had chosen them.
struct TableLoad {
  std::uint32_t tenant_no = 0;
  std::string table;
  BatchFilter chosen;           // of one stream
  std::uint64_t committed = 0;  // batches there were, from Loads::committed()
  bool truncates = false;       // what was in the table before is gone
  bool fills = true;            // batches were loaded, and are not gone again
};

/// Where a batch was loaded to last, for each table it is in.
struct LoadedInto {
  std::string table;
  std::string run_id;
  Time at;
};

/// Which run has loaded a batch into which table: what receipts tell last (spec/files.md 8). A
/// row a load, none a batch.
class Loads {
 public:
  explicit Loads(Database& database) : database_(database) {}

  /// Asked before the batches are looked for: those committed later are not claimed as loaded.
  Result<std::uint64_t> committed();
  /// Once the engine has done it, by the run that the lease is of: conflict when it is not the
  /// holder's any more.
  Result<void> add(const RunLease& lease, const TableLoad& load);
  /// By table. Found by the newest `loads_looked_at_max` loads that the batch was chosen for.
  Result<std::vector<LoadedInto>> of(const Batch& batch);

 private:
  Database& database_;
};

}  // namespace weir::catalog
