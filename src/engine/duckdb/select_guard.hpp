#pragma once

#include <set>
#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"

namespace weir::engine {

/// Accepts exactly one SELECT over these tables (names in lower case), its own CTEs and
/// information_schema, without calls of functions that read files, settings or DuckDB's internals.
/// Checks DuckDB's own parse tree; nothing is bound or run. bad_request says what is wrong.
Result<void> guard_select(Connection& connection, const std::string& sql,
                          const std::set<std::string>& tables);

}  // namespace weir::engine
