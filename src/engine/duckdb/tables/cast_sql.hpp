#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// The column type of a field in a domain table: "DECIMAL(38,2)".
std::string sql_type(const Field& field);

/// A field whose column has this type, the other way round.
Field field_of_type(std::string_view sql_type);

/// SQL that converts `x`, an expression of type `type`, to the field's type. NULL stays NULL; a
/// value that does not convert becomes NULL. bad_request for a nested value where the field is not
/// a string, and for an invalid date pattern.
Result<std::string> cast_sql(const Field& field, const std::string& x, duckdb_logical_type type);

/// SQL that is true where `x` means NULL and is not an error: NULL itself, blank text for types
/// other than string, the text NULL for a boolean.
std::string blank_sql(const Field& field, const std::string& x, duckdb_logical_type type);

/// Describes a value that could not be cast: "is no whole number of 64 bits".
std::string cast_reason(const Field& field);

}  // namespace weir::engine::duckdb
