#pragma once

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/reader/open_sources.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Prepares an empty table for the load of its first rows, within the caller's transaction: columns
/// of texts that nearly all differ are compressed as such, and no dictionary of them is tried out,
/// which takes longer than all else that storing them does. Judged by the load's first rows, where
/// these can be had without the others; otherwise, or where there are few of them, DuckDB tries out
/// what is best for each column. The sources are not read by this as far as their counts tell.
/// Creates the views of input_of() (stage.hpp), over other sources.
Result<void> look_for_distinct_texts(Connection& connection, const OpenSources& sources,
                                     const Load& load, const DomainTable& table);

}  // namespace weir::engine::duckdb
