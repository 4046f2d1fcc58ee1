#pragma once

#include <string>

#include <soci/soci.h>

#include "base/result.hpp"

/// Detects changes of the catalog's contents by anything but the catalog itself
/// (docs/decisions/0006-catalog-sums.md). One connection, used by one thread at a time.
namespace weir::catalog {

/// Registers the SQL functions that the triggers below call. Call it once per connection, before
/// any write.
Result<void> add_sum_functions(soci::session& session);

/// Starts keeping a sum of each table's rows, and of the schema. Call it inside the transaction
/// that changed the schema.
Result<void> keep_content_sums(soci::session& session);
/// Suspends the sums until the next keep_content_sums, so that a migration may change tables.
Result<void> stop_content_sums(soci::session& session);

/// Reads the whole database. Errors: corrupt, with the finding, when a page, a row, an index or the
/// schema differs from what was written. A database that never had sums is checked for its
/// structure only.
Result<void> check_content(soci::session& session);

}  // namespace weir::catalog
