#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds Spark's number functions to a database, where DuckDB has none that does exactly the same:
/// `spark_add_int`, `spark_decimal_divide`, ... The SQL of the dialect layer calls them. Call it
/// once per database, over any connection; all of the database's connections and threads can then
/// use them.
[[nodiscard]] Result<void> add_number_functions(duckdb_connection connection);

}  // namespace weir::engine
