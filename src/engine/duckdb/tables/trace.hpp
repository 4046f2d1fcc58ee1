#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"
#include "engine/trace.hpp"

/// From a record to its rows, and back. Reads a snapshot, waits for no load, and writes nothing.
namespace weir::engine::duckdb {

/// Engine::trace
Result<Trace> trace_record(Tenant& tenant, const Load& load, const Record& record);
/// Engine::record_of
Result<RowRecord> record_of_row(Tenant& tenant, const std::string& table, const std::string& key);
/// Engine::receipt_of
Result<std::string> receipt_of_row(const Tenant& tenant, const Source& source, std::uint64_t row);

}  // namespace weir::engine::duckdb
