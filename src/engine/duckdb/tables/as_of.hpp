#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

/// A table as it was when a change of the ledger had been committed and no later one. Nothing here
/// locks; all of it works within the caller's transaction.
namespace weir::engine::duckdb {

/// bad_request: no change has had that number yet.
Result<void> check_number(Connection& connection, std::uint64_t as_of);
/// bad_request: the table's history does not reach back to that number, with what it reaches to.
Result<void> check_reach(Connection& connection, const StoredTable& table, std::uint64_t as_of);

/// The table's rows as of that number, with all columns of the stored table, as a relation.
Result<Sql> rows_as_of(Connection& connection, const StoredTable& table, std::uint64_t as_of);

/// Puts temporary views of the tables as of that number before those of main, for one connection.
/// A table without history back to there has no view; what reads it is the caller's to refuse.
/// `written`: with `_written_at` (written_at.hpp).
Result<void> create_views_as_of(Connection& connection, const std::vector<StoredTable>& tables,
                                std::uint64_t as_of, bool written);

}  // namespace weir::engine::duckdb
