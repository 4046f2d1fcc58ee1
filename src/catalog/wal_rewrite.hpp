#pragma once

#include <string>

#include "base/result.hpp"

namespace weir::catalog {

/// Rewrites the contents of a database's SQLite write-ahead log in place and syncs it; does nothing
/// where there is no such log. Must be called before SQLite opens the database.
///
/// Why: after a failed sync the kernel still returns the written bytes to readers but may never
/// write them to disk, even at a later successful sync. A server restarted on the same machine
/// would then read commits that are on no disk, and SQLite would append behind them. A power cut
/// would lose them and all later commits. Rewriting the bytes makes them durable.
///
/// `vfs` is a registered sqlite3_vfs; empty: the default one. Nobody else may have the database
/// open. Errors: io, disk_full.
Result<void> rewrite_wal(const std::string& database_path, const std::string& vfs);

}  // namespace weir::catalog
