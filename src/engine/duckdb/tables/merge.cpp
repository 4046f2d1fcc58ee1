// A field is a register: the value with the greatest place stays, whatever the order of writing. So
// the rows of a load are merged with each other first and then with the rows that stand, by the
// same comparison. A record's fields could be kept as rows of their own instead, and merged by each
// query; but a table is read more often than it is loaded.

#include "engine/duckdb/tables/merge.hpp"

#include <optional>
#include <vector>

#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/delete_marker.hpp"

namespace weir::engine::duckdb {

namespace {

std::optional<std::size_t> last_updated_field(const Load& load) {
  return field_number(load, load.last_updated);
}

/// The last-updated value as a number of which 0 is the lowest, for NULL.
Sql moment_sql(const Load& load, const Sql& value) {
  const auto field = last_updated_field(load);
  if (!field) return sql("CAST(0 AS HUGEINT)");
  const bool is_time = load.fields[*field].type == FieldType::datetime;
  const Sql number = is_time ? sql("epoch_us($)", value) : value;
  return sql("coalesce(CAST($ AS HUGEINT) + 9223372036854775809, CAST(0 AS HUGEINT))", number);
}

Sql place_sql(const Sql& moment, const Sql& origin) {
  return sql("struct_pack(moment := $, origin := $)", moment, origin);
}

/// The lowest place: of a field that no record carried.
Sql no_place() {
  return place_sql(sql("CAST(0 AS HUGEINT)"), sql("CAST(0 AS UHUGEINT)"));
}

/// Of each key in the load: its latest values, and the ranks of the records that carried them.
Sql latest_sql(const Load& load, bool deletes) {
  const auto last_updated = last_updated_field(load);
  const Sql moment =
      moment_sql(load, last_updated ? Sql::verbatim(staged_column(*last_updated)) : Sql());
  Sql values;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    const Sql f = Sql::verbatim(staged_column(i));
    const Sql carried = Sql::verbatim(carried_column_name(i));
    if (has_place(load, load.fields[i])) {
      values.append(sql(", arg_max_null($, rank) FILTER ($) AS $, max(rank) FILTER ($) AS r$", f,
                        carried, f, carried, i));
    } else if (load.fields[i].combines.empty()) {
      values.append(sql(", arg_max_null($, rank) AS $", f, f));
    }
  }
  if (deletes)
    values.append(sql(", arg_max($, rank) AS deleted",
                      has_delete_marker(load) ? sql("deleted") : sql("false")));
  return sql(
      "SELECT uuid, max(rank) AS top$ FROM (SELECT *, struct_pack(moment := $, origin := origin, "
      "op := op, hash := row_hash) AS rank FROM weir_staged WHERE bad IS NULL) GROUP BY uuid",
      values, moment);
}

/// Beside them what stands: the row and its place, the fields' values and theirs.
Sql with_standing_sql(const Load& load, const DomainTable& table, bool deletes) {
  const auto last_updated = last_updated_field(load);
  const Sql moment = moment_sql(
      load, last_updated ? sql("t.$", StoredColumn::sql_of(table.columns[*last_updated])) : Sql());
  const Sql whole = place_sql(moment, sql("t.origin"));
  Sql old;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    if (!has_place(load, load.fields[i])) continue;
    const std::uint64_t no = table.columns[i];
    // A row of before the feed merged is all of one record's.
    old.append(
        sql(", t.$ AS o$, CASE WHEN t.places IS NULL THEN $ ELSE coalesce(t.places[$], $) "
            "END AS q$",
            StoredColumn::sql_of(no), i, whole, no + 1, no_place(), i));
  }
  if (deletes) old.append(sql(", coalesce(t.deleted, false) AS was_deleted"));
  return sql(
      "SELECT m.*, t.rowid AS spot, t.row_hash AS old_hash, t.places AS old_places, $ AS whole$ "
      "FROM ($) m LEFT JOIN $ t ON t.uuid = m.uuid",
      whole, old, latest_sql(load, deletes), table.stored.in_sql());
}

/// True where the record of that rank comes after the place, or is the same one again.
Sql wins_sql(const Sql& rank, const Sql& place) {
  return sql("($ IS NOT NULL AND (spot IS NULL OR $ >= $ OR $.origin = $.origin))", rank,
             place_sql(sql("$.moment", rank), sql("$.origin", rank)), place, rank, place);
}

/// Which of the two each field takes.
Sql decided_sql(const Load& load, const DomainTable& table, bool deletes) {
  Sql wins;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    if (has_place(load, load.fields[i]))
      wins.append(sql(", $ AS w$", wins_sql(sql("r$", i), sql("q$", i)), i));
  }
  return sql("SELECT *, $ AS later$ FROM ($)", wins_sql(sql("top"), sql("whole")), wins,
             with_standing_sql(load, table, deletes));
}

/// The rows as the table is to have them.
Sql merged_sql(const Load& load, const DomainTable& table, bool deletes) {
  std::vector<Sql> places;
  Sql values;
  Sql generated;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    const Field& field = load.fields[i];
    const Sql f = Sql::verbatim(staged_column(i));
    if (!field.combines.empty()) {
      generated.append(sql(", $ AS $", Sql::verbatim(generated_sql(load, field)), f));
    } else if (has_place(load, field)) {
      values.append(sql(", CASE WHEN w$ THEN $ ELSE o$ END AS $", i, f, i, f));
      const std::size_t no = table.columns[i];
      if (places.size() <= no) places.resize(no + 1, no_place());
      const Sql rank = sql("r$", i);
      places[no] = sql("CASE WHEN w$ THEN $ WHEN spot IS NULL THEN $ ELSE q$ END", i,
                       place_sql(sql("$.moment", rank), sql("$.origin", rank)), no_place(), i);
    } else {
      values.append(sql(", $", f));
    }
  }
  if (deletes)
    values.append(
        sql(", was_deleted, CASE WHEN later THEN deleted ELSE was_deleted END AS deleted"));
  return sql(
      "SELECT *, $ AS row_hash FROM (SELECT *$ FROM (SELECT uuid, spot, old_hash, old_places, "
      "whole.origin AS old_origin, CASE WHEN later THEN top.origin ELSE whole.origin END AS "
      "origin, "
      "[$] AS places$ FROM ($)))",
      row_hash_sql(table), generated, join(places, ", "), values,
      decided_sql(load, table, deletes));
}

}  // namespace

bool has_place(const Load& load, const Field& field) {
  return field.combines.empty() && !is_key(load, field);
}

std::string carried_column_name(std::size_t field) {
  return "b" + std::to_string(field);
}

Result<void> plan_merge(Connection& connection, const Load& load, const DomainTable& table) {
  const bool removals = table.stored.deletes;
  WEIR_CHECK(
      connection.run(sql("CREATE TEMP TABLE weir_merged AS $", merged_sql(load, table, removals))));
  const Sql same =
      removals ? sql("row_hash = old_hash AND deleted = was_deleted") : sql("row_hash = old_hash");
  const Sql none = removals ? sql("WHEN spot IS NULL AND deleted THEN 't' ") : Sql();
  const Sql fates = removals ? sql("WHEN deleted AND was_deleted THEN 'e' WHEN deleted THEN 'd' "
                                   "WHEN was_deleted THEN 'a' ")
                             : Sql();
  return connection.run(
      sql("CREATE TEMP TABLE weir_plan AS SELECT * FROM (SELECT rowid AS n, spot AS place, "
          "CASE $WHEN spot IS NULL THEN 'i' "
          "WHEN $ AND origin = old_origin AND places IS NOT DISTINCT FROM old_places "
          "THEN 'r' WHEN $ THEN 'e' $ELSE 'u' END AS fate FROM weir_merged) WHERE fate <> 'r'",
          none, same, same, fates));
}

}  // namespace weir::engine::duckdb
