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

/// Engine::query_as_of: the same over the tables as of that number.
Result<Table> run_query_as_of(Tenant& tenant, const std::string& sql, std::uint64_t as_of,
                              const ReadLimits& limits);

/// The rows of a SELECT of ours.
Result<Table> read_rows(Connection& connection, const std::string& sql, const ReadLimits& limits);

/// Engine::preview: the first rows of an ingest query over sources; empty: of the one source.
Result<Table> run_preview(Tenant& tenant, const std::vector<Source>& sources,
                          const std::string& query, const ReadLimits& limits);

}  // namespace weir::engine::duckdb
