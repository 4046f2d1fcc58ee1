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

/// The schema's part of the ledger; for a new file, and for one that lacks a part of it.
Result<void> create_ledger(Connection& connection);

/// Notes a load that is about to be committed. Its number is in `counts`.
Result<void> note_load(Connection& connection, const Load& load, std::uint64_t table_no,
                       LoadState state, Time at, const LoadCounts& counts);
/// Notes a change that is no load: its kind, its table, what it undoes and its note. Its number,
/// and how many rows it changed, are in `counts`.
Result<void> note_change(Connection& connection, const LoadRecord& change, std::uint64_t table_no,
                         Time at, const LoadCounts& counts);
/// Says of a load or a removal that it was undone.
Result<void> note_undone(Connection& connection, std::uint64_t number);
/// How a load was meant (definition.hpp); empty: not known.
Result<std::string> definition_of_load(Connection& connection, std::uint64_t number);
/// The counts of the load of that name, if it is done; also if it was undone since: a run that is
/// taken up does not load again what was taken back.
Result<std::optional<LoadCounts>> done_before(Connection& connection, const LoadId& id);
/// How many rows it had, if the newest load of so many records into that table, meant in the same
/// way, read the same files, and none of its rows was in error.
Result<std::optional<std::uint64_t>> rows_of_same(Connection& connection, const Load& load,
                                                  std::uint64_t table_no, std::uint64_t records);
/// The loads that the filter chooses, newest first.
Result<std::vector<LoadRecord>> ledger(Connection& connection, const LedgerFilter& filter);

/// The keys of the files that a load read, in the order of the data.
Result<std::vector<std::string>> files_of(Connection& connection, std::uint64_t load,
                                          std::uint64_t most);

/// The highest epoch that the run has shown; 0: none.
Result<std::uint64_t> fence_of(Connection& connection, const std::string& run);
/// Sets it, within the caller's transaction.
Result<void> raise_fence(Connection& connection, const std::string& run, std::uint64_t epoch,
                         Time at);

/// Forgets loads and fences that are older than limits::ledger_kept, and of one table those beyond
/// the newest limits::ledger_loads_max; none that the table's history still needs. In the caller's
/// transaction, of which there is one at a time.
Result<void> trim_ledger(Connection& connection, Time now);

}  // namespace weir::engine::duckdb
