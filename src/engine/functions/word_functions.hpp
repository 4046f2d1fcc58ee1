#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds Spark's functions of words, addresses, hashes and zones to a database. As
/// add_text_functions().
[[nodiscard]] Result<void> add_word_functions(duckdb_connection connection);

}  // namespace weir::engine
