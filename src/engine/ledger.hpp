#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "engine/load.hpp"

/// The ledger of what changed tables, which an engine writes in the transactions of the changes
/// themselves.
namespace weir::engine {

enum class LoadState : std::uint8_t {
  done,
  over_threshold,  // nothing was loaded
  undone,
};

/// What changed a table. All of them have numbers of one sequence and stand in one ledger.
enum class ChangeKind : std::uint8_t {
  load,
  removal,   // of rows by a condition
  purge,     // of the table
  renaming,  // of the table
  undo,      // of a load or a removal
  swap,      // of the table and its shadow
};

/// What the ledger has of a load, or of another change.
struct LoadRecord {
  ChangeKind kind = ChangeKind::load;
  LoadId id;
  std::string table;           // as it was called then
  std::uint64_t table_no = 0;  // the same through its renamings; 0: nothing was loaded
  LoadState state = LoadState::done;
  std::uint64_t undoes = 0;  // of an undo: the load or the removal
  std::string note;          // of a removal: the condition; of a renaming: the name before
  Time at;
  LoadCounts counts;  // without row_errors, files and the misfits' texts
};

struct LedgerFilter {
  std::string table = {};    // empty: of all tables
  std::string file = {};     // that read the file of that key; empty: of any
  std::string run = {};      // empty: of all runs
  std::uint64_t before = 0;  // loads with lower numbers; 0: all
  std::uint64_t most = 100;  // of them, the newest
};

}  // namespace weir::engine
