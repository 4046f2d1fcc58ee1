#pragma once

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Engine::try_load
Result<Tried> try_load(Tenant& tenant, const Load& load, const ReadLimits& limits);

}  // namespace weir::engine::duckdb
