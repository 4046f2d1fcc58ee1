#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/stored_table.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

/// How the rows of two relations with a stored table's columns differ, key by key.
namespace weir::engine::duckdb {

/// Two states of a table, each a relation.
struct States {
  Sql before;
  Sql after;
};

/// What each key that differs became: `change`, `_pk`, the table's columns, and they again as
/// `before.<name>`. A SELECT without an order.
Sql changes_sql(const StoredTable& table, const States& states);

/// The same of two tables with keys of one name space, whose columns may differ: a column is the
/// one of the same name. `change` and the columns are those of `after`, `before.<name>` of
/// `before`.
Sql difference_sql(const StoredTable& before, const StoredTable& after);

/// The states whose difference is what changed since that number: rows that are in both are left
/// out, so that it costs what changed.
Result<States> states_since(Connection& connection, const StoredTable& table, std::uint64_t since);

/// The counts and a page of a SELECT that changes_sql made.
Result<Changes> read_changes(Connection& connection, const Sql& changes, const std::string& after,
                             const ReadLimits& limits);

/// Engine::changes
Result<Changes> run_changes(Tenant& tenant, const std::string& table, const ChangesPage& page,
                            const ReadLimits& limits);

}  // namespace weir::engine::duckdb
