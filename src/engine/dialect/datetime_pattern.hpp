#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

/// Java's date patterns (`yyyy-MM-dd HH:mm:ss`), as far as they mean the same in any locale setting
/// of the server: English names, UTC. An unknown letter is an error that names it.
namespace weir::dialect {

/// DuckDB text that formats a TIMESTAMP expression.
[[nodiscard]] Result<std::string> format_sql(std::string_view pattern,
                                             const std::string& timestamp);

/// DuckDB text that reads a VARCHAR expression into a TIMESTAMP: NULL where neither Spark's parser
/// nor its older one could; an error of the query where only the older one could, as in Spark.
[[nodiscard]] Result<std::string> parse_sql(std::string_view pattern, const std::string& text);

}  // namespace weir::dialect
