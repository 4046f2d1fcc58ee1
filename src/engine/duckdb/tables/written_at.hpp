#pragma once

#include <string_view>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

/// `_written_at`: when the load, or the other change, that wrote a row was committed
/// (spec/feeds.md 8). Nothing here locks; all of it works within the caller's transaction.
namespace weir::engine::duckdb {

inline constexpr std::string_view written_at_column = "_written_at";

/// Whether a query may mean the column; never false for one that does.
bool names_written_at(std::string_view query);

/// As select_of, with `_written_at` behind the other columns, unless the feed has a column of that
/// name. NULL: the ledger does not have the load any more.
Sql select_with_written_at(const StoredTable& table, const Sql& rows);

/// Puts temporary views of the tables with that column before those of main, for one connection.
Result<void> create_views_with_written_at(Connection& connection);

}  // namespace weir::engine::duckdb
