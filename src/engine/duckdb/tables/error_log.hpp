#pragma once

#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/engine.hpp"

/// Which fields of which rows a load could not take (docs/formats/tables-file.md). Nothing here
/// locks; all of it works within the caller's transaction.
namespace weir::engine::duckdb {

/// The schema's part of the log; for a new file.
Result<void> create_error_log(Connection& connection);

/// Notes errors of a load whose number is in `counts`, the first `row_errors_logged_max`; errors of
/// loads before the log's days go. Does nothing where there are no errors.
Result<void> note_errors(Connection& connection, const LoadCounts& counts,
                         const std::vector<LoggedError>& errors, Time now);

/// Those that the filter chooses.
Result<std::vector<LoggedError>> logged_errors(Connection& connection, const ErrorFilter& filter);

}  // namespace weir::engine::duckdb
