#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Adds Spark's functions of JSON within texts to a database: get_json_object, json_tuple, to_json.
/// As add_text_functions().
[[nodiscard]] Result<void> add_json_functions(duckdb_connection connection);

}  // namespace weir::engine
