#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/tables/stored_table.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

/// Changes of a whole table that no load makes. Each waits for the loads of its table.
namespace weir::engine::duckdb {

/// Engine::purge
Result<void> purge_table(Tenant& tenant, const std::string& table);
/// Notes in the ledger that the table is about to go; within the caller's transaction.
Result<void> note_purge(Connection& connection, const Tenant& tenant, const StoredTable& table);
/// Engine::rename_table
Result<void> rename_table(Tenant& tenant, const std::string& from, const std::string& to);
/// Engine::remove_rows
Result<RemovedRows> remove_rows(Tenant& tenant, const Removal& removal);

}  // namespace weir::engine::duckdb
