#pragma once

#include <set>
#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"

namespace weir::engine::duckdb {

/// Lets through what is exactly one SELECT that reads these tables, rows made up in the query
/// (range, generate_series, unnest, VALUES) and the columns of information_schema, and that calls
/// no function that reads files, settings or DuckDB's inside. Said by the parse tree and decided by
/// the plan it binds to: what a name means is known only there. bad_request says what is wrong;
/// nothing was run. Returns the query, bound.
Result<Prepared> guard_select(Connection& connection, const std::string& sql,
                              const std::set<std::string>& tables);

}  // namespace weir::engine::duckdb
