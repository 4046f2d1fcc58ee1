#pragma once

#include <string>

#include "engine/duckdb/connection.hpp"

namespace weir::engine::duckdb {

/// Whether values of this type, and of all types in it, can be written; others are cast to text in
/// SQL first (INTERVAL, BIT, TIMETZ, ...).
bool has_json(duckdb_logical_type type);

/// Appends one value as JSON text: numbers exact and as numbers (NaN and infinities as text), DATE
/// "2027-03-02", TIMESTAMP "2027-03-02T08:00:00Z" with a fraction where there is one, UUID as text,
/// BLOB as text in hex, LIST as array, STRUCT as object, MAP with text keys as object and any other
/// as an array of pairs. Stops anywhere once `out` is over limits::query_bytes_max: no answer may
/// be so large, and a value may be as large as the engine's memory.
void append_json_value(std::string& out, duckdb_vector vector, duckdb_logical_type type, idx_t row);

}  // namespace weir::engine::duckdb
