#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/sql.hpp"

/// Where a tenant's tables file keeps its domain tables (docs/formats/tables-file.md): rows in
/// tables with names of our own, and a view for each with the names of the feed. Nothing here
/// locks; all of it works within the caller's transaction.
namespace weir::engine::duckdb {

/// No tenant, and so no database, can have this name: a table in it needs no other words.
inline constexpr std::string_view stored_schema = "weir stored";
/// A table of that schema, in SQL.
Sql stored(std::string_view name);

struct StoredColumn {
  std::uint64_t no = 0;  // never given to another column of its table
  std::string name;
  std::string type;                     // in SQL
  std::optional<std::uint64_t> in_key;  // its place in the primary key
  bool hidden = false;                  // of a field that the feed lost: not in the view

  Sql in_sql() const { return sql_of(no); }
  /// Of a column of that number: c7
  static Sql sql_of(std::uint64_t no);
};

struct StoredTable {
  std::uint64_t no = 0;  // never given to another table
  std::string name;
  bool merges = false;                // it has `places` (merge.hpp)
  bool deletes = false;               // it has `deleted` (delete_marker.hpp)
  std::vector<StoredColumn> columns;  // the view has those that are not hidden, in this order

  /// The table that holds the rows: t7
  std::string table() const;
  /// Those of its history (history.hpp): h7, o7
  std::string history() const;
  std::string origins() const;
  /// "weir stored".t7
  Sql in_sql() const;
  /// One that is not hidden, without regard to case; null if there is none.
  const StoredColumn* column(std::string_view named) const;
  /// One more than the highest number of a column.
  std::uint64_t width() const;
  /// What the view shows of a row: c0 AS "id", ..., with the three columns of every table
  Sql shown_sql() const;
  /// "weir stored".t7, or of a table with removed rows those that are not
  Sql rows_sql() const;
  /// "id", "at"
  std::string key() const;
  /// All but tables of layout 1 whose key was not noted: those keep `pk` in a column.
  bool has_key() const;
};

/// The columns of every stored table behind those of its feed. A load reads the origins of all
/// rows, and DuckDB takes 15 times as long for packed numbers of 128 bits as for those that are
/// not. UUIDs and hashes are random, so trying out how else to compress them, which takes twice as
/// long as compressing them, finds nothing better.
inline constexpr const char* hidden_columns_sql =
    "uuid UUID USING COMPRESSION uncompressed, load BIGINT, "
    "origin UHUGEINT USING COMPRESSION uncompressed, "
    "row_hash UHUGEINT USING COMPRESSION uncompressed";

/// All of them, by name.
Result<std::vector<StoredTable>> stored_tables(Connection& connection);
/// All of them by number and name alone, at a tenth of the time.
Result<std::vector<StoredTable>> stored_names(Connection& connection);
/// The one of that name without regard to case.
Result<std::optional<StoredTable>> stored_table(Connection& connection, std::string_view name);

/// The same, or not_found.
Result<StoredTable> existing_table(Connection& connection, std::string_view name);

/// Makes a table of these columns, and its view; numbers of its own are given to both.
Result<StoredTable> create_stored_table(Connection& connection, StoredTable table);
/// Makes the table of the rows anew, which is empty; in the columns of these numbers nearly all
/// texts will differ. Nothing is done where the table has columns of ours that not every one has.
Result<void> remake_rows(Connection& connection, const StoredTable& table,
                         const std::set<std::uint64_t>& distinct);
/// Adds a column without values, and gives it a number. The view is the caller's to renew.
Result<void> add_stored_column(Connection& connection, StoredTable& table, StoredColumn column);
/// Adds a column of ours that not every table has, without values. The view is the caller's to
/// renew.
Result<void> add_places(Connection& connection, StoredTable& table);
Result<void> add_deleted(Connection& connection, StoredTable& table);
/// Hides a column, or shows it again. The view is the caller's to renew.
Result<void> hide_stored_column(Connection& connection, StoredTable& table, std::uint64_t no,
                                bool hidden);
/// Removes the view, the rows and what is known of the table.
Result<void> drop_stored_table(Connection& connection, const StoredTable& table);
/// Gives the table another name, and its view.
Result<void> rename_stored_table(Connection& connection, StoredTable& table,
                                 const std::string& name);
/// What the table's view selects, from these rows.
Sql select_of(const StoredTable& table, const Sql& rows);
/// Makes the view what the table says.
Result<void> renew_view(Connection& connection, const StoredTable& table);

/// What a query reads in the place of a view of information_schema, in lower case: the same of the
/// views of main alone. There are `columns` and `tables`.
std::string schema_view(std::string_view name);

/// The next number for a table or a load; none is given twice.
Result<std::uint64_t> next_number(Connection& connection);

/// Makes a new file ready, or one of an earlier layout. In a transaction of its own.
Result<void> prepare_tables_file(Connection& connection);

}  // namespace weir::engine::duckdb
