// A view over the log of errors, since a table of its own would have to be kept the same as the
// log.

#include "engine/duckdb/tables/failed_view.hpp"

#include <algorithm>

#include "base/case_fold.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

namespace {

/// With the database, which may be called as the schema is.
Result<Sql> view_sql(Connection& connection, const std::string& table) {
  WEIR_TRY(const auto cells, connection.cells("SELECT current_database()"));
  return sql("$.main.$", Name{*cells[0][0]}, Name{failed_name(table)});
}

}  // namespace

std::string failed_name(std::string_view table) {
  return std::string(table) + "_failed";
}

Result<void> create_failed_view(Connection& connection, const std::string& table) {
  WEIR_TRY(const Sql view, view_sql(connection, table));
  return connection.run(
      sql("CREATE VIEW IF NOT EXISTS $ (_received_at, _request_id, _file, _row, field, value, "
          "reason, state, record) AS SELECT received_at, nullif(receipt, ''), nullif(file, ''), "
          "row, nullif(field, ''), value, reason, state, record_text FROM $ WHERE name = $",
          view, stored("row_errors"), Text{table}));
}

Result<bool> has_failed_view(Connection& connection, const std::string& table) {
  WEIR_TRY(const auto there, failed_views(connection));
  return std::any_of(there.begin(), there.end(), [name = failed_name(table)](const auto& each) {
    return same_name(each, name);
  });
}

Result<bool> drop_failed_view(Connection& connection, const std::string& table) {
  WEIR_TRY(const bool there, has_failed_view(connection, table));
  if (!there) return false;
  WEIR_TRY(const Sql view, view_sql(connection, table));
  WEIR_CHECK(connection.run(sql("DROP VIEW $", view)));
  return true;
}

Result<std::vector<std::string>> failed_views(Connection& connection) {
  WEIR_TRY(const auto views,
           connection.cells(sql("SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' "
                                "AND database_name = current_database() AND NOT internal AND "
                                "view_name NOT IN (SELECT name FROM $)",
                                stored("tables"))));
  std::vector<std::string> out;
  out.reserve(views.size());
  for (const auto& row : views)
    out.push_back(row[0].value_or(""));
  return out;
}

Result<void> renew_failed_views(Connection& connection) {
  const std::string suffix = failed_name("");
  WEIR_TRY(const auto there, failed_views(connection));
  for (const std::string& each : there) {
    const std::string table = each.substr(0, each.size() - suffix.size());
    WEIR_CHECK(drop_failed_view(connection, table));
    WEIR_CHECK(create_failed_view(connection, table));
  }
  return {};
}

}  // namespace weir::engine::duckdb
