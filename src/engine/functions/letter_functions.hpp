#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Functions over the letters of texts and their places (engine/spark/letters.hpp), and what puts
/// texts together; for add_spark_functions().
[[nodiscard]] Result<void> add_letter_functions(duckdb_connection connection);

}  // namespace weir::engine
