// The query is guarded, wrapped where a column's type has no JSON form, and its answer is written
// as JSON text, chunk by chunk.

#include "engine/duckdb/query.hpp"

#include <utility>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/reader/json_value.hpp"
#include "engine/duckdb/reader/logical_type.hpp"
#include "engine/duckdb/reader/open_sources.hpp"
#include "engine/duckdb/reader/read_function.hpp"
#include "engine/duckdb/select_guard.hpp"
#include "engine/duckdb/tables/as_of.hpp"
#include "engine/duckdb/tables/mended_records.hpp"
#include "engine/duckdb/tables/stage.hpp"
#include "engine/duckdb/tables/written_at.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine::duckdb {

namespace {

// The cost of a value besides its text, in memory and in the answer.
constexpr std::uint64_t cell_bytes = 16;

/// An answer on its way: rows are taken until there are enough of them, or of their bytes.
class Collector {
 public:
  Collector(Table& table, const std::vector<ResultColumn>& columns, const ReadLimits& limits)
      : table_(table), columns_(columns), limits_(limits) {}

  /// False when it has enough.
  bool take(duckdb_data_chunk chunk) {
    const idx_t size = duckdb_data_chunk_get_size(chunk);
    for (idx_t row = 0; row < size && !table_.truncated; ++row)
      table_.truncated = table_.rows.size() == limits_.rows_max || !take_row(chunk, row);
    return !table_.truncated;
  }

  Result<void> checked() const {
    if (!table_.truncated || !table_.rows.empty() || limits_.rows_max == 0) return {};
    return fail(Errc::bad_request, "one row is larger than the " +
                                       std::to_string(limits_.bytes_max / limits::mib) +
                                       " MiB that an answer may have; select fewer or shorter "
                                       "values");
  }

 private:
  bool take_row(duckdb_data_chunk chunk, idx_t row) {
    std::vector<std::string> cells(columns_.size());
    std::uint64_t bytes = bytes_;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      append_json_value(cells[i], duckdb_data_chunk_get_vector(chunk, i), columns_[i].type.get(),
                        row);
      bytes += cells[i].size() + cell_bytes;
      if (bytes > limits_.bytes_max) return false;
    }
    bytes_ = bytes;
    table_.rows.push_back(std::move(cells));
    return true;
  }

  Table& table_;
  const std::vector<ResultColumn>& columns_;
  const ReadLimits& limits_;
  std::uint64_t bytes_ = 0;
};

/// Runs a statement whose columns all have a JSON form.
Result<void> collect(Connection& connection, const std::string& sql, const ReadLimits& limits,
                     Table& table) {
  WEIR_TRY(const Prepared statement, connection.prepare(sql));
  const std::vector<ResultColumn> columns = Connection::columns(statement.get());
  Collector collector(table, columns, limits);
  WEIR_CHECK(connection.stream(
      statement.get(), [&collector](duckdb_data_chunk chunk) { return collector.take(chunk); }));
  return collector.checked();
}

/// The statement itself, or one around it that casts types without a JSON form to text.
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

Result<Table> rows_of(Connection& connection, const Prepared& statement, const std::string& sql,
                      const ReadLimits& limits) {
  const std::vector<ResultColumn> columns = Connection::columns(statement.get());
  Table table = with_columns(columns);
  WEIR_CHECK(collect(connection, writable(sql, columns), limits, table));
  return table;
}

}  // namespace

Result<Table> run_query(Tenant& tenant, const std::string& sql, const ReadLimits& limits) {
  WEIR_TRY(Connection connection, tenant.connect(limits.allowance));
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
  WEIR_TRY(const auto tables, stored_names(connection));
  if (names_written_at(sql)) WEIR_CHECK(create_views_with_written_at(connection));
  WEIR_TRY(const GuardedSelect query, guard_select(connection, sql, tables));
  return rows_of(connection, query.statement, bare(query.sql), limits);
}

Result<Table> run_query_as_of(Tenant& tenant, const std::string& sql, std::uint64_t as_of,
                              const ReadLimits& limits) {
  WEIR_TRY(Connection connection, tenant.connect(limits.allowance));
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
  WEIR_CHECK(check_number(connection, as_of));
  WEIR_TRY(const auto tables, stored_tables(connection));
  WEIR_CHECK(create_views_as_of(connection, tables, as_of, names_written_at(sql)));
  WEIR_TRY(const GuardedSelect query, guard_select(connection, sql, tables, Reads::history));
  for (const StoredTable& table : tables) {
    if (query.scanned.contains(table.table())) WEIR_CHECK(check_reach(connection, table, as_of));
  }
  return rows_of(connection, query.statement, bare(query.sql), limits);
}

Result<Table> read_rows(Connection& connection, const std::string& sql, const ReadLimits& limits) {
  WEIR_TRY(const Prepared statement, connection.prepare(sql));
  return rows_of(connection, statement, sql, limits);
}

Result<Table> run_preview(Tenant& tenant, const std::vector<Source>& sources,
                          const std::string& query, const ReadLimits& limits) {
  if (query.empty() && sources.size() != 1)
    return fail(Errc::bad_request, "without an ingest query a preview takes exactly one file");
  WEIR_TRY(Connection connection, tenant.connect(limits.allowance));
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection));
  ChosenRecords chosen;
  WEIR_TRY(chosen.mended, mended_records(connection));
  WEIR_TRY(const OpenSources opened, OpenSources::open(tenant, sources, limits.allowance, chosen));
  WEIR_TRY(const Input input, input_of(connection, opened, query, false));
  Table table = with_columns(input.columns);
  std::string list;
  for (std::size_t i = 0; i < input.columns.size(); ++i)
    list += (i > 0 ? ", " : "") + data_column(i);
  auto collected = collect(
      connection, writable("SELECT " + list + " FROM " + input.sql, input.columns), limits, table);
  if (!collected) return opened.failure(std::move(collected).error());
  table.misfits = opened.misfits();
  for (const auto& bad : opened.bad_rows()) {
    ++table.misfits.count;
    if (table.misfits.first.size() < limits::misfits_shown_max)
      table.misfits.first.push_back({bad.file, static_cast<std::uint64_t>(bad.record.row), "", "",
                                     "the record " + bad.record.what});
  }
  return table;
}

}  // namespace weir::engine::duckdb
