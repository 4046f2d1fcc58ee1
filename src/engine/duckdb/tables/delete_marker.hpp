#pragma once

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/engine.hpp"

/// Records that remove the row of their key (spec/feeds.md 7). What they leave is a row that the
/// view does not show, with its key, its last-updated value and its origin: so an earlier record
/// that is loaded later does not bring the row back.
namespace weir::engine::duckdb {

bool has_delete_marker(const Load& load);
/// bad_request where the marker's value is none of its field.
Result<void> check_delete_marker(Connection& connection, const Load& load);
/// SQL for whether a staged row's record removes its row; of its fields.
Result<Sql> deleted_sql(const Load& load);
/// Whether a removed row has nothing in the field: all but the key and the last-updated field.
bool is_cleared(const Load& load, const Field& field);
/// SQL behind `SELECT *`: REPLACE (...), which leaves nothing in the fields of removed rows. Beside
/// the staged columns there is `deleted`.
Sql cleared_sql(const Load& load);

}  // namespace weir::engine::duckdb
