#pragma once

#include <string>
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

/// The beginning of each error's record as it stands in its file, in the order of the errors.
/// Empty: it is not known, or the texts before it are many already.
std::vector<std::string> record_texts(const Tenant& tenant, const Load& load,
                                      const std::vector<LoggedError>& errors);

}  // namespace weir::engine::duckdb
