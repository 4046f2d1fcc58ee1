// A row has the number of the load that wrote it, and the ledger has the load's time. They are
// joined only for a query that names the column, so no row and no other query pays for it. A stored
// column was the alternative: it would have to be written with each row, and be given to the rows
// of old files. A column of the views of main was another: DuckDB joins for a column that nobody
// reads.

#include "engine/duckdb/tables/written_at.hpp"

#include "engine/duckdb/text_scan.hpp"

namespace weir::engine::duckdb {

bool names_written_at(std::string_view query) {
  return folded(query).find(written_at_column) != std::string::npos;
}

Sql select_with_written_at(const StoredTable& table, const Sql& rows) {
  if (table.column(written_at_column) != nullptr) return select_of(table, rows);
  const Sql seen = table.deletes ? sql(" WHERE deleted IS NOT TRUE") : Sql();
  return sql(
      "SELECT $, loaded_at AS $ FROM $ r LEFT JOIN (SELECT no AS load, loaded_at FROM $) l "
      "USING (load)$",
      table.shown_sql(), Name{written_at_column}, rows, stored("loads"), seen);
}

Result<void> create_views_with_written_at(Connection& connection) {
  WEIR_TRY(const auto tables, stored_tables(connection));
  for (const StoredTable& table : tables)
    WEIR_CHECK(connection.run(sql("CREATE TEMP VIEW $ AS $", Name{table.name},
                                  select_with_written_at(table, table.in_sql()))));
  return {};
}

}  // namespace weir::engine::duckdb
