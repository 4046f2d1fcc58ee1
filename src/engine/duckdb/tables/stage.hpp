#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/reader/open_sources.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// The rows of a load, cast and checked, in the connection's temporary table `weir_staged`:
///
///   n BIGINT        orders the rows: by operation, then as the data is
///   op INTEGER      the operation's place in the load
///   file BIGINT     its place in the source, 0, 1, 2, ...; NULL behind a query
///   row BIGINT      in the file; behind a query in its result
///   bad INTEGER     NULL, or what is wrong: the field's place in the feed, whole_row for the row
///   bad_text        the value, or what is wrong with the row
///   pk VARCHAR      `_pk`; NULL where bad
///   updated BIGINT  `_updated`
///   f0, f1, ...     the feed's fields
Result<void> create_staged(Connection& connection, const Load& load);

/// Adds the rows of one operation. Misfits of the sources' schemas are reported; the rows are
/// staged without those values. bad_request when the data lacks a required field or one of the
/// primary key; the message names the fields that the data has.
Result<Misfits> stage(Connection& connection, Tenant& tenant, const Load& load, std::size_t number);

/// What was staged of each file of the operations without a query.
Result<std::vector<FileCounts>> staged_files(Connection& connection, const Load& load);

inline constexpr int whole_row = -1;
std::string staged_column(std::size_t field);

/// The first bad rows, in the order of the data.
Result<std::vector<RowError>> staged_errors(Connection& connection, const Load& load);

/// The rows of a query, or of the one source, as a relation for SQL; for previews too. Creates the
/// views it needs.
struct Input {
  std::string sql;                    // a relation: file, row, problem, c0, c1, ...
  std::vector<ResultColumn> columns;  // of c0, c1, ...
};
Result<Input> input_of(Connection& connection, const OpenSources& sources,
                       const std::string& query);

}  // namespace weir::engine::duckdb
