#pragma once

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine {

/// Engine::load in one tenant's tables: all of it in one transaction, or nothing.
Result<LoadCounts> run_load(Tenant& tenant, const Load& load);

/// Engine::create_table likewise.
Result<void> run_create_table(Tenant& tenant, const Load& load);

}  // namespace weir::engine
