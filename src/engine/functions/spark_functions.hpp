#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds every native function that the SQL of the dialect layer calls to a database. Call it once
/// per database, over any connection; all of its connections and threads can then use them.
[[nodiscard]] Result<void> add_spark_functions(duckdb_connection connection);

}  // namespace weir::engine
