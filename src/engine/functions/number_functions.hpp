#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds to a database the functions of numbers that the SQL of the dialect layer calls, where
/// DuckDB has none that does exactly as Spark: `spark_add_int`, `spark_decimal_divide`, ... Once
/// for each database, over any connection to it; they can then be called on all of its connections
/// and threads.
[[nodiscard]] Result<void> add_number_functions(duckdb_connection connection);

}  // namespace weir::engine
