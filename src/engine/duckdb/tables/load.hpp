#pragma once

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Runs Engine::load on one tenant's tables, in one transaction.
Result<LoadCounts> run_load(Tenant& tenant, const Load& load);

/// Runs Engine::create_table on one tenant's tables.
Result<void> run_create_table(Tenant& tenant, const Load& load);

}  // namespace weir::engine::duckdb
