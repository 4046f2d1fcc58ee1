#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/engine.hpp"

/// What loads did, and whose loads are let in: written in the loads' own transactions
/// (docs/formats/tables-file.md). Nothing here locks.
namespace weir::engine::duckdb {

/// The schema's part of the ledger; for a new file.
Result<void> create_ledger(Connection& connection);

/// Notes a load that is about to be committed. Its number is in `counts`.
Result<void> note_load(Connection& connection, const Load& load, std::uint64_t table_no,
                       LoadState state, Time at, const LoadCounts& counts);
/// The counts of the load of that name, if it is done.
Result<std::optional<LoadCounts>> done_before(Connection& connection, const LoadId& id);
/// The loads that the filter chooses, newest first.
Result<std::vector<LoadRecord>> ledger(Connection& connection, const LedgerFilter& filter);

/// The highest epoch that the run has shown; 0: none.
Result<std::uint64_t> fence_of(Connection& connection, const std::string& run);
/// Sets it, within the caller's transaction.
Result<void> raise_fence(Connection& connection, const std::string& run, std::uint64_t epoch);

}  // namespace weir::engine::duckdb
