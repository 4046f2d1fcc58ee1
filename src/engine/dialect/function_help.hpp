#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::dialect {

/// What an editor tells of a function.
struct FunctionHelp {
  enum class Kind : unsigned char { scalar, aggregate, rows };
  std::string name;  // in lower case
  Kind kind = Kind::scalar;
  std::vector<std::string> signatures;  // "left(string, int) -> string"
  std::string line;                     // what it gives
  std::string group;                    // one of help_groups()
};
std::string_view to_string(FunctionHelp::Kind kind);

/// Of all functions that queries may call (dialect.hpp), sorted by name. Made at the first call.
const std::vector<FunctionHelp>& function_help();

/// Titles, in the order in which a page lists them.
std::vector<std::string> help_groups();

/// For tests: names that a line of help is for.
std::vector<std::string> names_with_help();

}  // namespace weir::dialect
