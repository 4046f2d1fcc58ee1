#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"

/// The view `<table>_failed` of a live table's row errors, beside the table (spec/feeds.md 10).
namespace weir::engine::duckdb {

std::string failed_name(std::string_view table);
/// Makes the view, unless a table or a view has its name.
Result<void> create_failed_view(Connection& connection, const std::string& table);
Result<bool> has_failed_view(Connection& connection, const std::string& table);
/// Makes all of them anew, in a file whose views lack a column.
Result<void> renew_failed_views(Connection& connection);
/// Removes it. False: there is none.
Result<bool> drop_failed_view(Connection& connection, const std::string& table);
/// The names of those that there are.
Result<std::vector<std::string>> failed_views(Connection& connection);

}  // namespace weir::engine::duckdb
