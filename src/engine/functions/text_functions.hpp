#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds Spark's functions of text, dates and timestamps to a database: casts from and to text,
/// date patterns, regular expressions, base64 and UTF-8. The SQL of the dialect layer calls them.
/// Call it once per database, over any connection; all of its connections and threads can then use
/// them.
[[nodiscard]] Result<void> add_text_functions(duckdb_connection connection);

}  // namespace weir::engine
