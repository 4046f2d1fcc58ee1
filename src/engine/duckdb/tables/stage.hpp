#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/reader/open_sources.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// The rows of a load, cast and checked, in the connection's temporary table `weir_staged`:
///
///   op INTEGER          the operation's place in the load
///   origin UHUGEINT     the record's place (docs/formats/row-columns.md)
///   file BIGINT         its place in the source, 0, 1, 2, ...; NULL behind a query
///   row BIGINT          in the file; behind a query that of the record, 0 if there is none
///   bad INTEGER         NULL, or what is wrong: the field's place in the feed, or whole_row
///   bads                of bad rows: each bad field's place and value, with NULL between; of a
///                       whole row what is wrong with it
///   uuid UUID           `_uuid_pk`; NULL where bad
///   row_hash UHUGEINT   of the fields at the places of the table's columns; NULL where bad
///   f0, f1, ...         the feed's fields
///   b0, b1, ...         whether the record carried them; of feeds that merge (merge.hpp)
///   deleted             whether it removes its row; with a delete marker (delete_marker.hpp)
Result<void> create_staged(Connection& connection, const Load& load);

/// Whether a row without a value of the field is in error.
bool must_be_there(const Load& load, const Field& field);

/// What one operation gave.
struct Staged {
  std::uint64_t rows = 0;
  Misfits misfits;
  std::string warning;  // no rows were made of records; empty: some were, or there are none
  std::vector<std::uint64_t> rows_of_files;  // that could be read; empty behind a query
};

/// Adds the rows of one operation. Misfits of the sources' schemas are reported; the rows are
/// staged without those values. bad_request when the data lacks a required field or one of the
/// primary key; the message names the fields that the data has.
/// With a focus the rows are those of one record, or its rows are marked, and a field that the data
/// lacks is an error of its rows.
Result<Staged> stage(Connection& connection, Tenant& tenant, const Load& load,
                     const DomainTable& table, std::size_t number,
                     const std::optional<Focus>& focus = std::nullopt,
                     const ChosenRecords& chosen = {});

/// The same of a load's only operation, straight into its table, which is empty and has been
/// written in the caller's transaction; `weir_staged` gets the records that cannot be read. Rows of
/// one key are all there. The table's transaction is to be rolled back where this fails: it does at
/// the first row in error, which stage() tells more of.
Result<Staged> stage_into(Connection& connection, Tenant& tenant, const Load& load,
                          const DomainTable& table, std::uint64_t load_no,
                          const ChosenRecords& chosen);

/// Reads the same, and stores none of it: fails at the first row that does not stand in its table
/// as it is, of the same record, or is in error. `standing` are the rows that may do, with their
/// `uuid`, `origin` and `row_hash`. `weir_staged` gets the records that cannot be read.
Result<Staged> find_standing(Connection& connection, Tenant& tenant, const Load& load,
                             const DomainTable& table, const Sql& standing,
                             const ChosenRecords& chosen);

/// What was staged of each file of the operations without a query.
Result<std::vector<FileCounts>> staged_files(Connection& connection, const Load& load);

inline constexpr int whole_row = -1;

/// The rows of a query, or of the one source, as a relation for SQL; for previews too. Creates the
/// views it needs.
struct Input {
  std::string sql;  // a relation: c0, c1, ...; with `origins` also file, row, problem, origin
  std::vector<ResultColumn> columns;  // of c0, c1, ...
};
Result<Input> input_of(Connection& connection, const OpenSources& sources, const std::string& query,
                       bool origins);

}  // namespace weir::engine::duckdb
