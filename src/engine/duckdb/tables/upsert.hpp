#pragma once

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Upserts the good rows of `weir_staged` into the domain table and counts the results; the load's
/// number is in `counts`. Of all rows with one key, the one that stands among them, the greatest
/// stays (spec/feeds.md 7):
///
///   1. by the last-updated field, where the feed has one; NULL is the lowest;
///   2. by the record's origin: what was received later;
///   3. within the load by operation, and then by the values of the row: any order, but always the
///      same.
///
/// So loads in any order, and loads repeated, leave one table. A row of the same record as the one
/// that stands takes its place, whatever its values: the feed or its query has changed. With
/// Keep::loaded_last the greatest row of the load takes the place of any other.
///
/// A row equal to the one that stands is rejected. It leaves its origin if that is the later one,
/// so that no record in between wins afterwards.
///
/// What goes is kept in the table's history.
Result<void> upsert(Connection& connection, const Load& load, const DomainTable& table,
                    const Tenant& tenant, LoadCounts& counts);

/// Inserts rows of `from`, which has the columns of what is staged.
Result<void> insert_rows(Connection& connection, const Load& load, const DomainTable& table,
                         std::uint64_t load_no, const Sql& from);

/// Leaves of the good rows of a load, which are all that the table has, the greatest of each key,
/// as upsert() does, and counts the results.
Result<void> keep_greatest(Connection& connection, const Load& load, const DomainTable& table,
                           const Tenant& tenant, LoadCounts& counts);

}  // namespace weir::engine::duckdb
