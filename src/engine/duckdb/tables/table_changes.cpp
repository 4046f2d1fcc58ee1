// Each change is one transaction under the table's lock, as a load is. Queries in progress go on
// with the table as it was when they began.

#include "engine/duckdb/tables/table_changes.hpp"

#include <array>
#include <mutex>
#include <utility>

#include "base/case_fold.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/query.hpp"
#include "engine/duckdb/reader/logical_type.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/cast_sql.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/ledger.hpp"
#include "engine/duckdb/tables/shadow.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

namespace {

const Allowance allowance{.time = limits::table_changed_within};

/// A text as a feed's field of the column's type reads it, so that 1.5 is no integer; bad_request
/// when it is none.
Result<Sql> value_of(Connection& connection, const StoredColumn& column, const std::string& text) {
  const Field field = field_of_type(column.type);
  const LogicalType given = logical_type(spark::Kind::string);
  WEIR_TRY(std::string cast, cast_sql(field, "x", given.get()));
  const Sql value =
      sql("(SELECT $ FROM (SELECT $ AS x))", Sql::verbatim(std::move(cast)), Text{text});
  WEIR_TRY(const std::uint64_t good, connection.count(sql("SELECT count($)", value)));
  if (good == 1) return value;
  return fail(Errc::bad_request, "\"" + text + "\" is no value of " + quote_name(column.name) +
                                     ", which is " + column.type);
}

Result<Sql> condition_sql(Connection& connection, const StoredTable& table,
                          const RowCondition& condition) {
  const StoredColumn* column = table.column(condition.column);
  if (column == nullptr)
    return fail(Errc::bad_request, "the table " + quote_name(table.name) + " has no column " +
                                       quote_name(condition.column));
  if (!condition.from && !condition.to && !condition.value)
    return fail(Errc::bad_request,
                "say which rows: from a value on, up to a value, or equal to a value");
  if ((condition.from || condition.to) && (column->type == "VARCHAR" || column->type == "BOOLEAN"))
    return fail(Errc::bad_request, quote_name(column->name) + " is " + column->type +
                                       ", which has no order: choose a date, a datetime or a "
                                       "number, or rows that are equal to a value");
  Sql out = sql("true");
  if (condition.from) {
    WEIR_TRY(const Sql value, value_of(connection, *column, *condition.from));
    out.append(sql(" AND $ >= $", column->in_sql(), value));
  }
  if (condition.to) {
    WEIR_TRY(const Sql value, value_of(connection, *column, *condition.to));
    out.append(sql(" AND $ < $", column->in_sql(), value));
  }
  if (condition.value) {
    WEIR_TRY(const Sql value, value_of(connection, *column, *condition.value));
    out.append(sql(" AND $ = $", column->in_sql(), value));
  }
  return out;
}

/// The condition for people.
std::string text_of(const RowCondition& condition) {
  std::string out;
  const auto add = [&](const char* sign, const std::optional<std::string>& value) {
    if (value) out += (out.empty() ? "" : " and ") + condition.column + " " + sign + " " + *value;
  };
  add(">=", condition.from);
  add("<", condition.to);
  add("=", condition.value);
  return out;
}

/// Gives all rows and origins that are kept the `_uuid_pk` of the table's new name, which it is
/// about to get.
Result<void> rename_keys(Connection& connection, const StoredTable& table, const std::string& to) {
  const Sql rows = table.in_sql();
  const Sql origins = origins_of(table);
  const Sql renamed = Sql::verbatim(uuid_sql(to, pk_of(table)));
  WEIR_CHECK(connection.run(sql(
      "UPDATE $ AS o SET uuid = n.renamed FROM (SELECT uuid, any_value(renamed) AS renamed FROM "
      "(SELECT uuid, $ AS renamed FROM $ UNION ALL SELECT uuid, $ FROM $) GROUP BY uuid) n "
      "WHERE n.uuid = o.uuid",
      origins, renamed, rows, renamed, past_rows(table))));
  return connection.run(sql("UPDATE $ SET uuid = $", rows, renamed));
}

using TableLocks = std::array<std::unique_lock<std::timed_mutex>, 2>;

/// In one order, so that two renamings never wait for each other; one lock if they are one name.
Result<TableLocks> lock_two(Tenant& tenant, const std::string& a, const std::string& b) {
  const bool ordered = folded_name(a) < folded_name(b);
  TableLocks locks;
  WEIR_TRY(locks[0], tenant.lock_table(ordered ? a : b, allowance));
  if (same_name(a, b)) return locks;
  WEIR_TRY(locks[1], tenant.lock_table(ordered ? b : a, allowance));
  return locks;
}

/// As a query of the table would show them.
Result<Table> first_rows(Connection& connection, const StoredTable& table, const Sql& where,
                         std::uint64_t most) {
  return read_rows(connection,
                   sql("SELECT $ FROM $ WHERE $ ORDER BY $ LIMIT $", table.shown_sql(),
                       table.rows_sql(), where, Sql::verbatim(pk_of(table)), most),
                   most);
}

}  // namespace

Result<void> purge_table(Tenant& tenant, const std::string& table) {
  WEIR_TRY(const auto lock, tenant.lock_table(table, allowance));
  WEIR_TRY(Connection connection, tenant.connect(allowance));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(const auto found, stored_table(connection, table));
  if (!found) return {};
  WEIR_CHECK(note_purge(connection, tenant, *found));
  WEIR_CHECK(drop_stored_table(connection, *found));
  return transaction.commit();
}

Result<void> note_purge(Connection& connection, const Tenant& tenant, const StoredTable& table) {
  LoadCounts counts;
  WEIR_TRY(counts.load, next_number(connection));
  WEIR_TRY(counts.deleted, connection.count(sql("SELECT count(*) FROM $", table.rows_sql())));
  LoadRecord change;
  change.kind = ChangeKind::purge;
  change.table = table.name;
  return note_change(connection, change, table.no, tenant.now(), counts);
}

Result<void> rename_table(Tenant& tenant, const std::string& from, const std::string& to) {
  if (to.empty() || to.find('\0') != std::string::npos)
    return fail(Errc::bad_request, "the table's new name is empty or has a NUL character in it");
  if (from == to) return {};
  WEIR_TRY(const auto tables, lock_two(tenant, from, to));
  WEIR_TRY(const auto shadows, lock_two(tenant, shadow_of(from), shadow_of(to)));
  WEIR_TRY(Connection connection, tenant.connect(allowance));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(StoredTable table, existing_table(connection, from));
  WEIR_TRY(const auto other, stored_table(connection, to));
  if (other && other->no != table.no)
    return fail(Errc::conflict, "there is a table " + quote_name(other->name) + " already");
  WEIR_TRY(auto shadow, stored_table(connection, shadow_of(table.name)));
  WEIR_TRY(const auto left, stored_table(connection, shadow_of(to)));
  if (left && (!shadow || left->no != shadow->no))
    return fail(Errc::conflict, "there is a shadow of a table " + quote_name(to) +
                                    "; drop it first (weir table "
                                    "drop-shadow), since it would become this table's");
  WEIR_CHECK(rename_keys(connection, table, to));
  WEIR_CHECK(rename_stored_table(connection, table, to));
  if (shadow) {
    WEIR_CHECK(rename_keys(connection, *shadow, to));
    WEIR_CHECK(rename_stored_table(connection, *shadow, shadow_of(to)));
  }
  LoadRecord change;
  change.kind = ChangeKind::renaming;
  change.table = to;
  change.note = from;
  LoadCounts counts;
  WEIR_TRY(counts.load, next_number(connection));
  WEIR_CHECK(note_change(connection, change, table.no, tenant.now(), counts));
  return transaction.commit();
}

Result<RemovedRows> remove_rows(Tenant& tenant, const Removal& removal) {
  WEIR_TRY(const auto lock, tenant.lock_table(removal.table, removal.allowance));
  WEIR_TRY(Connection connection, tenant.connect(removal.allowance));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(const StoredTable found, existing_table(connection, removal.table));
  WEIR_TRY(Sql where, condition_sql(connection, found, removal.which));
  RemovedRows out;
  WEIR_TRY(out.rows,
           connection.count(sql("SELECT count(*) FROM $ WHERE $", found.rows_sql(), where)));
  if (removal.expected && *removal.expected != out.rows)
    return fail(Errc::conflict, "there are " + std::to_string(out.rows) +
                                    " such rows now, and not " + std::to_string(*removal.expected) +
                                    "; look at them again");
  WEIR_TRY(out.first, first_rows(connection, found, where, removal.shown_max));
  if (removal.dry_run || out.rows == 0) return out;
  if (found.deletes) where.append(sql(" AND deleted IS NOT TRUE"));
  // Its number makes the table as of it the one without the rows.
  LoadCounts counts;
  counts.deleted = out.rows;
  WEIR_TRY(counts.load, next_number(connection));
  WEIR_CHECK(keep_rows(connection, found, where, counts.load, tenant.history()));
  WEIR_CHECK(connection.run(sql("DELETE FROM $ WHERE $", found.in_sql(), where)));
  LoadRecord change;
  change.kind = ChangeKind::removal;
  change.table = found.name;
  change.note = text_of(removal.which);
  WEIR_CHECK(note_change(connection, change, found.no, tenant.now(), counts));
  WEIR_CHECK(trim_history(connection, found, tenant.history(), tenant.now()));
  WEIR_CHECK(transaction.commit());
  return out;
}

}  // namespace weir::engine::duckdb
