#pragma once

#include <string>

#include "engine/duckdb/connection.hpp"
#include "engine/spark/type.hpp"

namespace weir::engine::duckdb {

/// The DuckDB type of a Spark type, as the C API wants it.
LogicalType logical_type(const spark::Type& type);

/// How SQL writes a type: "DECIMAL(38,2)", "STRUCT(a BIGINT)[]".
std::string type_name(duckdb_logical_type type);

}  // namespace weir::engine::duckdb
