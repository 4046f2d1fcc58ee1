#pragma once

#include <string>

#include "engine/load.hpp"

namespace weir::engine::duckdb {

/// A hash of all that decides what rows a load makes of records, and which of them stay: the feed's
/// fields, key and rules, and the operations with their queries. Not of the files, and not of what
/// decides whether the load is done at all (the threshold, truncating).
std::string definition_of(const Load& load);

}  // namespace weir::engine::duckdb
