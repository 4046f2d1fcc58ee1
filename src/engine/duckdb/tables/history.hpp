#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/history_bounds.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

/// Rows that changes of a table replaced or removed (docs/formats/tables-file.md). A change is a
/// load, a removal of rows or an undo; each has a number in the ledger. Nothing here locks; all of
/// it works within the caller's transaction.
namespace weir::engine::duckdb {

/// "weir stored".h7, beside t7: what is kept of the rows that were.
Sql history_of(const StoredTable& table);
/// The rows that were, with all columns of the table and `replaced_by`. The key, its UUID and the
/// hash are made of the rest of the row, for the table's name of now; who does not name them does
/// not pay for them.
Sql past_rows(const StoredTable& table);
/// "weir stored".o7: the origins that rows had before a later record with the same values.
Sql origins_of(const StoredTable& table);

/// For a new file, and one of an earlier layout.
Result<void> create_histories(Connection& connection);
/// Makes the history of a table that is there, empty, but for columns of ours that not every table
/// has. The table can be told as of `reach` and later.
Result<void> create_history(Connection& connection, const StoredTable& table, std::uint64_t reach);
/// Gives it a column that the table has got.
Result<void> add_history_column(Connection& connection, const StoredTable& table,
                                const StoredColumn& column);
Result<void> drop_history(Connection& connection, const StoredTable& table);

/// Keeps the rows of the table for which `condition` holds, as ones that the change is about to
/// replace or remove.
Result<void> keep_rows(Connection& connection, const StoredTable& table, const Sql& condition,
                       std::uint64_t change, const HistoryBounds& bounds);
/// Keeps the origins of these rows, which the change is about to make later.
Result<void> keep_origins(Connection& connection, const StoredTable& table, const Sql& condition,
                          std::uint64_t change, const HistoryBounds& bounds);

/// Forgets the history before that number.
Result<void> begin_history(Connection& connection, const StoredTable& table, std::uint64_t reach);

/// The lowest number as of which the table can be told.
Result<std::uint64_t> reach_of(Connection& connection, const StoredTable& table);

/// Forgets what no change within the bounds needs. Whether there was anything to write.
Result<bool> trim_history(Connection& connection, const StoredTable& table,
                          const HistoryBounds& bounds, Time now);

}  // namespace weir::engine::duckdb
