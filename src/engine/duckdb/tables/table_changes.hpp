#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

/// Changes of a whole table that no load makes. Each waits for the loads of its table.
namespace weir::engine::duckdb {

/// Engine::purge
Result<void> purge_table(Tenant& tenant, const std::string& table);
/// Engine::rename_table
Result<void> rename_table(Tenant& tenant, const std::string& from, const std::string& to);
/// Engine::remove_rows
Result<std::uint64_t> remove_rows(Tenant& tenant, const std::string& table,
                                  const RowCondition& condition, bool dry_run);

}  // namespace weir::engine::duckdb
