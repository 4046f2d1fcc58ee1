#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// XPATH and its like over XML within texts (engine/spark/xpath.hpp), for add_spark_functions().
[[nodiscard]] Result<void> add_xpath_functions(duckdb_connection connection);

}  // namespace weir::engine
