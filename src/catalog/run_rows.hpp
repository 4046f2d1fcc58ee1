#pragma once

#include "catalog/runs.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {

inline constexpr const char* run_columns =
    "id, tenant_no, courier_id, name, state, range_from, range_to, load_only, skip_missing, error,"
    " created_at, started_at, ended_at";

void run_into(Statement& statement, Run& row);

/// Stores a state read from the database, if it is one.
bool take_state(RunState& target, const std::string& text);

/// not_found when the tenant has no such run. Inside a transaction.
Result<Run> select_run(soci::session& session, std::uint32_t tenant_no, const std::string& id);

/// Whether the run is not over and still the lease's: conflict where not, not_found where there is
/// no such run. Inside the transaction of the change that it stands for.
Result<void> check_holder(soci::session& session, const RunLease& lease);

}  // namespace weir::catalog
