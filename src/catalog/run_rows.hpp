#pragma once

#include "catalog/runs.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {

inline constexpr const char* run_columns =
    "id, tenant_no, courier_id, name, state, range_from, range_to, load_only, skip_missing,"
    " shadow, error, created_at, started_at, ended_at, live, batch_after, batch_to, rounds";

void run_into(Statement& statement, Run& row);

/// Converts a state read from the database; false if the text is not a state.
bool take_state(RunState& target, const std::string& text);

/// Errors: not_found when the tenant has no such run. Called inside a transaction.
Result<Run> select_run(soci::session& session, std::uint32_t tenant_no, const std::string& id);

/// Ends a run and its lease, and raises its alert. Called inside a transaction.
Result<void> end_run(soci::session& session, Database& database, const std::string& run_id,
                     RunState state, const std::string& error);

/// An id that no run has. Called inside a transaction.
Result<std::string> new_run_id(soci::session& session, Database& database);

/// Checks that the run is not over and that the lease is its newest one. Errors: conflict where
/// not, not_found where the run does not exist. Called inside the transaction of the change.
Result<void> check_holder(soci::session& session, const RunLease& lease);

}  // namespace weir::catalog
