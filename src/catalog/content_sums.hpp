#pragma once

#include <string>

#include <soci/soci.h>

#include "base/result.hpp"

/// Whether the catalog still holds what was written to it (docs/decisions/0006-catalog-sums.md).
/// All of it is for one connection, on one thread at a time.
namespace weir::catalog {

/// Gives the connection the SQL functions that the triggers below call. Once, before anything is
/// written.
Result<void> add_sum_functions(soci::session& session);

/// From now on the database keeps a sum of each table's rows, and has one of its schema. Inside the
/// transaction that changed the schema.
Result<void> keep_content_sums(soci::session& session);
/// Until the next keep_content_sums: so that a migration may change tables as it likes.
Result<void> stop_content_sums(soci::session& session);

/// Reads all of the database: corrupt, with what was found, when a page, a row, an index or the
/// schema is not what was written. A database that never had sums is only looked at for its
/// structure.
Result<void> check_content(soci::session& session);

}  // namespace weir::catalog
