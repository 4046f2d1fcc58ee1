// The fate of each key is decided first, from hidden columns alone: no field of a row that stays is
// read. Then rows are deleted and inserted. MERGE and INSERT ... ON CONFLICT were measured: the one
// rewrites whole columns, the other needs a unique index, which every load would have to keep up.

#include "engine/duckdb/tables/upsert.hpp"

#include <algorithm>
#include <optional>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/tables/delete_marker.hpp"
#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/key_set.hpp"
#include "engine/duckdb/tables/merge.hpp"
#include "engine/duckdb/tables/stage.hpp"

namespace weir::engine::duckdb {

namespace {

/// Of fates: rows that stand and give place, and rows that are written.
constexpr const char* replacing = "('u', 'b', 'e', 'a', 'd')";
constexpr const char* written = "('i', 't', 'u', 'b', 'e', 'a', 'd')";

/// The last-updated field, where the feed has one.
std::optional<std::size_t> last_updated_field(const Load& load) {
  return field_number(load, load.last_updated);
}

/// In how many parts keys are looked at, each with half of the memory: DuckDB counts distinct
/// values in memory alone.
std::uint64_t key_parts(std::uint64_t rows, std::uint64_t memory_bytes) {
  constexpr std::uint64_t key_bytes = 64;  // of a table of keys, while it grows
  if (memory_bytes == 0) return 1;
  return 1 + rows * key_bytes / (memory_bytes / 2);
}

/// Whether a set of that many keys takes no more memory than may be used beside what DuckDB counts.
bool fits_in_set(std::uint64_t count, std::uint64_t memory_bytes) {
  constexpr std::uint64_t set_bytes_max = 64 * limits::mib;
  constexpr std::uint64_t part = 16;  // of the tenant's memory
  return KeySet::bytes_for(count) <=
         (memory_bytes == 0 ? set_bytes_max : std::min(memory_bytes / part, set_bytes_max));
}

/// Whether no two of these rows have one key; not sure where this says no. Takes a quarter of the
/// time that DuckDB takes to count distinct keys.
Result<bool> surely_differ(Connection& connection, std::uint64_t count, const Sql& rows) {
  KeySet keys(count);
  bool differ = true;
  WEIR_TRY(const Prepared statement, connection.prepare(sql("SELECT uuid FROM $", rows)));
  WEIR_CHECK(connection.stream(statement.get(), [&](duckdb_data_chunk chunk) {
    const auto* uuids = static_cast<const duckdb_hugeint*>(
        duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)));
    const idx_t size = duckdb_data_chunk_get_size(chunk);
    for (idx_t row = 0; row < size && differ; ++row)
      differ = keys.add(uuids[row].lower);
    return differ;
  }));
  return differ;
}

/// Whether two of the rows have one key, or may have: their rows are compared then, which is right
/// in either case. Looked at in parts, if that takes too much memory.
Result<bool> keys_meet(Connection& connection, const Tenant& tenant, std::uint64_t count,
                       const Sql& rows) {
  if (fits_in_set(count, tenant.memory_bytes())) {
    WEIR_TRY(const bool differ, surely_differ(connection, count, rows));
    return !differ;
  }
  const std::uint64_t parts = key_parts(count, tenant.memory_bytes());
  for (std::uint64_t part = 0; part < parts; ++part) {
    const Sql chosen = parts == 1 ? Sql() : sql(" WHERE hash(uuid) % $ = $", parts, part);
    WEIR_TRY(const std::uint64_t more,
             connection.count(sql("SELECT count(*) - count(DISTINCT uuid) FROM $$", rows, chosen)));
    if (more > 0) return true;
  }
  return false;
}

/// The greatest row of a group, by its last-updated field if there is one.
Sql greatest_sql(const Sql& moment, const Sql& op) {
  return sql("arg_max(rowid, struct_pack($origin := origin, op := $, hash := row_hash))",
             moment.empty() ? Sql() : sql("known := $ IS NOT NULL, moment := $, ", moment, moment),
             op);
}

/// The greatest row of each key in this load. Where no keys meet it is the only one: to find that
/// out costs a third of comparing them.
Sql winners_sql(const Load& load, bool keys_meet) {
  if (!keys_meet) return sql("(SELECT *, rowid FROM weir_staged WHERE bad IS NULL)");
  const auto field = last_updated_field(load);
  return sql(
      "(SELECT *, rowid FROM weir_staged WHERE rowid IN (SELECT $ "
      "FROM weir_staged WHERE bad IS NULL GROUP BY uuid))",
      greatest_sql(field ? Sql::verbatim(staged_column(*field)) : Sql(), sql("op")));
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

/// The rows that stand under the records of this load; empty where they need not be looked at
/// apart. Where they are all that the load meets, as in one that is done again, no other row is
/// read: DuckDB knows the least and the greatest origin of each part of a table, and passes over
/// those that have none of these. In a load of new records there are no such rows, and next to
/// nothing is read to find that out.
Result<Sql> of_same_records(Connection& connection, const DomainTable& table, std::uint64_t good,
                            bool keys_meet) {
  constexpr std::uint64_t part = 2;  // of a table; where it is more, all of it may as well be read
  WEIR_TRY(
      const auto ends,
      connection.cells("SELECT CAST(min(origin) AS VARCHAR), CAST(max(origin) AS VARCHAR) FROM "
                       "weir_staged WHERE bad IS NULL"));
  if (!ends[0][0]) return Sql();
  const Sql rows = table.stored.in_sql();
  const Sql range = sql("origin BETWEEN CAST($ AS UHUGEINT) AND CAST($ AS UHUGEINT)",
                        Text{*ends[0][0]}, Text{*ends[0][1]});
  WEIR_TRY(const std::uint64_t all, connection.count(sql("SELECT count(*) FROM $", rows)));
  if (all / part < (keys_meet ? 1 : good)) return Sql();
  WEIR_TRY(const std::uint64_t same,
           connection.count(sql("SELECT count(*) FROM $ WHERE $", rows, range)));
  if (same < (keys_meet ? 1 : good) || same > all / part) return Sql();
  return sql("(SELECT *, rowid FROM $ WHERE $)", rows, range);
}

/// What becomes of each winner:
///
///   i  inserted
///   u  takes the place of a row
///   b  takes the place of a later row
///   o  equal to the row that stands, but leaves its origin there
///   r  rejected; these are not in the plan, since a load that is done again has no others
///
/// Where records can remove rows:
///
///   d  removes a row, and stands in its place out of sight
///   a  inserted in the place of a removal
///   t  a removal of no row, which stands for later loads; rejected
///   e  takes the place of a removal, and is one; rejected
Result<void> plan(Connection& connection, const Load& load, const DomainTable& table,
                  const Sql& standing, bool keys_meet) {
  const bool last = load.keep == Keep::loaded_last;
  const bool removals = table.stored.deletes;
  const Sql removes = has_delete_marker(load) ? sql("s.deleted") : sql("false");
  const Sql fates = removals ? sql("WHEN removes AND removed THEN 'e' WHEN removes THEN 'd' "
                                   "WHEN removed THEN 'a' ")
                             : Sql();
  const Sql both =
      removals ? sql(", $ AS removes, coalesce(t.deleted, false) AS removed", removes) : Sql();
  const Sql same = removals ? sql("s.row_hash = t.row_hash AND $ = t.deleted", removes)
                            : sql("s.row_hash = t.row_hash");
  const Sql wins = last ? sql("true") : sql("(t.later OR t.superseded)");
  const Sql leaves = last ? sql("t.later") : sql("$ AND t.other", wins);
  return connection.run(sql(
      "CREATE OR REPLACE TEMP TABLE weir_plan AS SELECT * FROM (SELECT n, place, "
      "CASE $WHEN place IS NULL THEN 'i' "
      "WHEN same AND $ THEN 'o' WHEN same OR NOT $ THEN 'r' "
      "$WHEN later OR superseded THEN 'u' ELSE 'b' END AS fate FROM "
      "(SELECT s.rowid AS n, t.rowid AS place, $ AS same, "
      "s.origin <> t.origin AS other, coalesce($, false) AS later, $ AS superseded$ "
      "FROM $ s LEFT JOIN $ t ON t.uuid = s.uuid) t) WHERE fate <> 'r'",
      removals ? sql("WHEN place IS NULL AND removes THEN 't' ") : Sql(), leaves, wins, fates, same,
      later_sql(load, table), superseded_sql(load), both, winners_sql(load, keys_meet), standing));
}

/// The same with as few of the standing rows as it takes.
Result<void> plan(Connection& connection, const Load& load, const DomainTable& table,
                  std::uint64_t good, bool keys_meet) {
  WEIR_TRY(const Sql same, of_same_records(connection, table, good, keys_meet));
  if (!same.empty()) {
    WEIR_CHECK(plan(connection, load, table, same, keys_meet));
    WEIR_TRY(const std::uint64_t others,
             connection.count("SELECT count(*) FROM weir_plan WHERE place IS NULL"));
    if (others == 0) return {};
  }
  return plan(connection, load, table, table.stored.in_sql(), keys_meet);
}

/// How many rows are to be done so.
struct Planned {
  std::uint64_t replaced = 0;
  std::uint64_t written = 0;
  std::uint64_t origins = 0;  // rows that leave no more than their origin
};

/// Counts the planned results of the good rows.
Result<Planned> count(Connection& connection, LoadCounts& counts) {
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT count(*) FILTER (fate IN ('i', 'a')), count(*) FILTER "
                                "(fate IN ('u', 'b')), count(*) FILTER (fate = 'b'), "
                                "count(*) FILTER (fate = 'd'), count(*) FILTER (fate IN $), "
                                "count(*) FILTER (fate IN $), count(*) FILTER (fate = 'o') "
                                "FROM weir_plan",
                                Sql::verbatim(replacing), Sql::verbatim(written))));
  counts.inserted = Connection::number(cells[0][0]);
  counts.updated = Connection::number(cells[0][1]);
  counts.taken_back = Connection::number(cells[0][2]);
  const std::uint64_t deleted = Connection::number(cells[0][3]);
  counts.deleted += deleted;
  counts.rejected = counts.read - counts.errors - counts.inserted - counts.updated - deleted;
  return Planned{Connection::number(cells[0][4]), Connection::number(cells[0][5]),
                 Connection::number(cells[0][6])};
}

/// The rows that the plan writes.
Sql written_sql(const Load& load, bool all) {
  const Sql rows = load.merge ? sql("weir_merged") : sql("weir_staged");
  if (all && !load.merge) return sql("$ WHERE bad IS NULL", rows);
  return sql("$ s JOIN weir_plan p ON s.rowid = p.n WHERE p.fate IN $", rows,
             Sql::verbatim(written));
}

/// Whether all good rows are inserted, so that there is nothing to plan.
Result<bool> all_new(Connection& connection, const Load& load, const DomainTable& table,
                     bool keys_meet) {
  if (load.merge || has_delete_marker(load) || keys_meet) return false;
  return is_empty(connection, table.stored);
}

}  // namespace

Result<void> insert_rows(Connection& connection, const Load& load, const DomainTable& table,
                         std::uint64_t load_no, const Sql& from) {
  Sql columns;
  Sql values;
  const auto add = [&](const Sql& column, const Sql& value) {
    columns.append(sql("$, ", column));
    values.append(sql("$, ", value));
  };
  for (std::size_t i = 0; i < load.fields.size(); ++i)
    add(StoredColumn::sql_of(table.columns[i]), Sql::verbatim(staged_column(i)));
  if (load.merge) add(sql("places"), sql("places"));
  if (table.stored.deletes)
    add(sql("deleted"), has_delete_marker(load) || load.merge ? sql("deleted") : sql("false"));
  return connection.run(
      sql("INSERT INTO $ ($uuid, load, origin, row_hash) SELECT $uuid, $, origin, row_hash FROM $",
          table.stored.in_sql(), columns, values, load_no, from));
}

Result<void> keep_greatest(Connection& connection, const Load& load, const DomainTable& table,
                           const Tenant& tenant, LoadCounts& counts) {
  const std::uint64_t good = counts.read - counts.errors;
  const Sql rows = table.stored.in_sql();
  WEIR_TRY(const bool meet, keys_meet(connection, tenant, good, rows));
  counts.inserted = good;
  if (!meet) return {};
  const auto field = last_updated_field(load);
  WEIR_CHECK(connection.run(sql(
      "DELETE FROM $ WHERE rowid NOT IN (SELECT $ FROM $ GROUP BY uuid)", rows,
      greatest_sql(field ? StoredColumn::sql_of(table.columns[*field]) : Sql(), sql("0")), rows)));
  WEIR_TRY(counts.inserted, connection.count(sql("SELECT count(*) FROM $", rows)));
  counts.rejected = good - counts.inserted;
  return {};
}

Result<void> upsert(Connection& connection, const Load& load, const DomainTable& table,
                    const Tenant& tenant, LoadCounts& counts) {
  const HistoryBounds& history = tenant.history();
  const Sql rows = table.stored.in_sql();
  const std::uint64_t good = counts.read - counts.errors;
  bool meet = false;  // a merge puts the rows of a key together anyway
  if (!load.merge) {
    WEIR_TRY(meet, keys_meet(connection, tenant, good,
                             sql("(SELECT uuid FROM weir_staged WHERE bad IS NULL)")));
  }
  WEIR_TRY(const bool new_rows, all_new(connection, load, table, meet));
  if (new_rows) {
    counts.inserted = good;
    if (good == 0) return {};
    return insert_rows(connection, load, table, counts.load, written_sql(load, true));
  }
  WEIR_CHECK(load.merge ? plan_merge(connection, load, table)
                        : plan(connection, load, table, good, meet));
  WEIR_TRY(const Planned planned, count(connection, counts));
  if (planned.replaced > 0) {
    const Sql replaced =
        sql("rowid IN (SELECT place FROM weir_plan WHERE fate IN $)", Sql::verbatim(replacing));
    WEIR_CHECK(keep_rows(connection, table.stored, replaced, counts.load, history));
    WEIR_CHECK(connection.run(sql("DELETE FROM $ WHERE $", rows, replaced)));
  }
  if (planned.written > 0)
    WEIR_CHECK(insert_rows(connection, load, table, counts.load,
                           written_sql(load, planned.written == good)));
  if (planned.origins == 0) return {};
  const Sql later = sql("rowid IN (SELECT place FROM weir_plan WHERE fate = 'o')");
  WEIR_CHECK(keep_origins(connection, table.stored, later, counts.load, history));
  return connection.run(
      sql("UPDATE $ AS t SET origin = s.origin FROM weir_staged s, weir_plan p WHERE "
          "p.fate = 'o' AND s.rowid = p.n AND t.rowid = p.place",
          rows));
}

}  // namespace weir::engine::duckdb
