#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/reader/chosen_records.hpp"
#include "engine/engine.hpp"

/// Which fields of which rows a load could not take (docs/formats/tables-file.md). Nothing here
/// locks; all of it works within the caller's transaction.
namespace weir::engine::duckdb {

/// The schema's part of the log; for a new file.
Result<void> create_error_log(Connection& connection);

/// Notes errors of a load whose number is in `counts`, and which is in the ledger, the first
/// `row_errors_logged_max`, and settles earlier ones of the rows it read; errors before the log's
/// days go. `texts`: of their records, empty where one is not known; there may be fewer than
/// errors.
Result<void> note_errors(Connection& connection, const Load& load, const LoadCounts& counts,
                         const std::vector<LoggedError>& errors,
                         const std::vector<std::string>& texts, Time now);

/// What the log says without a load or removal that was just undone in the ledger: errors that it
/// settled are settled by the next load that read their rows, or open again, and its own open ones
/// are dismissed.
Result<void> note_errors_undone(Connection& connection, std::uint64_t table_no,
                                std::uint64_t undone);

/// The rows that Load::only_errors means; none are chosen where all of them are to be read.
Result<void> choose_errors(Connection& connection, const Load& load, ChosenRecords& chosen);

/// Those that the filter chooses.
Result<std::vector<LoggedError>> logged_errors(Connection& connection, const ErrorFilter& filter);

/// Likewise, counted.
Result<std::vector<ErrorKind>> error_kinds(Connection& connection, const ErrorFilter& filter);

/// As Engine::dismiss_error has it.
Result<void> dismiss_error(Connection& connection, std::uint64_t load, std::uint64_t number);

}  // namespace weir::engine::duckdb
