#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// The same for aggregate functions: `spark_var_pop`, `spark_decimal_sum`, ...; see
/// number_functions.hpp, which adds them too.
[[nodiscard]] Result<void> add_aggregate_functions(duckdb_connection connection);

}  // namespace weir::engine
