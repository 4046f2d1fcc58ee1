#pragma once

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"

namespace weir::engine {

/// Adds the functions that read a text as a feed's field types do (feed_text.hpp); NULL for what is
/// no such value:
///
///   weir_boolean(text) BOOLEAN       weir_date(text, pattern) DATE
///   weir_integer(text) BIGINT        weir_datetime(text, pattern) TIMESTAMP, in UTC
///   weir_number(text) VARCHAR, to be cast
///
/// The pattern is Joda's, or empty to infer.
Result<void> add_cast_functions(Connection& connection);

}  // namespace weir::engine
