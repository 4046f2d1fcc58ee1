// The rows as of N are those that stand and were there at N, and those of the history that were
// replaced or removed after N. A query gets them through temporary views, which hide those of main
// in its connection alone: another query, or a load, sees nothing of them.

#include "engine/duckdb/tables/as_of.hpp"

#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/written_at.hpp"

namespace weir::engine::duckdb {

Result<void> check_number(Connection& connection, std::uint64_t as_of) {
  WEIR_TRY(
      const std::uint64_t newest,
      connection.count(sql("SELECT CAST(coalesce(max(no), 0) AS BIGINT) FROM $", stored("loads"))));
  if (as_of > 0 && as_of <= newest) return {};
  return fail(Errc::bad_request, "there is no load " + std::to_string(as_of) +
                                     (newest == 0 ? "; nothing was loaded yet"
                                                  : "; the newest is " + std::to_string(newest)));
}

Result<void> check_reach(Connection& connection, const StoredTable& table, std::uint64_t as_of) {
  WEIR_TRY(const std::uint64_t reach, reach_of(connection, table));
  if (as_of >= reach) return {};
  return fail(Errc::bad_request, "what " + quote_name(table.name) + " was as of load " +
                                     std::to_string(as_of) +
                                     " is not known any more: its history reaches back to load " +
                                     std::to_string(reach) +
                                     ". It begins when the table is made, and is kept as long as "
                                     "engine.history_loads and engine.history_days say");
}

Result<Sql> rows_as_of(Connection& connection, const StoredTable& table, std::uint64_t as_of) {
  const Sql rows = sql(
      "(SELECT * FROM $ WHERE load <= $ UNION ALL BY NAME SELECT * EXCLUDE (replaced_by) FROM $ "
      "WHERE load <= $ AND replaced_by > $)",
      table.in_sql(), as_of, past_rows(table), as_of, as_of);
  const Sql later =
      sql("FROM $ WHERE load <= $ AND replaced_by > $", origins_of(table), as_of, as_of);
  WEIR_TRY(const std::uint64_t changed, connection.count(sql("SELECT count(*) $", later)));
  if (changed == 0) return rows;
  return sql(
      "(SELECT r.* REPLACE (coalesce(o.origin, r.origin) AS origin) FROM $ r LEFT JOIN "
      "(SELECT uuid, load, arg_min(origin, replaced_by) AS origin $ GROUP BY ALL) o "
      "ON o.uuid = r.uuid AND o.load = r.load)",
      rows, later);
}

Result<void> create_views_as_of(Connection& connection, const std::vector<StoredTable>& tables,
                                std::uint64_t as_of, bool written) {
  for (const StoredTable& table : tables) {
    WEIR_TRY(const std::uint64_t reach, reach_of(connection, table));
    if (reach > as_of) continue;
    WEIR_TRY(const Sql rows, rows_as_of(connection, table, as_of));
    const Sql select = written ? select_with_written_at(table, rows) : select_of(table, rows);
    WEIR_CHECK(connection.run(sql("CREATE TEMP VIEW $ AS $", Name{table.name}, select)));
  }
  return {};
}

}  // namespace weir::engine::duckdb
