// A full join by key of the rows that were and those that are; what differs by the hash of a row.
// Since a load, both sides are small: a row that no change after it touched is in neither.

#include "engine/duckdb/tables/row_changes.hpp"

#include <algorithm>

#include "base/case_fold.hpp"
#include "engine/duckdb/query.hpp"
#include "engine/duckdb/tables/as_of.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/history.hpp"

namespace weir::engine::duckdb {

namespace {

struct Side {
  const StoredTable& table;
  Sql rows;
};

/// Where columns have numbers of their own, or types, the rows' hashes tell nothing.
bool hashes_tell(const StoredTable& before, const StoredTable& after) {
  return std::equal(before.columns.begin(), before.columns.end(), after.columns.begin(),
                    after.columns.end(), [](const StoredColumn& a, const StoredColumn& b) {
                      return a.no == b.no && a.type == b.type && same_name(a.name, b.name);
                    });
}

/// Whether two rows of one key differ, column by column; values of two types by their texts.
Sql differ_sql(const StoredTable& before, const StoredTable& after) {
  Sql out = sql("false");
  for (const StoredColumn& column : after.columns) {
    if (column.hidden) continue;
    const StoredColumn* other = before.column(column.name);
    if (other == nullptr)
      out.append(sql(" OR a.$ IS NOT NULL", column.in_sql()));
    else if (other->type == column.type)
      out.append(sql(" OR a.$ IS DISTINCT FROM b.$", column.in_sql(), other->in_sql()));
    else
      out.append(sql(" OR CAST(a.$ AS VARCHAR) IS DISTINCT FROM CAST(b.$ AS VARCHAR)",
                     column.in_sql(), other->in_sql()));
  }
  for (const StoredColumn& column : before.columns) {
    if (!column.hidden && after.column(column.name) == nullptr)
      out.append(sql(" OR b.$ IS NOT NULL", column.in_sql()));
  }
  return out;
}

Sql joined_sql(const Side& before, const Side& after) {
  Sql now;
  Sql then;
  for (const StoredColumn& column : after.table.columns)
    if (!column.hidden) now.append(sql(", a.$ AS $", column.in_sql(), Name{column.name}));
  for (const StoredColumn& column : before.table.columns)
    if (!column.hidden)
      then.append(sql(", b.$ AS $", column.in_sql(), Name{"before." + column.name}));
  const Sql differ = hashes_tell(before.table, after.table) ? sql("a.row_hash <> b.row_hash")
                                                            : differ_sql(before.table, after.table);
  return sql(
      "SELECT CASE WHEN b.uuid IS NULL THEN 'added' WHEN a.uuid IS NULL THEN 'removed' ELSE "
      "'changed' END AS change, coalesce(a.pk, b.pk) AS $$$ FROM $ b FULL JOIN $ a ON "
      "a.uuid = b.uuid WHERE a.uuid IS NULL OR b.uuid IS NULL OR $",
      Name{pk_column}, now, then, with_pk(before.table, before.rows),
      with_pk(after.table, after.rows), differ);
}

}  // namespace

Sql changes_sql(const StoredTable& table, const States& states) {
  return joined_sql({table, states.before}, {table, states.after});
}

Sql difference_sql(const StoredTable& before, const StoredTable& after) {
  return joined_sql({before, before.rows_sql()}, {after, after.rows_sql()});
}

Result<States> states_since(Connection& connection, const StoredTable& table, std::uint64_t since) {
  WEIR_CHECK(check_number(connection, since));
  WEIR_CHECK(check_reach(connection, table, since));
  const Sql seen = table.deletes ? sql(" AND deleted IS NOT TRUE") : Sql();
  return States{sql("(SELECT * FROM $ WHERE load <= $ AND replaced_by > $$)", past_rows(table),
                    since, since, seen),
                sql("(SELECT * FROM $ WHERE load > $$)", table.in_sql(), since, seen)};
}

Result<Changes> read_changes(Connection& connection, const Sql& changes, const std::string& after,
                             const ReadLimits& limits) {
  Changes out;
  WEIR_TRY(const auto counts,
           connection.cells(sql("SELECT count(*) FILTER (change = 'added'), count(*) FILTER "
                                "(change = 'changed'), count(*) FILTER (change = 'removed') "
                                "FROM ($)",
                                changes)));
  out.added = Connection::number(counts[0][0]);
  out.changed = Connection::number(counts[0][1]);
  out.removed = Connection::number(counts[0][2]);
  const Sql rest = after.empty() ? Sql() : sql(" WHERE $ > $", Name{pk_column}, Text{after});
  // One row more than the page has, so that it is known whether another one follows.
  WEIR_TRY(out.rows, read_rows(connection,
                               sql("SELECT * FROM ($)$ ORDER BY $ LIMIT $", changes, rest,
                                   Name{pk_column}, limits.rows_max + 1),
                               limits));
  return out;
}

Result<Changes> run_changes(Tenant& tenant, const std::string& table, const ChangesPage& page,
                            const ReadLimits& limits) {
  WEIR_TRY(Connection connection, tenant.connect(limits.allowance));
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
  WEIR_TRY(const StoredTable found, existing_table(connection, table));
  WEIR_TRY(const States states, states_since(connection, found, page.since));
  return read_changes(connection, changes_sql(found, states), page.after, limits);
}

}  // namespace weir::engine::duckdb
