#pragma once

#include "catalog/statement.hpp"
#include "catalog/usage.hpp"

namespace weir::catalog {

/// Adds to a stream's day, inside a transaction.
Result<void> add_used(soci::session& session, StreamNo stream, Day day, const Used& used);

}  // namespace weir::catalog
