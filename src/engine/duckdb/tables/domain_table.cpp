// The table is made and altered from the feed, within the load's transaction. The key is kept in
// the table's comment, so that a load with another key is refused without asking the catalog.

#include "engine/duckdb/tables/domain_table.hpp"

#include <map>

#include "base/case_fold.hpp"
#include "engine/duckdb/tables/cast_sql.hpp"

namespace weir::engine::duckdb {

namespace {

struct StandingColumn {
  std::string name;
  std::string type;
};

/// The existing table; columns by folded name.
struct Standing {
  bool there = false;
  std::string name;
  std::string comment;
  std::map<std::string, StandingColumn> columns;
};

std::string key_comment(const Load& load) {
  std::string out = "primary key: ";
  for (const std::string& name : load.primary_key)
    out += (name == load.primary_key.front() ? "" : ", ") + quote_name(name);
  return out;
}

/// The table of that name, or one whose name differs in case only.
Result<Standing> standing(Connection& connection, const Load& load) {
  const std::string where =
      " WHERE NOT internal AND database_name = current_database() AND "
      "schema_name = 'main'";
  WEIR_TRY(const auto tables,
           connection.cells("SELECT table_name, comment FROM duckdb_tables()" + where));
  Standing out;
  for (const auto& row : tables) {
    if (!same_name(*row[0], load.table)) continue;
    out.there = true;
    out.name = *row[0];
    out.comment = row[1].value_or("");
  }
  if (!out.there) return out;
  WEIR_TRY(const auto columns,
           connection.cells("SELECT column_name, data_type FROM duckdb_columns()" + where +
                            " AND table_name = " + quote_text(out.name)));
  for (const auto& row : columns)
    out.columns[folded_name(*row[0])] = {*row[0], *row[1]};
  return out;
}

std::string remedy() {
  return "; load once with truncate to make the table anew";
}

/// Why the feed cannot load into the existing table; empty: it can.
std::string obstacle(const Standing& table, const Load& load) {
  if (folded_name(table.comment) != folded_name(key_comment(load)))
    return "table " + quote_name(load.table) + " was made with " + table.comment +
           ", the feed now has " + key_comment(load) + remedy();
  for (const Field& field : load.fields) {
    const auto found = table.columns.find(folded_name(field.name));
    if (found != table.columns.end() && found->second.type != sql_type(field))
      return "table " + quote_name(load.table) + " keeps " + quote_name(field.name) + " as " +
             found->second.type + ", the feed now says " + sql_type(field) + remedy() +
             ", or give the field another name";
  }
  return "";
}

/// With the database, because `main."Shop:Orders"` may also be a view of the load's, or mean a
/// database that is called main.
Result<std::string> table_sql(Connection& connection, const Load& load) {
  WEIR_TRY(const auto cells, connection.cells("SELECT current_database()"));
  return quote_name(*cells[0][0]) + ".main." + quote_name(load.table);
}

Result<void> create(Connection& connection, const Load& load, const std::string& table) {
  std::string sql = "CREATE TABLE " + table + " (";
  for (const Field& field : load.fields)
    sql += quote_name(field.name) + " " + sql_type(field) + ", ";
  sql += quote_name(pk_column) + " VARCHAR NOT NULL, " + quote_name(uuid_column) +
         " UUID NOT NULL, " + quote_name(updated_column) + " BIGINT NOT NULL)";
  WEIR_CHECK(connection.run(sql));
  return connection.run("COMMENT ON TABLE " + table + " IS " + quote_text(key_comment(load)));
}

/// Adds the columns that are missing; the names of all that the load fills.
Result<std::vector<std::string>> add_columns(Connection& connection, const Load& load,
                                             const Standing& standing, const std::string& table) {
  std::vector<std::string> names;
  for (const Field& field : load.fields) {
    const auto found = standing.columns.find(folded_name(field.name));
    names.push_back(quote_name(found == standing.columns.end() ? field.name : found->second.name));
    if (found != standing.columns.end()) continue;
    WEIR_CHECK(connection.run("ALTER TABLE " + table + " ADD COLUMN " + names.back() + " " +
                              sql_type(field)));
  }
  return names;
}

Result<bool> is_empty(Connection& connection, const std::string& table) {
  WEIR_TRY(const std::uint64_t rows,
           connection.count("SELECT count(*) FROM (SELECT 1 FROM " + table + " LIMIT 1)"));
  return rows == 0;
}

}  // namespace

Result<DomainTable> prepare_table(Connection& connection, const Load& load) {
  DomainTable table;
  WEIR_TRY(table.sql, table_sql(connection, load));
  WEIR_TRY(Standing found, standing(connection, load));
  if (found.there && found.name != load.table)
    return fail(Errc::conflict, "the table " + quote_name(load.table) + " cannot be told from " +
                                    quote_name(found.name) + "; rename the feed or its source");
  if (const std::string problem = found.there ? obstacle(found, load) : ""; !problem.empty()) {
    WEIR_TRY(const bool empty, is_empty(connection, table.sql));
    if (!load.truncate && !empty) return fail(Errc::conflict, problem);
    WEIR_CHECK(connection.run("DROP TABLE " + table.sql));
    found = {};
  }
  if (!found.there) {
    WEIR_CHECK(create(connection, load, table.sql));
    WEIR_TRY(found, standing(connection, load));
  }
  // Columns first: DuckDB alters no table that has changes of the same transaction.
  WEIR_TRY(table.columns, add_columns(connection, load, found, table.sql));
  if (load.truncate) WEIR_CHECK(connection.run("DELETE FROM " + table.sql));
  return table;
}

std::string pk_sql(const std::vector<std::string>& values) {
  if (values.size() == 1) return values[0];
  std::string out;
  for (const std::string& value : values) {
    if (!out.empty()) out += " || '|' || ";
    out += "replace(replace(" + value + R"(, '\', '\\'), '|', '\|'))";
  }
  return out;
}

std::string key_text_sql(const Field& field, const std::string& value) {
  std::string text = "CAST(" + value + " AS VARCHAR)";
  if (field.type != FieldType::float_) return text;
  return "CASE WHEN isnan(" + value + ") THEN 'nan' WHEN " + value + " = 0 THEN '0.0' ELSE " +
         text + " END";
}

std::string uuid_sql(const std::string& table, const std::string& pk) {
  return "weir_uuid(" + pk + ", " + quote_text(table) + ")";
}

}  // namespace weir::engine::duckdb
