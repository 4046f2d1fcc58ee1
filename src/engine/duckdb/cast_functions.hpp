#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "env/clock.hpp"

namespace weir::engine {

/// Adds the functions that read a text as a feed's field types do (feed_text.hpp, spark_text.hpp);
/// NULL for what is no such value:
///
///   weir_boolean(text) BOOLEAN       weir_date(text, pattern) DATE
///   weir_integer(text) BIGINT        weir_datetime(text, pattern) TIMESTAMP, in UTC
///   weir_float(text) DOUBLE          weir_decimal_<scale>(text) DECIMAL(38, scale), rounded half
///   up
///
/// The pattern is Joda's, or empty to infer. The clock says which year it is, for years of two
/// digits; it outlives the database.
Result<void> add_cast_functions(Connection& connection, const Clock& clock);

std::string decimal_function(int scale);

}  // namespace weir::engine
