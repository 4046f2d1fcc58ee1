#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds what reads and writes JSON and CSV under a schema: FROM_JSON, FROM_CSV and TO_CSV. As
/// add_text_functions().
[[nodiscard]] Result<void> add_schema_functions(duckdb_connection connection);

}  // namespace weir::engine
