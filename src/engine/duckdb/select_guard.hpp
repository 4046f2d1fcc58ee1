#pragma once

#include <set>
#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"

namespace weir::engine {

/// Lets through what is exactly one SELECT over these tables (names in lower case), its own CTEs
/// and information_schema, and calls no function that reads files, settings or DuckDB's inside.
/// Judged on DuckDB's own parse tree. bad_request says what is wrong; nothing was run or bound.
Result<void> guard_select(Connection& connection, const std::string& sql,
                          const std::set<std::string>& tables);

}  // namespace weir::engine
