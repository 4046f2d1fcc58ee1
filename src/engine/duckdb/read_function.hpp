#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/read_plan.hpp"

namespace weir::engine {

/// Adds the table function `weir_read(number)` to a database: the rows of one of `readings`, which
/// outlives the database, in the order of the files and of the rows in them. Columns: file BIGINT
/// (its place in the plan), row BIGINT (in the file), problem VARCHAR (of the row as a whole), then
/// the data as c0, c1, ...; names of the data never get into SQL through it.
///
/// It reads the files itself, so that DuckDB needs no access to any file but its own, a value is
/// what Spark would read, and an error names file and line.
Result<void> add_read_function(Connection& connection, Readings& readings);

/// The name of a data column of the function.
std::string data_column(std::size_t index);

}  // namespace weir::engine
