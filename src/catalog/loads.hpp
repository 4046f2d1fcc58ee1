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

/// A load of batches into a table by a run: not which batches, but how the run selected them.
struct TableLoad {
  std::uint32_t tenant_no = 0;
  std::string table;
  BatchFilter chosen;           // of one stream
  std::uint64_t committed = 0;  // the number of batches then, from Loads::committed()
  bool truncates = false;       // rows loaded earlier were removed
  bool fills = true;            // batches were loaded and not removed again
};

/// The last load of a batch, for each table it was loaded into.
struct LoadedInto {
  std::string table;
  std::string run_id;
  Time at;
};

/// Which run loaded which batch into which table: the last thing a receipt reports (spec/files.md
/// 8). One row per load, none per batch. The rounds of a live run that follow each other are one.
class Loads {
 public:
  explicit Loads(Database& database) : database_(database) {}

  /// Call it before looking for batches, so that batches committed later do not count as loaded.
  Result<std::uint64_t> committed();
  /// Records a load after the engine has done it, for the run of the lease. Errors: conflict when
  /// the lease is no longer the run's newest.
  Result<void> add(const RunLease& lease, const TableLoad& load);
  /// Records that a table was emptied by hand: what was loaded before is in it no more.
  Result<void> note_emptied(std::uint32_t tenant_no, const std::string& table);
  /// Records that a table has another name: what was loaded is in it.
  Result<void> note_renamed(std::uint32_t tenant_no, const std::string& from,
                            const std::string& to);
  /// By table. Looks at the newest `loads_looked_at_max` loads whose selection includes the batch.
  Result<std::vector<LoadedInto>> of(const Batch& batch);

 private:
  Database& database_;
};

}  // namespace weir::catalog
