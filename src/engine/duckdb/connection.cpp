// Every handle of the C interface has one owner, and every failure becomes a Result here. DuckDB's
// C++ interface is not used, because its library from the registry promises a stable C interface
// only.

#include "engine/duckdb/connection.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <thread>

#include "base/assert.hpp"
#include "base/thread.hpp"

namespace weir::engine::duckdb {

namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out += quote;
}

class Rows {
 public:
  Rows() = default;
  ~Rows() { duckdb_destroy_result(&result_); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  duckdb_result* out() { return &result_; }
  /// nullptr at the end.
  DataChunk next() { return DataChunk(duckdb_fetch_chunk(result_)); }
  const char* error() { return duckdb_result_error(&result_); }

 private:
  duckdb_result result_{};
};

// The longest sleep of a thread that waits for the engine's threads.
constexpr std::chrono::microseconds nap_min{20};
constexpr std::chrono::microseconds nap_max{1000};

std::optional<std::string> cell(duckdb_vector vector, duckdb_type type, idx_t row) {
  const std::uint64_t* valid = duckdb_vector_get_validity(vector);
  if (valid != nullptr && !(valid[row / 64] >> (row % 64) & 1)) return std::nullopt;
  void* data = duckdb_vector_get_data(vector);
  switch (type) {
    case DUCKDB_TYPE_BIGINT:
      return std::to_string(static_cast<std::int64_t*>(data)[row]);
    case DUCKDB_TYPE_BOOLEAN:
      return static_cast<bool*>(data)[row] ? "true" : "false";
    default: {
      WEIR_ASSERT(type == DUCKDB_TYPE_VARCHAR);
      duckdb_string_t* text = static_cast<duckdb_string_t*>(data) + row;
      return std::string(duckdb_string_t_data(text), duckdb_string_t_length(*text));
    }
  }
}

}  // namespace

std::string quote_name(std::string_view name) {
  return quoted(name, '"');
}

std::string quote_text(std::string_view text) {
  return quoted(text, '\'');
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path,
                                                 const Settings& settings) {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) == DuckDBError)
    return fail(Errc::internal, "DuckDB has no memory for its settings");
  for (const auto& [name, value] : settings) {
    if (duckdb_set_config(config, name.c_str(), value.c_str()) == DuckDBError) {
      duckdb_destroy_config(&config);
      return fail(Errc::bad_request,
                  "the engine cannot be set to " + name + " = \"" + value + "\"; mend the setting");
    }
  }
  duckdb_database handle = nullptr;
  char* error = nullptr;
  duckdb_state state = DuckDBError;
  // DuckDB's threads get the priority of the one that starts them.
  std::thread([&] {
    lower_this_threads_priority(Waits::queries);
    state = duckdb_open_ext(path.empty() ? nullptr : path.c_str(), &handle, config, &error);
  }).join();
  duckdb_destroy_config(&config);
  if (state == DuckDBSuccess) return std::unique_ptr<Database>(new Database(handle));
  Error reason = in_words(error == nullptr ? "" : error);
  duckdb_free(error);
  return fail_while("cannot open the tables in " + path, std::move(reason));
}

Database::~Database() {
  duckdb_close(&handle_);
}

Result<Connection> Connection::open(Database& database) {
  duckdb_connection handle = nullptr;
  if (duckdb_connect(database.get(), &handle) == DuckDBError)
    return fail(Errc::unavailable, "DuckDB refused a connection");
  return Connection(database, handle);
}

Result<Connection> Connection::open(Database& database, Watchdog& dog, const Allowance& allowance,
                                    std::unique_ptr<Turns::Call> call) {
  WEIR_TRY(Connection connection, open(database));
  connection.call_ = std::move(call);
  connection.watch_ = std::make_unique<Watchdog::Watch>(dog, connection.get(), allowance);
  return connection;
}

Failure Connection::failure(const char* message, Place place) const {
  const std::string_view text = message == nullptr ? "" : message;
  const bool interrupted = text.starts_with("INTERRUPT");
  if (interrupted && watch_) {
    if (auto why = watch_->over()) return Failure(*std::move(why));
  }
  return Failure(in_words(text, place));
}

Result<void> Connection::end_watch() {
  if (!watch_) return {};
  if (auto why = watch_->over()) return Failure(*std::move(why));
  watch_.reset();
  return {};
}

Result<void> Connection::run(const std::string& sql) {
  Owned<duckdb_extracted_statements, duckdb_destroy_extracted> statements;
  const idx_t count = duckdb_extract_statements(handle_.get(), sql.c_str(), statements.out());
  if (count == 0) return failure(duckdb_extract_statements_error(statements.get()));
  for (idx_t i = 0; i < count; ++i) {
    Prepared statement;
    if (duckdb_prepare_extracted_statement(handle_.get(), statements.get(), i, statement.out()) ==
        DuckDBError)
      return failure(duckdb_prepare_error(statement.get()));
    Rows rows;
    WEIR_CHECK(execute(statement.get(), rows.out()));
  }
  return {};
}

/// Works on a statement with the engine's other threads until its result, or a part of it, is
/// there. While these have all there is to do, DuckDB's own wait would spin.
bool Connection::work_off(duckdb_pending_result pending) const {
  const auto work = [pending] { return duckdb_pending_execute_task(pending); };
  auto nap = nap_min;
  while (true) {
    const duckdb_pending_state state = call_ ? call_->work(work) : work();
    if (state == DUCKDB_PENDING_ERROR) return false;
    if (duckdb_pending_execution_is_finished(state)) return true;
    if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE) {
      std::this_thread::sleep_for(nap);
      nap = std::min(nap * 2, nap_max);
    } else {
      nap = nap_min;
    }
  }
}

Result<void> Connection::execute(duckdb_prepared_statement statement, duckdb_result* rows) const {
  Owned<duckdb_pending_result, duckdb_destroy_pending> pending;
  if (duckdb_pending_prepared(statement, pending.out()) == DuckDBError || !work_off(pending.get()))
    return failure(duckdb_pending_error(pending.get()));
  if (duckdb_execute_pending(pending.get(), rows) == DuckDBError)
    return failure(duckdb_result_error(rows));
  return {};
}

Result<Connection::Cells> Connection::cells(const std::string& sql) {
  WEIR_TRY(const Prepared statement, prepare(sql));
  Rows rows;
  WEIR_CHECK(execute(statement.get(), rows.out()));
  const idx_t columns = duckdb_column_count(rows.out());
  Cells out;
  for (DataChunk chunk = rows.next(); chunk.get() != nullptr; chunk = rows.next()) {
    const idx_t size = duckdb_data_chunk_get_size(chunk.get());
    const std::size_t before = out.size();
    out.resize(before + size, std::vector<std::optional<std::string>>(columns));
    for (idx_t column = 0; column < columns; ++column) {
      duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), column);
      const duckdb_type type = duckdb_column_type(rows.out(), column);
      for (idx_t row = 0; row < size; ++row)
        out[before + row][column] = cell(vector, type, row);
    }
  }
  return out;
}

Result<std::uint64_t> Connection::count(const std::string& sql) {
  WEIR_TRY(const Cells rows, cells(sql));
  WEIR_ASSERT(rows.size() == 1 && rows[0].size() == 1 && rows[0][0]);
  return number(rows[0][0]);
}

std::uint64_t Connection::number(const std::optional<std::string>& cell) {
  std::uint64_t value = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), value);
  return value;
}

Result<Prepared> Connection::prepare(const std::string& sql, Place place) {
  Prepared statement;
  if (duckdb_prepare(handle_.get(), sql.c_str(), statement.out()) == DuckDBError)
    return failure(duckdb_prepare_error(statement.get()), place);
  return statement;
}

std::vector<ResultColumn> Connection::columns(duckdb_prepared_statement statement) {
  std::vector<ResultColumn> out;
  const idx_t count = duckdb_prepared_statement_column_count(statement);
  for (idx_t i = 0; i < count; ++i) {
    const char* name = duckdb_prepared_statement_column_name(statement, i);
    out.push_back({name, LogicalType(duckdb_prepared_statement_column_logical_type(statement, i))});
    duckdb_free(const_cast<char*>(name));
  }
  return out;
}

Result<void> Connection::stream(duckdb_prepared_statement statement,
                                const std::function<bool(duckdb_data_chunk)>& take) {
  Owned<duckdb_pending_result, duckdb_destroy_pending> pending;
  if (duckdb_pending_prepared_streaming(statement, pending.out()) == DuckDBError ||
      !work_off(pending.get()))
    return failure(duckdb_pending_error(pending.get()));
  Rows rows;
  if (duckdb_execute_pending(pending.get(), rows.out()) == DuckDBError)
    return failure(rows.error());
  while (true) {
    const DataChunk chunk = rows.next();
    if (chunk.get() == nullptr) break;
    if (!take(chunk.get())) return {};
  }
  if (const char* error = duckdb_result_error(rows.out()); error != nullptr) return failure(error);
  return {};
}

Result<Transaction> Transaction::begin(Connection& connection, bool read_only) {
  std::uint64_t failed = 0;
  if (!read_only) {
    WEIR_TRY(failed, mend_failed_commits(connection));
  }
  WEIR_CHECK(connection.run(read_only ? "BEGIN TRANSACTION READ ONLY" : "BEGIN TRANSACTION"));
  return Transaction(connection, failed);
}

/// How many commits of the database have failed so far.
Result<std::uint64_t> Transaction::mend_failed_commits(Connection& connection) {
  Database& database = connection.database();
  const std::lock_guard lock(database.commits_);
  if (database.failures_mended_ == database.commits_failed_) return database.commits_failed_;
  if (auto made = connection.run("CHECKPOINT"); !made)
    return fail_while(
        "a change could not be stored, and before the next one the tables' file has "
        "to be brought to a checkpoint",
        std::move(made).error());
  database.failures_mended_ = database.commits_failed_;
  return database.commits_failed_;
}

Transaction::~Transaction() {
  // Nothing can be done about a rollback that fails; the connection goes with it.
  if (connection_ != nullptr) static_cast<void>(connection_->run("ROLLBACK"));
}

Result<void> Transaction::commit() {
  WEIR_CHECK(connection_->end_watch());
  Database& database = connection_->database();
  const std::lock_guard lock(database.commits_);
  if (database.commits_failed_ != failed_before_)
    return fail(Errc::unavailable,
                "another change of the tenant's tables could not be stored meanwhile; try again");
  if (auto done = connection_->run("COMMIT"); !done) {
    ++database.commits_failed_;
    return done;
  }
  connection_ = nullptr;
  return {};
}

}  // namespace weir::engine::duckdb
