#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds to a database the functions of text and moments that the SQL of the dialect layer calls:
/// casts from text and to it, date patterns, regular expressions, base64 and UTF-8. Once for each
/// database, over any connection to it; they can then be called on all of its connections and
/// threads.
[[nodiscard]] Result<void> add_text_functions(duckdb_connection connection);

}  // namespace weir::engine
