#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"

namespace weir::engine::duckdb {

/// Adds the functions that make a domain table's own columns. Once per database; all of its
/// connections and threads can then use them. Their values are stored, so they never change
/// (docs/formats/row-columns.md):
///
///   weir_uuid(pk VARCHAR, table VARCHAR) -> UUID      `_uuid_pk`
///   weir_key_uuid(table VARCHAR, part, ...) -> UUID   the same of a key's parts, each BIGINT or
///                                                     VARCHAR; NULL where one of them is
///   weir_row_hash(value, ...)            -> UHUGEINT  of the fields' values, NULLs among them
///   weir_updated(origin UHUGEINT)        -> BIGINT    `_updated`: milliseconds and row of an
///                                                     origin
///   weir_row(origin UHUGEINT)            -> BIGINT    the row of an origin
///
/// weir_row_hash takes the types of feeds (sql_type in cast_sql.hpp) and fails on any other.
Result<void> add_row_functions(Connection& connection);

}  // namespace weir::engine::duckdb
