#pragma once

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "catalog/statement.hpp"
#include "fields/sketch.hpp"

namespace weir::catalog {

/// Merges what a batch's payloads have into its stream's fields and those of the day. Inside the
/// transaction that commits the batch.
Result<void> merge_fields(soci::session& session, StreamNo stream, Day day,
                          const fields::Sketch& sketch, Time now);

}  // namespace weir::catalog
