// A shadow is a stored table like any other, whose name alone says what it is; so it is loaded,
// queried, undone and purged without code of its own. Swapping exchanges two names: readers have
// the one table or the other, whole, and swapping again is the way back.

#include "engine/duckdb/tables/shadow.hpp"

#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/tables/failed_view.hpp"
#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/ledger.hpp"
#include "engine/duckdb/tables/row_changes.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::string_view shadow_prefix = "shadow:";

const Allowance allowance{.time = limits::table_changed_within};

Result<StoredTable> existing_shadow(Connection& connection, const std::string& table) {
  WEIR_TRY(auto found, stored_table(connection, shadow_of(table)));
  if (!found)
    return fail(Errc::not_found, "the table " + quote_name(table) +
                                     " has no shadow; run its courier with shadow, or copy the "
                                     "table to one");
  return *std::move(found);
}

/// Both locks, in one order.
struct Locks {
  std::unique_lock<std::timed_mutex> table;
  std::unique_lock<std::timed_mutex> shadow;
};
Result<Locks> lock_both(Tenant& tenant, const std::string& table) {
  Locks locks;
  WEIR_TRY(locks.table, tenant.lock_table(table, allowance));
  WEIR_TRY(locks.shadow, tenant.lock_table(shadow_of(table), allowance));
  return locks;
}

}  // namespace

std::string shadow_of(const std::string& table) {
  return std::string(shadow_prefix) + table;
}

std::string keyed_by(const std::string& stored_name) {
  const bool shadow = stored_name.starts_with(shadow_prefix) &&
                      stored_name.find(':', shadow_prefix.size()) != std::string::npos;
  return shadow ? stored_name.substr(shadow_prefix.size()) : stored_name;
}

Result<void> copy_to_shadow(Tenant& tenant, const std::string& table) {
  WEIR_TRY(const Locks locks, lock_both(tenant, table));
  WEIR_TRY(Connection connection, tenant.connect({}));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(const StoredTable standing, existing_table(connection, table));
  WEIR_TRY(const auto old, stored_table(connection, shadow_of(standing.name)));
  if (old)
    return fail(Errc::conflict, "the table " + quote_name(standing.name) +
                                    " has a shadow already; swap it or drop it first");
  StoredTable shadow = standing;
  shadow.name = shadow_of(standing.name);
  WEIR_TRY(shadow, create_stored_table(connection, shadow));
  Sql to;
  Sql from;
  std::vector<Sql> values;
  for (std::size_t i = 0; i < standing.columns.size(); ++i) {
    to.append(sql("$, ", shadow.columns[i].in_sql()));
    from.append(sql("$, ", standing.columns[i].in_sql()));
    values.push_back(standing.columns[i].in_sql());
  }
  for (const auto& [there, name] :
       {std::pair(standing.merges, "places"), std::pair(standing.deletes, "deleted"),
        std::pair(!standing.has_key(), "pk")}) {
    if (!there) continue;
    to.append(sql("$, ", Sql::verbatim(name)));
    from.append(sql("$, ", Sql::verbatim(name)));
  }
  // A hash is of the columns by their numbers, which are new ones where the table lost a column.
  const bool same = standing.width() == standing.columns.size();
  const Sql hash = same ? sql("row_hash") : sql("weir_row_hash($)", join(values, ", "));
  WEIR_CHECK(connection.run(
      sql("INSERT INTO $ ($uuid, load, origin, row_hash) SELECT $uuid, $, origin, $ FROM $",
          shadow.in_sql(), to, from, shadow.no, hash, standing.in_sql())));
  return transaction.commit();
}

Result<Changes> run_shadow_changes(Tenant& tenant, const std::string& table,
                                   const std::string& after, const ReadLimits& limits) {
  WEIR_TRY(Connection connection, tenant.connect(limits.allowance));
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
  WEIR_TRY(const StoredTable standing, existing_table(connection, table));
  WEIR_TRY(const StoredTable shadow, existing_shadow(connection, standing.name));
  return read_changes(connection, difference_sql(standing, shadow), after, limits);
}

Result<std::uint64_t> swap_with_shadow(Tenant& tenant, const std::string& table) {
  WEIR_TRY(const Locks locks, lock_both(tenant, table));
  WEIR_TRY(Connection connection, tenant.connect(allowance));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(StoredTable standing, existing_table(connection, table));
  WEIR_TRY(StoredTable shadow, existing_shadow(connection, standing.name));
  LoadCounts counts;
  WEIR_TRY(counts.load, next_number(connection));
  const std::string name = standing.name;
  WEIR_TRY(const bool failed, drop_failed_view(connection, name));
  WEIR_CHECK(rename_stored_table(connection, standing, "swapped:" + name));
  WEIR_CHECK(rename_stored_table(connection, shadow, name));
  WEIR_CHECK(rename_stored_table(connection, standing, shadow_of(name)));
  if (failed) WEIR_CHECK(create_failed_view(connection, name));
  // Under either name the table was another one before.
  for (const StoredTable* each : {&standing, &shadow})
    WEIR_CHECK(begin_history(connection, *each, counts.load));
  LoadRecord change;
  change.kind = ChangeKind::swap;
  change.table = name;
  WEIR_CHECK(note_change(connection, change, shadow.no, tenant.now(), counts));
  WEIR_CHECK(transaction.commit());
  return counts.load;
}

}  // namespace weir::engine::duckdb
