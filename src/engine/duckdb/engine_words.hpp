#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::engine::duckdb {

/// Which text a position ("line 3, column 1") refers to.
enum class Place {
  hidden,  // SQL that we generated: its positions mean nothing to the caller
  shown,   // the caller's own SQL
};

/// Converts DuckDB's message to an error for the caller; all of DuckDB's errors go through here.
/// The text is plain, begins with Spark's name of the error class where there is one, and says what
/// to do. DuckDB's own class names, its listing of the SQL and its guesses are left out; of an
/// internal error they are kept for the log (base/internal_error.hpp).
Error in_words(std::string_view message, Place place = Place::hidden);
/// The same with a known position: "line 3, column 1", or empty.
Error in_words(std::string_view message, const std::string& place);

}  // namespace weir::engine::duckdb
