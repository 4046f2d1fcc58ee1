// Rows lie in tables whose names and columns are numbers of ours, and a view gives them the names
// of the feed. Hidden columns in tables of the feed's own names were the alternative: a user's
// column could then be called as ours are, `SELECT *` would show ours, and a new name, an exchange
// of two tables or a look into the past would change rows. With a view each of these changes one
// line.

#include "engine/duckdb/tables/stored_table.hpp"

#include <algorithm>
#include <map>

#include "base/case_fold.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/error_log.hpp"
#include "engine/duckdb/tables/failed_view.hpp"
#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/ledger.hpp"
#include "engine/duckdb/tables/mended_records.hpp"
#include "engine/duckdb/tables/merge.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::uint64_t layout_version =
    5;  // docs/formats/tables-file.md tells of the earlier ones
constexpr std::string_view key_comment = "primary key: ";

/// With the database, because `main."Shop:Orders"` may also be a view of a load's, or mean a
/// database that is called main.
Result<Sql> view_sql(Connection& connection, const std::string& name) {
  WEIR_TRY(const auto cells, connection.cells("SELECT current_database()"));
  return sql("$.main.$", Name{*cells[0][0]}, Name{name});
}

Result<std::vector<StoredTable>> tables_where(Connection& connection, const Sql& condition) {
  WEIR_TRY(const auto cells,
           connection.cells(sql(
               "SELECT CAST(t.no AS BIGINT), t.name, CAST(c.no AS BIGINT), "
               "c.name, c.type, CAST(c.in_key AS BIGINT), CAST(h.no AS BIGINT), "
               "p.of, d.of FROM $ t "
               "JOIN $ c ON c.of = t.no LEFT JOIN $ h ON h.of = c.of AND "
               "h.no = c.no LEFT JOIN $ p ON p.of = t.no AND p.name = 'places' "
               "LEFT JOIN $ d ON d.of = t.no AND d.name = 'deleted' WHERE $ ORDER BY t.name, c.no",
               stored("tables"), stored("columns"), stored("hidden_columns"), stored("own_columns"),
               stored("own_columns"), condition)));
  std::vector<StoredTable> tables;
  for (const auto& row : cells) {
    const std::uint64_t no = Connection::number(row[0]);
    if (tables.empty() || tables.back().no != no)
      tables.push_back({no, *row[1], row[7].has_value(), row[8].has_value(), {}});
    StoredColumn column{Connection::number(row[2]), *row[3], *row[4], {}, row[6].has_value()};
    if (row[5]) column.in_key = Connection::number(row[5]);
    tables.back().columns.push_back(std::move(column));
  }
  return tables;
}

Result<void> note_column(Connection& connection, const StoredTable& table,
                         const StoredColumn& column) {
  return connection.run(sql("INSERT INTO $ VALUES ($, $, $, $, $)", stored("columns"), table.no,
                            column.no, Text{column.name}, Text{column.type},
                            column.in_key ? sql("$", *column.in_key) : sql("NULL")));
}

Result<void> note_table(Connection& connection, StoredTable& table) {
  WEIR_TRY(table.no, next_number(connection));
  WEIR_CHECK(connection.run(
      sql("INSERT INTO $ VALUES ($, $)", stored("tables"), table.no, Text{table.name})));
  for (std::uint64_t i = 0; i < table.columns.size(); ++i) {
    table.columns[i].no = i;
    WEIR_CHECK(note_column(connection, table, table.columns[i]));
  }
  return {};
}

Result<void> create_layout(Connection& connection) {
  return connection.run(
      sql("CREATE SCHEMA $; CREATE TABLE $ (version INTEGER); INSERT INTO $ VALUES ($); "
          "CREATE SEQUENCE $; CREATE TABLE $ (no BIGINT, name VARCHAR); "
          "CREATE TABLE $ (of BIGINT, no INTEGER, name VARCHAR, type VARCHAR, in_key INTEGER)",
          Name{stored_schema}, stored("layout"), stored("layout"), layout_version,
          stored("numbers"), stored("tables"), stored("columns")));
}

/// What files of layout 2 that were made before lack.
Result<void> create_hidden_columns(Connection& connection) {
  return connection.run(
      sql("CREATE TABLE IF NOT EXISTS $ (of BIGINT, no INTEGER); "
          "CREATE TABLE IF NOT EXISTS $ (of BIGINT, name VARCHAR)",
          stored("hidden_columns"), stored("own_columns")));
}

Result<void> create_schema_views(Connection& connection) {
  return connection.run(sql(
      "CREATE OR REPLACE VIEW $ AS SELECT * FROM information_schema.columns WHERE table_schema "
      "= 'main'; CREATE OR REPLACE VIEW $ AS SELECT * REPLACE ('BASE TABLE' AS table_type) FROM "
      "information_schema.tables WHERE table_schema = 'main'",
      stored(schema_view("columns")), stored(schema_view("tables"))));
}

/// The names in `"id", "a""b"`.
std::vector<std::string> unquoted(std::string_view list) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] != '"') continue;
    std::string& name = names.emplace_back();
    for (++i; i < list.size(); ++i) {
      if (list[i] == '"' && (i + 1 == list.size() || list[++i] != '"')) break;
      name += list[i];
    }
  }
  return names;
}

bool is_own(const std::string& column) {
  return column == pk_column || column == uuid_column || column == updated_column;
}

/// Tables of layout 1, whose key stands in the table's comment.
Result<std::vector<StoredTable>> old_tables(Connection& connection) {
  WEIR_TRY(const auto cells,
           connection.cells("SELECT t.table_name, t.comment, c.column_name, c.data_type FROM "
                            "duckdb_tables() t JOIN duckdb_columns() c USING (table_oid) WHERE NOT "
                            "t.internal AND t.database_name = current_database() AND "
                            "c.database_name = current_database() AND t.schema_name = 'main' "
                            "ORDER BY t.table_name, c.column_index"));
  std::vector<StoredTable> tables;
  std::vector<std::string> key;
  for (const auto& row : cells) {
    if (tables.empty() || tables.back().name != *row[0]) {
      tables.push_back({.name = *row[0]});
      const std::string comment = row[1].value_or("");
      key =
          unquoted(std::string_view(comment).substr(std::min(key_comment.size(), comment.size())));
    }
    if (is_own(*row[2])) continue;
    StoredColumn column{0, *row[2], *row[3], {}};
    for (std::size_t i = 0; i < key.size(); ++i) {
      if (same_name(key[i], column.name)) column.in_key = i;
    }
    tables.back().columns.push_back(std::move(column));
  }
  return tables;
}

/// What `_updated` tells of a row's origin: the time of its file and its place in it.
constexpr const char* origin_of_updated =
    "(CAST(_updated >> 20 AS UHUGEINT) << 84) | CAST(_updated & 1048575 AS UHUGEINT)";

Result<void> convert(Connection& connection, StoredTable table) {
  WEIR_TRY(const Sql old, view_sql(connection, table.name));
  WEIR_CHECK(note_table(connection, table));
  Sql columns;
  std::vector<Sql> names;
  for (const StoredColumn& column : table.columns) {
    names.push_back(sql("$", Name{column.name}));
    columns.append(sql("$ AS $, ", names.back(), column.in_sql()));
  }
  if (!table.has_key()) columns.append(sql("_pk AS pk, "));
  WEIR_CHECK(connection.run(
      sql("CREATE TABLE $ AS SELECT $_uuid_pk AS uuid, CAST(0 AS BIGINT) AS load, "
          "$ AS origin, weir_row_hash($) AS row_hash FROM $",
          table.in_sql(), columns, Sql::verbatim(origin_of_updated), join(names, ", "), old)));
  WEIR_CHECK(connection.run(sql("DROP TABLE $", old)));
  WEIR_CHECK(create_history(connection, table, table.no));
  return renew_view(connection, table);
}

constexpr const char* deleted_type = "BOOLEAN DEFAULT false";

Result<void> add_column(Connection& connection, const Sql& rows, const std::string& name,
                        const std::string& type) {
  return connection.run(
      sql("ALTER TABLE $ ADD COLUMN $ $", rows, Sql::verbatim(name), Sql::verbatim(type)));
}

/// Gives the tables of layout 2 their histories, which begin here.
Result<void> add_histories(Connection& connection) {
  WEIR_CHECK(create_histories(connection));
  WEIR_TRY(const auto tables, stored_tables(connection));
  WEIR_TRY(const std::uint64_t now, next_number(connection));
  for (const StoredTable& table : tables) {
    WEIR_CHECK(create_history(connection, table, now));
    const Sql history = history_of(table);
    if (table.merges) WEIR_CHECK(add_column(connection, history, "places", places_type));
    if (table.deletes) WEIR_CHECK(add_column(connection, history, "deleted", deleted_type));
  }
  return {};
}

Result<void> drop_column(Connection& connection, const Sql& rows, const char* name) {
  return connection.run(sql("ALTER TABLE $ DROP COLUMN $", rows, Sql::verbatim(name)));
}

/// Takes from the histories of layout 3 what is made of the rest of their rows.
Result<void> slim_histories(Connection& connection) {
  WEIR_TRY(const auto tables, stored_tables(connection));
  for (const StoredTable& table : tables) {
    for (const char* column : {"pk", "uuid", "row_hash"})
      WEIR_CHECK(drop_column(connection, history_of(table), column));
  }
  return {};
}

/// Takes from the rows of layout 4 and before the key's text, which the key's columns give.
Result<void> slim_rows(Connection& connection) {
  WEIR_TRY(const auto tables, stored_tables(connection));
  for (const StoredTable& table : tables) {
    if (!table.has_key()) continue;
    WEIR_CHECK(drop_column(connection, table.in_sql(), "pk"));
    WEIR_CHECK(renew_view(connection, table));
  }
  return {};
}

/// Of a file that has our schema.
Result<void> check_layout(Connection& connection) {
  WEIR_TRY(const std::uint64_t version,
           connection.count(sql("SELECT CAST(max(version) AS BIGINT) FROM $", stored("layout"))));
  if (version > layout_version)
    return fail(Errc::conflict, "a newer Weir wrote them (layout " + std::to_string(version) +
                                    "; this one knows layouts up to " +
                                    std::to_string(layout_version) +
                                    "); nothing was changed: start that newer version again");
  if (version == layout_version) return {};
  if (version == 2) WEIR_CHECK(add_histories(connection));
  if (version == 3) WEIR_CHECK(slim_histories(connection));
  WEIR_CHECK(slim_rows(connection));
  return connection.run(sql("UPDATE $ SET version = $", stored("layout"), layout_version));
}

/// In the columns of these numbers nearly all texts differ.
Result<void> create_rows(Connection& connection, const StoredTable& table,
                         const std::set<std::uint64_t>& distinct) {
  Sql columns;
  for (const StoredColumn& column : table.columns)
    columns.append(sql("$ $$, ", column.in_sql(), Sql::verbatim(column.type),
                       distinct.contains(column.no) ? sql(" USING COMPRESSION fsst") : Sql()));
  if (!table.has_key()) columns.append(sql("pk VARCHAR, "));
  return connection.run(
      sql("CREATE TABLE $ ($$)", table.in_sql(), columns, Sql::verbatim(hidden_columns_sql)));
}

/// In the rows and in their history.
Result<void> add_own_column(Connection& connection, const StoredTable& table,
                            const std::string& name, const std::string& type) {
  for (const Sql& rows : {table.in_sql(), history_of(table)})
    WEIR_CHECK(add_column(connection, rows, name, type));
  return connection.run(
      sql("INSERT INTO $ VALUES ($, $)", stored("own_columns"), table.no, Text{name}));
}

}  // namespace

Sql stored(std::string_view name) {
  return sql("$.$", Name{stored_schema}, Name{name});
}

Result<std::uint64_t> next_number(Connection& connection) {
  return connection.count(sql("SELECT nextval($)", Text{stored("numbers").text()}));
}

Sql StoredColumn::sql_of(std::uint64_t no) {
  return sql("c$", no);
}

Sql StoredTable::in_sql() const {
  return stored(table());
}

std::string StoredTable::table() const {
  return "t" + std::to_string(no);
}

std::string StoredTable::history() const {
  return "h" + std::to_string(no);
}

std::string StoredTable::origins() const {
  return "o" + std::to_string(no);
}

std::string schema_view(std::string_view name) {
  return "schema_" + std::string(name);
}

const StoredColumn* StoredTable::column(std::string_view named) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [named](const auto& each) {
    return !each.hidden && same_name(each.name, named);
  });
  return found == columns.end() ? nullptr : &*found;
}

std::uint64_t StoredTable::width() const {
  std::uint64_t out = 0;
  for (const StoredColumn& each : columns)
    out = std::max(out, each.no + 1);
  return out;
}

Sql StoredTable::shown_sql() const {
  Sql out;
  for (const StoredColumn& column : columns)
    if (!column.hidden) out.append(sql("$ AS $, ", column.in_sql(), Name{column.name}));
  out.append(sql("$ AS $, uuid AS $, $ AS $", Sql::verbatim(pk_of(*this)), Name{pk_column},
                 Name{uuid_column}, Sql::verbatim(updated_of_origin), Name{updated_column}));
  return out;
}

Sql StoredTable::rows_sql() const {
  if (!deletes) return in_sql();
  return sql("(SELECT * FROM $ WHERE deleted IS NOT TRUE)", in_sql());
}

bool StoredTable::has_key() const {
  return std::any_of(columns.begin(), columns.end(),
                     [](const StoredColumn& each) { return each.in_key.has_value(); });
}

std::string StoredTable::key() const {
  std::map<std::uint64_t, std::string> quoted;
  for (const StoredColumn& each : columns) {
    if (each.in_key) quoted[*each.in_key] = quote_name(each.name);
  }
  std::string out;
  for (const auto& [place, one] : quoted)
    out += (out.empty() ? "" : ", ") + one;
  return out;
}

Result<std::vector<StoredTable>> stored_tables(Connection& connection) {
  return tables_where(connection, sql("true"));
}

Result<std::vector<StoredTable>> stored_names(Connection& connection) {
  WEIR_TRY(const auto cells, connection.cells(sql("SELECT no, name FROM $", stored("tables"))));
  std::vector<StoredTable> tables;
  tables.reserve(cells.size());
  for (const auto& row : cells)
    tables.push_back({.no = Connection::number(row[0]), .name = *row[1]});
  return tables;
}

Result<std::optional<StoredTable>> stored_table(Connection& connection, std::string_view name) {
  WEIR_TRY(const auto names, connection.cells(sql("SELECT name FROM $", stored("tables"))));
  for (const auto& row : names) {
    if (!same_name(*row[0], name)) continue;
    WEIR_TRY(auto tables, tables_where(connection, sql("t.name = $", Text{*row[0]})));
    return std::move(tables.front());
  }
  return std::nullopt;
}

Result<StoredTable> existing_table(Connection& connection, std::string_view name) {
  WEIR_TRY(auto found, stored_table(connection, name));
  if (!found) return fail(Errc::not_found, "there is no table " + quote_name(name));
  return *std::move(found);
}

Result<StoredTable> create_stored_table(Connection& connection, StoredTable table) {
  WEIR_CHECK(note_table(connection, table));
  WEIR_CHECK(create_rows(connection, table, {}));
  WEIR_CHECK(create_history(connection, table, table.no));
  for (const StoredColumn& column : table.columns) {
    if (column.hidden) WEIR_CHECK(hide_stored_column(connection, table, column.no, true));
  }
  if (table.merges) WEIR_CHECK(add_places(connection, table));
  if (table.deletes) WEIR_CHECK(add_deleted(connection, table));
  WEIR_CHECK(renew_view(connection, table));
  return table;
}

Result<void> remake_rows(Connection& connection, const StoredTable& table,
                         const std::set<std::uint64_t>& distinct) {
  if (table.merges || table.deletes) return {};
  WEIR_CHECK(connection.run(sql("DROP TABLE $", table.in_sql())));
  return create_rows(connection, table, distinct);
}

Result<void> add_stored_column(Connection& connection, StoredTable& table, StoredColumn column) {
  column.no = table.width();
  WEIR_CHECK(connection.run(sql("ALTER TABLE $ ADD COLUMN $ $", table.in_sql(), column.in_sql(),
                                Sql::verbatim(column.type))));
  WEIR_CHECK(add_history_column(connection, table, column));
  WEIR_CHECK(note_column(connection, table, column));
  table.columns.push_back(std::move(column));
  return {};
}

Result<void> add_places(Connection& connection, StoredTable& table) {
  table.merges = true;
  return add_own_column(connection, table, "places", places_type);
}

Result<void> add_deleted(Connection& connection, StoredTable& table) {
  table.deletes = true;
  return add_own_column(connection, table, "deleted", deleted_type);
}

Result<void> hide_stored_column(Connection& connection, StoredTable& table, std::uint64_t no,
                                bool hidden) {
  for (StoredColumn& column : table.columns)
    if (column.no == no) column.hidden = hidden;
  if (hidden)
    return connection.run(
        sql("INSERT INTO $ VALUES ($, $)", stored("hidden_columns"), table.no, no));
  return connection.run(
      sql("DELETE FROM $ WHERE of = $ AND no = $", stored("hidden_columns"), table.no, no));
}

Result<void> drop_stored_table(Connection& connection, const StoredTable& table) {
  WEIR_CHECK(drop_history(connection, table));
  WEIR_CHECK(drop_failed_view(connection, table.name));
  WEIR_TRY(const Sql view, view_sql(connection, table.name));
  return connection.run(
      sql("DROP VIEW $; DROP TABLE $; DELETE FROM $ WHERE no = $; "
          "DELETE FROM $ WHERE of = $; DELETE FROM $ WHERE of = $; DELETE FROM $ WHERE of = $",
          view, table.in_sql(), stored("tables"), table.no, stored("columns"), table.no,
          stored("hidden_columns"), table.no, stored("own_columns"), table.no));
}

Result<void> rename_stored_table(Connection& connection, StoredTable& table,
                                 const std::string& name) {
  WEIR_TRY(const bool failed, drop_failed_view(connection, table.name));
  WEIR_TRY(const Sql view, view_sql(connection, table.name));
  WEIR_CHECK(
      connection.run(sql("DROP VIEW $; UPDATE $ SET name = $ WHERE no = $; "
                         "UPDATE $ SET name = $ WHERE name = $",
                         view, stored("tables"), Text{name}, table.no, stored("row_errors"),
                         Text{name}, Text{table.name})));
  table.name = name;
  WEIR_CHECK(renew_view(connection, table));
  if (failed) WEIR_CHECK(create_failed_view(connection, name));
  return {};
}

Sql select_of(const StoredTable& table, const Sql& rows) {
  const Sql seen = table.deletes ? sql(" WHERE deleted IS NOT TRUE") : Sql();
  return sql("SELECT $ FROM $$", table.shown_sql(), rows, seen);
}

Result<void> renew_view(Connection& connection, const StoredTable& table) {
  WEIR_TRY(const Sql view, view_sql(connection, table.name));
  return connection.run(
      sql("CREATE OR REPLACE VIEW $ AS $", view, select_of(table, table.in_sql())));
}

Result<void> prepare_tables_file(Connection& connection) {
  WEIR_TRY(const std::uint64_t there,
           connection.count(sql("SELECT count(*) FROM duckdb_schemas() WHERE schema_name = $ AND "
                                "database_name = current_database()",
                                Text{stored_schema})));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  if (there > 0) {
    WEIR_CHECK(create_hidden_columns(connection));
    WEIR_CHECK(check_layout(connection));
    WEIR_CHECK(create_ledger(connection));
    WEIR_CHECK(create_error_log(connection));
    WEIR_CHECK(create_mended_records(connection));
    return transaction.commit();
  }
  WEIR_CHECK(create_layout(connection));
  WEIR_CHECK(create_hidden_columns(connection));
  WEIR_CHECK(create_schema_views(connection));
  WEIR_CHECK(create_ledger(connection));
  WEIR_CHECK(create_error_log(connection));
  WEIR_CHECK(create_mended_records(connection));
  WEIR_CHECK(create_histories(connection));
  WEIR_TRY(const auto tables, old_tables(connection));
  for (const StoredTable& table : tables)
    WEIR_CHECK(convert(connection, table));
  return transaction.commit();
}

}  // namespace weir::engine::duckdb
