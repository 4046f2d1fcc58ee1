#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Engine::query: one SELECT in DuckDB's SQL over the tenant's domain tables, read only.
Result<Table> run_query(Tenant& tenant, const std::string& sql, const ReadLimits& limits);

/// Engine::preview: the first rows of an ingest query over sources; empty: of the one source.
Result<Table> run_preview(Tenant& tenant, const std::vector<Source>& sources,
                          const std::string& query, const ReadLimits& limits);

}  // namespace weir::engine::duckdb
