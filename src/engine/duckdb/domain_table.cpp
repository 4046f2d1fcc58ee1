#include "engine/duckdb/domain_table.hpp"

#include <map>

#include "engine/duckdb/cast_sql.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine {

namespace {

// Weir's name space, drawn once at random (version 4). Never to change: every _uuid_pk hangs on it.
constexpr const char* name_space = "6d0c3f7e5b9a4c1d8e2f7a4b1c9d3e60";

/// The table as it stands; columns by folded name.
struct Standing {
  bool there = false;
  std::string name;
  std::string comment;
  std::map<std::string, std::string> types;
};

std::string key_comment(const Load& load) {
  std::string out = "primary key: ";
  for (const std::string& name : load.primary_key)
    out += (name == load.primary_key.front() ? "" : ", ") + quote_name(name);
  return out;
}

std::string table_sql(const Load& load) {
  return "main." + quote_name(load.table);
}

Result<Standing> standing(Connection& connection, const Load& load) {
  const std::string where =
      " WHERE NOT internal AND database_name NOT IN ('temp', 'system') AND "
      "schema_name = 'main' AND lower(table_name) = lower(" +
      quote_text(load.table) + ")";
  WEIR_TRY(const auto tables,
           connection.cells("SELECT table_name, comment FROM duckdb_tables()" + where));
  Standing out;
  if (tables.empty()) return out;
  out.there = true;
  out.name = *tables[0][0];
  out.comment = tables[0][1].value_or("");
  WEIR_TRY(const auto columns,
           connection.cells("SELECT column_name, data_type FROM duckdb_columns()" + where));
  for (const auto& row : columns)
    out.types[folded(*row[0])] = *row[1];
  return out;
}

std::string remedy() {
  return "; load once with truncate to make the table anew";
}

/// What keeps the feed from loading into the table as it stands; empty: nothing.
std::string obstacle(const Standing& table, const Load& load) {
  if (table.comment != key_comment(load))
    return "table " + quote_name(load.table) + " was made with " + table.comment +
           ", the feed now has " + key_comment(load) + remedy();
  for (const Field& field : load.fields) {
    const auto found = table.types.find(folded(field.name));
    if (found != table.types.end() && found->second != sql_type(field))
      return "table " + quote_name(load.table) + " keeps " + quote_name(field.name) + " as " +
             found->second + ", the feed now says " + sql_type(field) + remedy() +
             ", or give the field another name";
  }
  return "";
}

Result<void> create(Connection& connection, const Load& load) {
  std::string sql = "CREATE TABLE " + table_sql(load) + " (";
  for (const Field& field : load.fields)
    sql += quote_name(field.name) + " " + sql_type(field) + ", ";
  sql += quote_name(pk_column) + " VARCHAR NOT NULL, " + quote_name(uuid_column) +
         " UUID NOT NULL, " + quote_name(updated_column) + " BIGINT NOT NULL)";
  WEIR_CHECK(connection.run(sql));
  return connection.run("COMMENT ON TABLE " + table_sql(load) + " IS " +
                        quote_text(key_comment(load)));
}

Result<void> add_columns(Connection& connection, const Load& load, const Standing& table) {
  for (const Field& field : load.fields) {
    if (table.types.contains(folded(field.name))) continue;
    WEIR_CHECK(connection.run("ALTER TABLE " + table_sql(load) + " ADD COLUMN " +
                              quote_name(field.name) + " " + sql_type(field)));
  }
  return {};
}

}  // namespace

Result<void> prepare_table(Connection& connection, const Load& load) {
  WEIR_TRY(const Standing table, standing(connection, load));
  if (!table.there) return create(connection, load);
  if (table.name != load.table)
    return fail(Errc::conflict, "the table " + quote_name(load.table) + " cannot be told from " +
                                    quote_name(table.name) + "; rename the feed or its source");
  const std::string problem = obstacle(table, load);
  if (!problem.empty() && !load.truncate) return fail(Errc::conflict, problem);
  if (!problem.empty()) {
    WEIR_CHECK(connection.run("DROP TABLE " + table_sql(load)));
    return create(connection, load);
  }
  // Columns first: DuckDB alters no table that has changes of the same transaction.
  WEIR_CHECK(add_columns(connection, load, table));
  if (load.truncate) return connection.run("DELETE FROM " + table_sql(load));
  return {};
}

std::string pk_sql(const std::vector<std::string>& values) {
  if (values.size() == 1) return "CAST(" + values[0] + " AS VARCHAR)";
  std::string out;
  for (const std::string& value : values) {
    if (!out.empty()) out += " || '|' || ";
    out += "replace(replace(CAST(" + value + R"( AS VARCHAR), '\', '\\'), '|', '\|'))";
  }
  return out;
}

std::string uuid_sql(const std::string& table, const std::string& pk) {
  const auto version_5 = [](const std::string& space, const std::string& name) {
    const std::string hash = "sha1(unhex(" + space + ") || encode(" + name + "))";
    // Version and variant take the place of six bits of the hash.
    return "(" + hash + "[1:12] || '5' || " + hash + "[14:16] || translate(" + hash +
           "[17], '0123456789abcdef', '89ab89ab89ab89ab') || " + hash + "[18:32])";
  };
  const std::string space = version_5(quote_text(name_space), quote_text(table));
  return "CAST(" + version_5(space, pk) + " AS UUID)";
}

}  // namespace weir::engine
