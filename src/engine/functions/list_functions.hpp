#pragma once

#include <duckdb.h>

#include "base/result.hpp"

namespace weir::engine {

/// Arrays as sets, over elements of simple types (whole numbers, truths, texts, days, moments), for
/// add_spark_functions(). Arrays of all others are left to the macros of the dialect layer
/// (prelude.cpp).
[[nodiscard]] Result<void> add_list_functions(duckdb_connection connection);

}  // namespace weir::engine
