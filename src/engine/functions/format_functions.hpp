#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds what reads and writes numbers in a format: TO_NUMBER, TO_CHAR and FORMAT_STRING. As
/// add_text_functions().
[[nodiscard]] Result<void> add_format_functions(duckdb_connection connection);

}  // namespace weir::engine
