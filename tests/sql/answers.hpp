#pragma once

#include <string>
#include <vector>

#include <boost/json.hpp>
#include <duckdb.h>

namespace weir::sql_test {

/// A result as the .test files write it: names and Spark types, then rows of JSON values.
struct Answer {
  std::vector<std::pair<std::string, std::string>> columns;
  std::vector<boost::json::array> rows;
};

[[nodiscard]] Answer read_answer(duckdb_result& result);

/// Equal but for the last digits of fractions.
[[nodiscard]] bool same_value(const boost::json::value& a, const boost::json::value& b);

}  // namespace weir::sql_test
