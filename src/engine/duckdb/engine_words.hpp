#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::engine {

/// Whose text a place in it ("line 3, column 1") is about.
enum class Place {
  hidden,  // SQL that we made: a place in it says nothing to the caller
  shown,   // the caller's own SQL
};

/// What DuckDB said, as an error for a caller, and the one way from there to here: in plain words
/// under Spark's name of the error class where there is one, with what to do, and without DuckDB's
/// own class names, its listing of the SQL and its guesses.
Error in_words(std::string_view message, Place place = Place::hidden);
/// The same, where the place is known: "line 3, column 1", or nothing.
Error in_words(std::string_view message, std::string place);

}  // namespace weir::engine
