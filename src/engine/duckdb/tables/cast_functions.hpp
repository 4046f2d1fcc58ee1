#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "env/clock.hpp"

namespace weir::engine::duckdb {

/// Adds SQL functions that convert a text as a feed's field types do (spark/feed_text.hpp,
/// decimal_text.hpp); the result is NULL for a text that is not such a value:
///
///   weir_boolean(text) BOOLEAN       weir_date(text, format) DATE
///   weir_integer(text) BIGINT        weir_datetime(text, format) TIMESTAMP, in UTC
///   weir_float(text) DOUBLE          weir_decimal_<scale>(text) DECIMAL(38, scale), rounded half
///   up
///
/// and two that are true for texts that mean nothing, of white space alone; the second also for the
/// word NULL in any case. They are asked of nearly every value, where DuckDB's trim() makes a text
/// of each:
///
///   weir_blank(text) BOOLEAN         weir_blank_or_null(text) BOOLEAN
///
/// The format is one of spark/date_format.hpp, or empty to infer one. The clock, which outlives the
/// database, gives the year on which two-digit years are based.
Result<void> add_cast_functions(Connection& connection, const Clock& clock);

std::string decimal_function(int scale);
/// The same of a DOUBLE, as of its text, which is not made.
std::string double_to_decimal_function(int scale);

}  // namespace weir::engine::duckdb
