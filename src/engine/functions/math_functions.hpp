#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds Spark's functions of fractions, bits and digits to a database: sin, conv, bin,
/// width_bucket. As add_text_functions().
[[nodiscard]] Result<void> add_math_functions(duckdb_connection connection);

}  // namespace weir::engine
