#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

/// A query that was let through, bound, and its text as it was bound.
struct GuardedSelect {
  Prepared statement;
  std::string sql;
  std::set<std::string> scanned;  // stored tables, as t7
};

/// What the views that a query sees are made of.
enum class Reads {
  tables,
  history,  // also the histories of the tables; information_schema does not tell of those
};

/// Lets through what is exactly one SELECT that reads the views of these tables, rows made up in
/// the query (range, generate_series, unnest, VALUES) and what information_schema says of the
/// views, and that calls no function that reads files, settings or DuckDB's inside. Said by the
/// parse tree and decided by the plan it binds to: what a name means is known only there.
/// bad_request says what is wrong; nothing was run. Of the tables, number and name matter.
Result<GuardedSelect> guard_select(Connection& connection, const std::string& sql,
                                   const std::vector<StoredTable>& tables,
                                   Reads reads = Reads::tables);

}  // namespace weir::engine::duckdb
