#pragma once

#include <string>
#include <string_view>

namespace weir::engine::duckdb {

std::string_view trim(std::string_view text);
/// ASCII letters in lower case: how DuckDB compares names. Names of data are compared by
/// base/case_fold.hpp.
std::string folded(std::string_view name);
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace weir::engine::duckdb
