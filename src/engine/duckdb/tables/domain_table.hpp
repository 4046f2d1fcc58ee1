#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/tables/stored_table.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// The columns that every domain table has after those of its feed.
///
/// `_pk` is the primary key as text: the value itself, or several values joined by `|`, where `\`
/// and `|` in a value are escaped as `\\` and `\|`.
///
/// `_uuid_pk` is the UUID of that text (RFC 9562 version 5) in its table's name space, which is the
/// UUID of "Source:Feed" in Weir's own name space: so it is the same on every installation.
///
/// `_updated` orders rows by their origin (docs/formats/row-columns.md): milliseconds since 1970
/// when the file's first record was received, times 2^20, plus the row's number in the file (at
/// most 2^20-1). It depends on the data alone, so that repeating the load gives the same values.
inline constexpr const char* pk_column = "_pk";
inline constexpr const char* uuid_column = "_uuid_pk";
inline constexpr const char* updated_column = "_updated";

/// SQL for `_updated` from a stored table's `origin`.
inline constexpr const char* updated_of_origin =
    "(CAST(origin >> 84 AS BIGINT) << 20) | "
    "least(CAST(origin & CAST(4294967295 AS UHUGEINT) AS BIGINT), 1048575)";

/// The table of a load: what stands, and what it will be.
struct DomainTable {
  std::optional<StoredTable> standing;
  StoredTable stored;  // `standing`, or the one to be made
  bool anew = false;   // to be made, in the place of `standing`

  /// Whether there is nothing to be made or altered.
  bool is_as_planned() const;
  /// Plans to make it anew where it could stay.
  void make_anew(const Load& load);
  bool gains_places = false;  // columns of ours that `standing` lacks (stored_table.hpp)
  bool gains_deleted = false;
  std::vector<StoredColumn> added;   // to be added to `standing`
  std::vector<std::uint64_t> lost;   // numbers of columns to be hidden: the feed lost their fields
  std::vector<std::uint64_t> found;  // of those to be shown again
  std::vector<std::uint64_t> columns;  // numbers of the columns of the load's fields
};

/// The name of the table that the load goes into: its own, or that of its shadow. Keys are those of
/// the table itself in either.
std::string stored_name(const Load& load);

/// Finds out; changes nothing. Where a type or the key changed, an empty (or truncated) table is
/// created anew; any other table is a conflict that says what to do.
Result<DomainTable> plan_table(Connection& connection, const Load& load);
/// Whether the table has no rows, not even ones out of sight.
Result<bool> is_empty(Connection& connection, const StoredTable& table);
/// Creates the table, or adds columns that the feed gained and hides those that it lost, within the
/// caller's transaction.
Result<void> write_table(Connection& connection, DomainTable& table);

/// SQL for the load's field of that place in a staged row (stage.hpp).
std::string staged_column(std::size_t field);
/// SQL for `_pk` of a staged row, or of a row of the table by its key's columns.
std::string pk_of(const Load& load);
std::string pk_of(const StoredTable& table);
/// Rows of the table with their `pk`. Who does not name it does not pay for it.
Sql with_pk(const StoredTable& table, const Sql& rows);
/// SQL for a generated field, from staged columns; NULL where one of its parts is.
std::string generated_sql(const Load& load, const Field& field);
/// SQL for a hash of a staged row's values at the places of their columns, so that a column that
/// the feed gains or loses leaves the others where they are.
Sql row_hash_sql(const DomainTable& table);
/// The same of a row of the table.
Sql row_hash_sql(const StoredTable& table);
/// The place of a field in the load; nullopt: none has that name.
std::optional<std::size_t> field_number(const Load& load, const std::string& name);
bool is_key(const Load& load, const Field& field);
/// SQL for `_uuid_pk`, from an expression of `_pk`.
std::string uuid_sql(const std::string& table, const std::string& pk);
/// The same of a staged row; the text of a key of whole numbers and texts is not made.
std::string uuid_sql(const Load& load);

}  // namespace weir::engine::duckdb
