// For each key that the change touched, all states that the key ever had are looked at, each with
// the change that made it; that of the greatest change which was not undone is what has to stand.
// It is brought back as a row of the undo's own number: the history is never changed, so that what
// the table was as of any number stays true. Walking from each row to the one before it was the
// alternative, which has as many steps as there were undone loads in a row.

#include "engine/duckdb/tables/undo.hpp"

#include <string>
#include <vector>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/tables/error_log.hpp"
#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/ledger.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

namespace {

const Allowance allowance{.time = limits::table_changed_within};

Failure not_undone(std::uint64_t number, const std::string& why) {
  return fail(Errc::bad_request, "load " + std::to_string(number) + " cannot be undone: " + why);
}

struct Target {
  LoadRecord entry;
  StoredTable table;
};

/// The change, and the table as it is called now.
Result<Target> target_of(Connection& connection, std::uint64_t number) {
  Target out;
  WEIR_TRY(auto entries, ledger(connection, {.before = number + 1, .most = 1}));
  if (entries.empty() || entries.front().counts.load != number)
    return fail(Errc::not_found, "there is no load " + std::to_string(number));
  out.entry = std::move(entries.front());
  if (out.entry.state == LoadState::undone)
    return fail(Errc::conflict, "load " + std::to_string(number) +
                                    " was undone before; a new run of its courier loads it again");
  if (out.entry.state == LoadState::over_threshold)
    return not_undone(number, "it was over the error threshold and changed nothing");
  switch (out.entry.kind) {
    case ChangeKind::load:
    case ChangeKind::removal:
      break;
    case ChangeKind::undo:
      return not_undone(number,
                        "it is an undo itself; a new run of the courier loads again what "
                        "it took back");
    case ChangeKind::purge:
      return not_undone(number, "it purged the table, of which nothing is kept");
    case ChangeKind::swap:
      return not_undone(number, "it swapped the table with its shadow; swap again");
    case ChangeKind::renaming:
      return not_undone(number, "it renamed the table; rename it back");
  }
  WEIR_TRY(auto tables, stored_tables(connection));
  for (StoredTable& table : tables) {
    if (table.no == out.entry.table_no) {
      out.table = std::move(table);
      return out;
    }
  }
  return not_undone(number, "its table was purged or made anew since");
}

/// Rows that the table had already may have got another origin; those in error leave nothing.
bool changed_no_row(const LoadCounts& counts) {
  return counts.read == counts.errors && counts.deleted == 0;
}

Result<void> check_history(Connection& connection, const Target& target) {
  if (changed_no_row(target.entry.counts)) return {};
  const std::uint64_t number = target.entry.counts.load;
  WEIR_TRY(const std::uint64_t reach, reach_of(connection, target.table));
  if (number > reach) return {};
  return not_undone(number,
                    "the rows before it are not kept any more; the table's history reaches back to "
                    "load " +
                        std::to_string(reach) +
                        ", as engine.history_loads and engine.history_days say");
}

/// Numbers of the table that count no more: undone changes and the undos of them, this one among
/// them. Of undos before the reach their rows are what stood then.
Result<Sql> void_numbers(Connection& connection, const Target& target) {
  WEIR_TRY(const std::uint64_t reach, reach_of(connection, target.table));
  return sql(
      "(SELECT no FROM $ WHERE of = $ AND kind = 'undo' AND no > $ UNION ALL "
      "SELECT undoes FROM $ WHERE of = $ AND kind = 'undo' AND no > $ UNION ALL SELECT $)",
      stored("loads"), target.table.no, reach, stored("loads"), target.table.no, reach,
      target.entry.counts.load);
}

/// weir_undo: each key that has to change, with the row that stands (`place`) and the version that
/// has to (`version`, its load, and `origin`); NULL where there is none.
Result<void> plan(Connection& connection, const Target& target) {
  const std::uint64_t number = target.entry.counts.load;
  const Sql rows = target.table.in_sql();
  const Sql history = past_rows(target.table);
  const Sql origins = origins_of(target.table);
  WEIR_TRY(const Sql voided, void_numbers(connection, target));
  WEIR_CHECK(connection.run(
      sql("CREATE TEMP TABLE weir_touched AS SELECT uuid FROM $ WHERE load = $ UNION SELECT uuid "
          "FROM $ WHERE load = $ OR replaced_by = $ UNION SELECT uuid FROM $ WHERE replaced_by = $",
          rows, number, history, number, number, origins, number)));
  // An origin that was left counts as a state of its own, made by the change that left it.
  return connection.run(
      sql("CREATE TEMP TABLE weir_undo AS WITH "
          "versions AS (SELECT uuid, load, origin, row_hash, CAST(NULL AS BIGINT) AS replaced_by, "
          "rowid AS place FROM $ SEMI JOIN weir_touched USING (uuid) UNION ALL "
          "SELECT uuid, load, origin, row_hash, replaced_by, NULL FROM $ "
          "SEMI JOIN weir_touched USING (uuid)), "
          "states AS (SELECT uuid, load AS version, origin, coalesce(lag(until) OVER "
          "(PARTITION BY uuid, load ORDER BY until), load) AS change FROM "
          "(SELECT uuid, load, origin, replaced_by AS until FROM $ SEMI JOIN weir_touched "
          "USING (uuid) UNION ALL "
          "SELECT uuid, load, origin, 9223372036854775807 FROM versions)), "
          "last AS (SELECT uuid, max(change) AS change FROM (SELECT uuid, change FROM states "
          "UNION ALL SELECT uuid, replaced_by FROM versions WHERE replaced_by IS NOT NULL) "
          "WHERE change NOT IN $ GROUP BY uuid), "
          "due AS (SELECT s.uuid, s.version, s.origin, v.row_hash FROM last JOIN states s "
          "USING (uuid, change) JOIN versions v ON v.uuid = s.uuid AND v.load = s.version) "
          "SELECT t.uuid, v.place, d.version, d.origin FROM weir_touched t "
          "LEFT JOIN (FROM versions WHERE place IS NOT NULL) v ON v.uuid = t.uuid "
          "LEFT JOIN due d ON d.uuid = t.uuid "
          "WHERE v.row_hash IS DISTINCT FROM d.row_hash OR v.origin IS DISTINCT FROM d.origin",
          rows, history, origins, voided));
}

Result<void> write(Connection& connection, const Target& target, std::uint64_t number,
                   const HistoryBounds& bounds) {
  const StoredTable& table = target.table;
  const Sql source =
      sql("SELECT r.* REPLACE ($ AS load, u.origin AS origin) FROM weir_undo u JOIN "
          "(SELECT * FROM $ UNION ALL BY NAME SELECT * EXCLUDE (replaced_by) "
          "FROM $) r ON r.uuid = u.uuid AND r.load = u.version",
          sql("CAST($ AS BIGINT)", number), table.in_sql(), past_rows(table));
  WEIR_CHECK(connection.run(sql("CREATE TEMP TABLE weir_back AS $", source)));
  const Sql standing = sql("rowid IN (SELECT place FROM weir_undo WHERE place IS NOT NULL)");
  WEIR_CHECK(keep_rows(connection, table, standing, number, bounds));
  return connection.run(sql("DELETE FROM $ WHERE $; INSERT INTO $ BY NAME SELECT * FROM weir_back",
                            table.in_sql(), standing, table.in_sql()));
}

/// Later loads that rejected rows.
Result<std::vector<std::uint64_t>> rejecting(Connection& connection, const Target& target) {
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT no FROM $ WHERE of = $ AND no > $ AND rejected > 0 AND "
                                "state = 'done' ORDER BY no",
                                stored("loads"), target.table.no, target.entry.counts.load)));
  std::vector<std::uint64_t> out;
  out.reserve(cells.size());
  for (const auto& row : cells)
    out.push_back(Connection::number(row[0]));
  return out;
}

Result<Undone> undo(Tenant& tenant, Connection& connection, const Target& target, bool dry_run) {
  Undone out;
  WEIR_CHECK(check_history(connection, target));
  WEIR_CHECK(plan(connection, target));
  WEIR_TRY(const auto cells,
           connection.cells("SELECT count(*) FILTER (place IS NULL), count(*) FILTER (place IS NOT "
                            "NULL AND version IS NOT NULL), count(*) FILTER (version IS NULL) "
                            "FROM weir_undo"));
  out.back = Connection::number(cells[0][0]);
  out.changed = Connection::number(cells[0][1]);
  out.deleted = Connection::number(cells[0][2]);
  WEIR_TRY(out.rejecting, rejecting(connection, target));
  if (dry_run) return out;
  WEIR_TRY(out.number, next_number(connection));
  WEIR_CHECK(write(connection, target, out.number, tenant.history()));
  LoadRecord change;
  change.kind = ChangeKind::undo;
  change.table = target.table.name;
  change.undoes = target.entry.counts.load;
  LoadCounts counts;
  counts.load = out.number;
  counts.inserted = out.back;
  counts.updated = out.changed;
  counts.deleted = out.deleted;
  WEIR_CHECK(note_change(connection, change, target.table.no, tenant.now(), counts));
  WEIR_CHECK(note_undone(connection, change.undoes));
  WEIR_CHECK(note_errors_undone(connection, target.table.no, change.undoes));
  WEIR_CHECK(trim_history(connection, target.table, tenant.history(), tenant.now()));
  return out;
}

}  // namespace

Result<Undone> run_undo(Tenant& tenant, std::uint64_t number, bool dry_run) {
  WEIR_TRY(Connection connection, tenant.connect(allowance));
  WEIR_TRY(const Target before, target_of(connection, number));
  WEIR_TRY(const auto lock, tenant.lock_table(before.table.name, allowance));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(const Target target, target_of(connection, number));
  if (target.table.name != before.table.name)
    return fail(Errc::conflict, "the table was renamed meanwhile; ask again");
  WEIR_TRY(const Undone out, undo(tenant, connection, target, dry_run));
  if (!dry_run) WEIR_CHECK(transaction.commit());
  return out;
}

}  // namespace weir::engine::duckdb
