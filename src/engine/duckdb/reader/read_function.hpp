#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/reader/read_plan.hpp"

namespace weir::engine::duckdb {

/// Adds the table function `weir_read(number)`: the rows of one of `readings`, which outlives the
/// database, in the order of the files and of the rows in them. Columns:
///
///   file BIGINT            the file's index in the plan
///   row BIGINT             in the file: 1, 2, 3, ...
///   problem VARCHAR        what is wrong with the whole row, or NULL
///   origin UHUGEINT        the row's (engine/origin.hpp)
///   key VARCHAR            the file's name
///   received_at TIMESTAMP  of CBOR the record's own; of NDJSON that of the file's first record
///   request_id VARCHAR     the record's receipt; NULL where the file's sequences are not known
///   c0, c1, ...            the data, so that its names never get into SQL
///
/// The function reads the files itself. So DuckDB needs access to no file but its own, a value is
/// what Spark would read, and an error names file and line.
Result<void> add_read_function(Connection& connection, Readings& readings);

/// The name of a data column of the function.
std::string data_column(std::size_t index);

}  // namespace weir::engine::duckdb
