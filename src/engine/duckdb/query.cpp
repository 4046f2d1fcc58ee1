#include "engine/duckdb/query.hpp"

#include <set>
#include <utility>

#include "engine/duckdb/json_value.hpp"
#include "engine/duckdb/logical_type.hpp"
#include "engine/duckdb/open_sources.hpp"
#include "engine/duckdb/read_function.hpp"
#include "engine/duckdb/select_guard.hpp"
#include "engine/duckdb/stage.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine {

namespace {

void append_rows(Table& table, const std::vector<ResultColumn>& columns, duckdb_data_chunk chunk,
                 std::uint64_t rows_max) {
  const idx_t size = duckdb_data_chunk_get_size(chunk);
  for (idx_t row = 0; row < size; ++row) {
    if (table.rows.size() == rows_max) {
      table.truncated = true;
      return;
    }
    std::vector<std::string>& cells = table.rows.emplace_back(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i)
      append_json_value(cells[i], duckdb_data_chunk_get_vector(chunk, i), columns[i].type.get(),
                        row);
  }
}

/// Runs a statement whose columns all have a JSON form.
Result<void> collect(Connection& connection, const std::string& sql, std::uint64_t rows_max,
                     Table& table) {
  WEIR_TRY(const Prepared statement, connection.prepare(sql));
  const std::vector<ResultColumn> columns = Connection::columns(statement.get());
  return connection.stream(statement.get(), [&](duckdb_data_chunk chunk) {
    append_rows(table, columns, chunk, rows_max);
    return !table.truncated;
  });
}

/// The statement itself, or one around it that casts what has no JSON form to text.
std::string writable(const std::string& sql, const std::vector<ResultColumn>& columns) {
  std::string names;
  std::string list;
  bool all = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string column = data_column(i);
    const bool json = has_json(columns[i].type.get());
    all = all && json;
    names += (i > 0 ? ", " : "") + column;
    list += (i > 0 ? ", " : "") + (json ? column : "CAST(" + column + " AS VARCHAR)");
  }
  if (all) return sql;
  return "SELECT " + list + " FROM (" + sql + "\n) AS query(" + names + ")";
}

Table with_columns(const std::vector<ResultColumn>& columns) {
  Table table;
  for (const ResultColumn& column : columns)
    table.columns.push_back({column.name, type_name(column.type.get())});
  return table;
}

/// A statement without the semicolon and space at its end, so that it can stand in another.
std::string bare(std::string sql) {
  while (!sql.empty() && (sql.back() == ';' || trim(sql).size() < sql.size())) {
    sql = std::string(trim(sql));
    if (sql.ends_with(';')) sql.pop_back();
  }
  return sql;
}

}  // namespace

Result<Table> run_query(Tenant& tenant, const std::string& sql, std::uint64_t rows_max) {
  WEIR_TRY(Connection connection, tenant.connect());
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
  WEIR_TRY(const auto infos, Tenant::tables(connection, false));
  std::set<std::string> tables;
  for (const TableInfo& info : infos)
    tables.insert(folded(info.name));
  WEIR_CHECK(guard_select(connection, sql, tables));
  WEIR_TRY(const Prepared statement, connection.prepare(sql));
  if (duckdb_prepared_statement_type(statement.get()) != DUCKDB_STATEMENT_TYPE_SELECT)
    return fail(Errc::bad_request, "only SELECT may be run here");
  if (duckdb_nparams(statement.get()) > 0)
    return fail(Errc::bad_request, "the query has parameters; write the values in their place");
  const std::vector<ResultColumn> columns = Connection::columns(statement.get());
  Table table = with_columns(columns);
  WEIR_CHECK(collect(connection, writable(bare(sql), columns), rows_max, table));
  return table;
}

Result<Table> run_preview(Tenant& tenant, const std::vector<Source>& sources,
                          const std::string& query, std::uint64_t rows_max) {
  if (query.empty() && sources.size() != 1)
    return fail(Errc::bad_request, "without an ingest query a preview takes exactly one file");
  WEIR_TRY(Connection connection, tenant.connect());
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(const OpenSources opened, OpenSources::open(tenant, sources));
  WEIR_TRY(const Input input, input_of(connection, opened, query));
  Table table = with_columns(input.columns);
  std::string list;
  for (std::size_t i = 0; i < input.columns.size(); ++i)
    list += (i > 0 ? ", " : "") + data_column(i);
  auto collected =
      collect(connection, writable("SELECT " + list + " FROM " + input.sql, input.columns),
              rows_max, table);
  if (!collected) return opened.failure(std::move(collected).error());
  table.misfits = opened.misfits();
  return table;
}

}  // namespace weir::engine
