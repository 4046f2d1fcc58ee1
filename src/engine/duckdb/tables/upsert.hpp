#pragma once

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Upserts the good rows of `weir_staged` into the domain table and counts the results. Which of
/// the rows with one key stays (spec/feeds.md 7):
///
///   with a last-updated field  the highest; null is the lowest; of equal ones the new one, and
///                              within the load the later
///   without                    the new one, and within the load the later: of the later file, or
///                              further down in it, or further down in the query's result
///
/// A new row equal to the stored one counts as rejected and changes nothing, not even `_updated`.
/// So a repeated load rejects all rows.
Result<void> upsert(Connection& connection, const Load& load, const DomainTable& table,
                    LoadCounts& counts);

}  // namespace weir::engine::duckdb
