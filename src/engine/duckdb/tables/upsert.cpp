// The fate of each key is decided first, from hidden columns alone: no field of a row that stays is
// read. Then rows are deleted and inserted. MERGE and INSERT ... ON CONFLICT were measured: the one
// rewrites whole columns, the other needs a unique index, which every load would have to keep up.

#include "engine/duckdb/tables/upsert.hpp"

#include <optional>

#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/stage.hpp"

namespace weir::engine::duckdb {

namespace {

/// The last-updated field, where the feed has one.
std::optional<std::size_t> last_updated_field(const Load& load) {
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    if (!load.last_updated.empty() && load.fields[i].name == load.last_updated) return i;
  }
  return std::nullopt;
}

/// The greatest row of each key in this load.
Sql winners_sql(const Load& load) {
  const auto field = last_updated_field(load);
  Sql first;
  if (field) {
    const Sql value = Sql::verbatim(staged_column(*field));
    first = sql("known := $ IS NOT NULL, moment := $, ", value, value);
  }
  return sql(
      "SELECT arg_max(rowid, struct_pack($origin := origin, op := op, hash := row_hash)) AS n "
      "FROM weir_staged WHERE bad IS NULL GROUP BY uuid",
      first);
}

/// True where a winner `s` is later than the row `t` that stands.
Sql later_sql(const Load& load, const DomainTable& table) {
  const auto field = last_updated_field(load);
  if (!field) return sql("s.origin > t.origin");
  const Sql fresh = sql("s.$", Sql::verbatim(staged_column(*field)));
  const Sql standing = sql("t.$", StoredColumn::sql_of(table.columns[*field]));
  return sql(
      "($ > $ OR ($ IS NOT NULL AND $ IS NULL) OR "
      "($ IS NOT DISTINCT FROM $ AND s.origin > t.origin))",
      fresh, standing, fresh, standing, fresh, standing);
}

/// True where the record of the row that stands is in the load: what it was before counts no more.
/// Without a last-updated field a later row wins by its origin anyway.
Sql superseded_sql(const Load& load) {
  if (!last_updated_field(load)) return sql("s.origin = t.origin");
  return sql("(t.uuid, t.origin) IN (SELECT (uuid, origin) FROM weir_staged WHERE bad IS NULL)");
}

/// What becomes of each winner:
///
///   i  inserted
///   u  takes the place of a row
///   b  takes the place of a later row
///   o  equal to the row that stands, but leaves its origin there
///   r  rejected
Result<void> plan(Connection& connection, const Load& load, const DomainTable& table) {
  const bool last = load.keep == Keep::loaded_last;
  const Sql wins = last ? sql("true") : sql("(t.later OR t.superseded)");
  const Sql leaves = last ? sql("t.later") : sql("$ AND t.other", wins);
  return connection.run(
      sql("CREATE TEMP TABLE weir_plan AS SELECT n, place, CASE WHEN place IS NULL THEN 'i' "
          "WHEN same AND $ THEN 'o' WHEN same OR NOT $ THEN 'r' "
          "WHEN later OR superseded THEN 'u' ELSE 'b' END AS fate FROM "
          "(SELECT s.rowid AS n, t.rowid AS place, s.row_hash = t.row_hash AS same, "
          "s.origin <> t.origin AS other, coalesce($, false) AS later, $ AS superseded "
          "FROM weir_staged s JOIN ($) w ON s.rowid = w.n LEFT JOIN $ t ON t.uuid = s.uuid) t",
          leaves, wins, later_sql(load, table), superseded_sql(load), winners_sql(load),
          table.stored.in_sql()));
}

/// Counts the planned results of the good rows; how many rows leave no more than their origin.
Result<std::uint64_t> count(Connection& connection, LoadCounts& counts) {
  WEIR_TRY(const auto cells,
           connection.cells("SELECT count(*) FILTER (fate = 'i'), count(*) FILTER (fate IN ('u', "
                            "'b')), count(*) FILTER (fate = 'b'), count(*) FILTER (fate = 'o') "
                            "FROM weir_plan"));
  counts.inserted = Connection::number(cells[0][0]);
  counts.updated = Connection::number(cells[0][1]);
  counts.taken_back = Connection::number(cells[0][2]);
  counts.rejected = counts.read - counts.errors - counts.inserted - counts.updated;
  return Connection::number(cells[0][3]);
}

Result<void> insert(Connection& connection, const Load& load, const DomainTable& table,
                    std::uint64_t load_no) {
  Sql columns;
  Sql values;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    columns.append(sql("$, ", StoredColumn::sql_of(table.columns[i])));
    values.append(sql("$, ", Sql::verbatim(staged_column(i))));
  }
  return connection.run(
      sql("INSERT INTO $ ($pk, uuid, load, origin, row_hash) SELECT $$, uuid, $, origin, row_hash "
          "FROM weir_staged s JOIN weir_plan p ON s.rowid = p.n WHERE p.fate IN ('i', 'u', 'b')",
          table.stored.in_sql(), columns, values, Sql::verbatim(pk_of(load)), load_no));
}

}  // namespace

Result<void> upsert(Connection& connection, const Load& load, const DomainTable& table,
                    const HistoryBounds& history, LoadCounts& counts) {
  const Sql rows = table.stored.in_sql();
  WEIR_CHECK(plan(connection, load, table));
  WEIR_TRY(const std::uint64_t origins, count(connection, counts));
  if (counts.updated > 0) {
    const Sql replaced = sql("rowid IN (SELECT place FROM weir_plan WHERE fate IN ('u', 'b'))");
    WEIR_CHECK(keep_rows(connection, table.stored, replaced, counts.load, history));
    WEIR_CHECK(connection.run(sql("DELETE FROM $ WHERE $", rows, replaced)));
  }
  if (counts.inserted + counts.updated > 0)
    WEIR_CHECK(insert(connection, load, table, counts.load));
  if (origins == 0) return {};
  const Sql later = sql("rowid IN (SELECT place FROM weir_plan WHERE fate = 'o')");
  WEIR_CHECK(keep_origins(connection, table.stored, later, counts.load, history));
  return connection.run(
      sql("UPDATE $ AS t SET origin = s.origin FROM weir_staged s, weir_plan p WHERE "
          "p.fate = 'o' AND s.rowid = p.n AND t.rowid = p.place",
          rows));
}

}  // namespace weir::engine::duckdb
