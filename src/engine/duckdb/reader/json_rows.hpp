#pragma once

#include <memory>

#include "engine/duckdb/reader/pass.hpp"
#include "engine/duckdb/reader/row_writer.hpp"

namespace weir::engine::duckdb {

/// The rows of NDJSON files, a line a row, by the rules of Spark's JSON reader: keys are told apart
/// as written, the last of equal keys wins, a value that is not of the declared type is NULL, a
/// string column takes the raw JSON text of what is no string. `pass` outlives it.
std::unique_ptr<RowSource> json_rows(Pass& pass);

}  // namespace weir::engine::duckdb
