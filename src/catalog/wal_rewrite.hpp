#pragma once

#include <string>

#include "base/result.hpp"

namespace weir::catalog {

/// Writes SQLite's write-ahead log of a database once more, over itself, and syncs it; where there
/// is none, nothing. To be called before SQLite opens the database.
///
/// Why: when a sync fails, the kernel keeps what was written readable but gives up making it safe,
/// and no later sync changes that. A server that is started again on the same machine then finds
/// commits in the log that no disk holds, SQLite takes them for good and appends to them, and a
/// power cut takes them and all behind them. What is written again is safe once synced.
///
/// `vfs` is a registered sqlite3_vfs; empty: the operating system's. No one else may have the
/// database open. Errors: io, disk_full.
Result<void> rewrite_wal(const std::string& database_path, const std::string& vfs);

}  // namespace weir::catalog
