#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/engine.hpp"

namespace weir::engine {

/// The column type of a field in a domain table: "DECIMAL(38,2)".
std::string sql_type(const Field& field);

/// SQL that makes a value of the field's type of an incoming value `x` (an expression) of `type`.
/// NULL in gives NULL; so does what is no such value. bad_request for a nested value where the
/// field is no string, and for a date pattern that cannot be read.
Result<std::string> cast_sql(const Field& field, const std::string& x, duckdb_logical_type type);

/// SQL that is true where NULL is what `x` means, and no error: NULL itself, blank text for what is
/// no string, the text NULL for a boolean.
std::string blank_sql(const Field& field, const std::string& x, duckdb_logical_type type);

/// What is wrong with a value that could not be cast: "is no whole number of 64 bits".
std::string cast_reason(const Field& field);

}  // namespace weir::engine
