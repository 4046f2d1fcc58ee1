#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds what reads and writes intervals and timestamps without a zone. As add_text_functions().
[[nodiscard]] Result<void> add_interval_functions(duckdb_connection connection);

}  // namespace weir::engine
