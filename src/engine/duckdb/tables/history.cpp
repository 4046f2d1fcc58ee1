// A row goes to the history when a change replaces or removes it, and is never changed there: what
// the table was as of a change stays true, also after an undo. Whole copies of a table were the
// alternative, whose cost follows the table and not the load. An equal row of a later record leaves
// its origin alone, so the origin before it is kept apart: a copy of the row would read all of its
// fields. The key, its UUID and the hash were kept too once: two thirds of the history's bytes, for
// values that the row's other ones give.

#include "engine/duckdb/tables/history.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/shadow.hpp"

namespace weir::engine::duckdb {

namespace {

/// Columns of the rows that the history does not keep.
Sql made_again(const StoredTable& table) {
  return table.has_key() ? sql("uuid, row_hash") : sql("pk, uuid, row_hash");
}

/// Behind those of the feed. Origins are seldom read, so they may be packed.
constexpr const char* columns_behind = "load BIGINT, origin UHUGEINT, replaced_by BIGINT";

/// The newest change that is not within the bounds; the table can be told as of it.
Result<std::uint64_t> reach_within(Connection& connection, const StoredTable& table,
                                   const HistoryBounds& bounds, Time now) {
  const auto us =
      std::chrono::duration_cast<std::chrono::microseconds>((now - bounds.age).time_since_epoch());
  return connection.count(
      sql("SELECT CAST(coalesce(max(no), 0) AS BIGINT) FROM (SELECT no, loaded_at, "
          "row_number() OVER (ORDER BY no DESC) AS place FROM $ "
          "WHERE of = $ AND state <> 'over_threshold') "
          "WHERE place > $ OR loaded_at < make_timestamp($)",
          stored("loads"), table.no, bounds.loads, us.count()));
}

/// Where the history of undone loads has to stay, since a later undo walks past them: an undone
/// load below the reach whose undo is above it moves the reach below itself.
Result<std::uint64_t> reach_past_undone(Connection& connection, const StoredTable& table,
                                        std::uint64_t reach) {
  WEIR_TRY(const auto undone, connection.cells(sql("SELECT undoes, no FROM $ WHERE of = $ AND "
                                                   "kind = 'undo' ORDER BY undoes DESC",
                                                   stored("loads"), table.no)));
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto& row : undone) {
      const std::uint64_t load = Connection::number(row[0]);
      if (load > reach || load == 0 || Connection::number(row[1]) <= reach) continue;
      reach = load - 1;
      moved = true;
    }
  }
  return reach;
}

}  // namespace

Sql history_of(const StoredTable& table) {
  return stored(table.history());
}

Sql origins_of(const StoredTable& table) {
  return stored(table.origins());
}

Sql past_rows(const StoredTable& table) {
  const Sql rows = table.has_key()
                       ? history_of(table)
                       : sql("(SELECT *, CAST(NULL AS VARCHAR) AS pk FROM $)", history_of(table));
  return sql("(SELECT *, $ AS uuid, $ AS row_hash FROM $)",
             Sql::verbatim(uuid_sql(keyed_by(table.name), pk_of(table))), row_hash_sql(table),
             rows);
}

Result<void> create_histories(Connection& connection) {
  return connection.run(sql("CREATE TABLE $ (of BIGINT, reach BIGINT)", stored("histories")));
}

Result<void> create_history(Connection& connection, const StoredTable& table, std::uint64_t reach) {
  Sql columns;
  for (const StoredColumn& column : table.columns)
    columns.append(sql("$ $, ", column.in_sql(), Sql::verbatim(column.type)));
  return connection.run(
      sql("CREATE TABLE $ ($$); "
          "CREATE TABLE $ (uuid UUID, load BIGINT, origin UHUGEINT, replaced_by BIGINT); "
          "INSERT INTO $ VALUES ($, $)",
          history_of(table), columns, Sql::verbatim(columns_behind), origins_of(table),
          stored("histories"), table.no, reach));
}

Result<void> add_history_column(Connection& connection, const StoredTable& table,
                                const StoredColumn& column) {
  return connection.run(sql("ALTER TABLE $ ADD COLUMN $ $", history_of(table), column.in_sql(),
                            Sql::verbatim(column.type)));
}

Result<void> drop_history(Connection& connection, const StoredTable& table) {
  return connection.run(sql("DROP TABLE $; DROP TABLE $; DELETE FROM $ WHERE of = $",
                            history_of(table), origins_of(table), stored("histories"), table.no));
}

Result<void> keep_rows(Connection& connection, const StoredTable& table, const Sql& condition,
                       std::uint64_t change, const HistoryBounds& bounds) {
  if (bounds.loads == 0) return {};
  return connection.run(
      sql("INSERT INTO $ BY NAME SELECT * EXCLUDE ($), CAST($ AS BIGINT) AS replaced_by FROM $ "
          "WHERE $",
          history_of(table), made_again(table), change, table.in_sql(), condition));
}

Result<void> keep_origins(Connection& connection, const StoredTable& table, const Sql& condition,
                          std::uint64_t change, const HistoryBounds& bounds) {
  if (bounds.loads == 0) return {};
  return connection.run(sql("INSERT INTO $ SELECT uuid, load, origin, $ FROM $ WHERE $",
                            origins_of(table), change, table.in_sql(), condition));
}

Result<std::uint64_t> reach_of(Connection& connection, const StoredTable& table) {
  return connection.count(sql("SELECT CAST(coalesce(max(reach), 0) AS BIGINT) FROM $ WHERE of = $",
                              stored("histories"), table.no));
}

Result<void> begin_history(Connection& connection, const StoredTable& table, std::uint64_t reach) {
  for (const Sql& rows : {history_of(table), origins_of(table)})
    WEIR_CHECK(connection.run(sql("DELETE FROM $ WHERE replaced_by <= $", rows, reach)));
  return connection.run(
      sql("UPDATE $ SET reach = $ WHERE of = $", stored("histories"), reach, table.no));
}

Result<bool> trim_history(Connection& connection, const StoredTable& table,
                          const HistoryBounds& bounds, Time now) {
  WEIR_TRY(const std::uint64_t before, reach_of(connection, table));
  WEIR_TRY(std::uint64_t reach, reach_within(connection, table, bounds, now));
  if (reach <= before) return false;
  WEIR_TRY(reach, reach_past_undone(connection, table, reach));
  if (reach <= before) return false;
  WEIR_CHECK(begin_history(connection, table, reach));
  return true;
}

}  // namespace weir::engine::duckdb
