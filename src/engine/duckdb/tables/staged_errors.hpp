#pragma once

#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Every bad field of every bad row that was staged, in the order of the data; the first
/// limits::row_errors_logged_max. Reads files again only where receipts do not follow from rows.
Result<std::vector<LoggedError>> staged_errors(Connection& connection, const Tenant& tenant,
                                               const Load& load);

}  // namespace weir::engine::duckdb
