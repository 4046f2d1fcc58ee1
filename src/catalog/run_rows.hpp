#pragma once

#include "catalog/runs.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {

/// What run_into reads, of the table "runs".
std::string run_columns();

/// A condition on "runs": it failed, no other run tells of it, and nothing of its kind, courier and
/// group has succeeded since.
inline constexpr const char* is_unresolved =
    "state = 'failed' AND parent = '' AND NOT EXISTS (SELECT 1 FROM runs later"
    " WHERE later.tenant_no = runs.tenant_no AND later.kind = runs.kind"
    " AND later.courier_id = runs.courier_id AND later.group_id = runs.group_id"
    " AND later.state = 'succeeded' AND later.no > runs.no)";

void run_into(Statement& statement, Run& row);

/// Converts a state read from the database; false if the text is not a state.
bool take_state(RunState& target, const std::string& text);

/// Errors: not_found when the tenant has no such run. Called inside a transaction.
Result<Run> select_run(soci::session& session, std::uint32_t tenant_no, const std::string& id);

/// Inserts a run, which comes without id and creation time, and returns it. Called inside a
/// transaction.
Result<Run> insert_run(soci::session& session, Database& database, Run run);

/// Called inside a transaction.
Result<void> add_notices(soci::session& session, const std::string& run_id,
                         const std::vector<RunNotice>& notices);

/// By position. Called inside a transaction.
Result<std::vector<RunTask>> select_tasks(soci::session& session, const std::string& run_id);

/// Which feeds a run that is not over loads into; by its settings, none for "".
Result<void> note_feeds(soci::session& session, const std::string& run_id,
                        const std::string& config);

/// Writes what a step says, once its lease was checked.
Result<void> put_step(soci::session& session, const RunLease& lease, const RunStep& step);

/// Inserts a task, or replaces the one of the same id. Errors: conflict where it is another run's.
/// Called inside a transaction.
Result<void> put_task(soci::session& session, const RunTask& task);

/// Ends a run and its lease, cancels what it has not done, and raises its alert. What waits for it
/// is looked at at once. Called inside a transaction.
Result<void> end_run(soci::session& session, Database& database, const std::string& run_id,
                     RunState state, const std::string& error);

/// An id that no run has. Called inside a transaction.
Result<std::string> new_run_id(soci::session& session, Database& database);

/// Checks that the run is not over and that the lease is its newest one. Errors: conflict where
/// not, not_found where the run does not exist. Called inside the transaction of the change.
Result<void> check_holder(soci::session& session, const RunLease& lease);

}  // namespace weir::catalog
