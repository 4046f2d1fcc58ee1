#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "base/result.hpp"
#include "engine/duckdb/engine_words.hpp"
#include "engine/duckdb/turns.hpp"
#include "engine/duckdb/watchdog.hpp"

/// DuckDB's C API with owners for its handles and Results for its errors. Only for this folder.
namespace weir::engine::duckdb {

/// `"name"`, with quotes inside doubled: safe in SQL whatever the name holds.
std::string quote_name(std::string_view name);
/// `'text'`, likewise.
std::string quote_text(std::string_view text);

/// Owns a handle that C destroys through its address.
template <class Handle, void (*Destroy)(Handle*)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, Handle{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_ != nullptr) Destroy(&handle_);
  }
  Handle get() const { return handle_; }
  Handle* out() { return &handle_; }

 private:
  Handle handle_ = nullptr;
};

using LogicalType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using DataChunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using Prepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;

/// An open database file, or one in memory when the path is empty. Outlives its connections.
class Database {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;
  static Result<std::unique_ptr<Database>> open(const std::string& path, const Settings& settings);
  /// Checkpoints the write-ahead log into the file; on failure the next opening repeats it.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  duckdb_database get() const { return handle_; }

 private:
  friend class Transaction;
  explicit Database(duckdb_database handle) : handle_(handle) {}
  duckdb_database handle_;
  // After a commit that failed, DuckDB would write texts of the next into wrong places
  // (duckdb#22279) until it has made a checkpoint.
  std::mutex commits_;                 // held during each
  std::uint64_t commits_failed_ = 0;   // guarded by commits_
  std::uint64_t failures_mended_ = 0;  // of those, before the last checkpoint; likewise
};

struct ResultColumn {
  std::string name;
  LogicalType type;
};

/// One session. Not thread-safe; temporary tables live as long as it does.
class Connection {
 public:
  static Result<Connection> open(Database& database);
  /// One under watch: once the allowance is over, what it works on ends with the error that says
  /// so. It works when it is the call's turn.
  static Result<Connection> open(Database& database, Watchdog& dog, const Allowance& allowance,
                                 std::unique_ptr<Turns::Call> call);
  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&&) noexcept = default;

  /// Runs any number of statements and discards their rows.
  Result<void> run(const std::string& sql);

  /// The rows of one small result whose columns are BIGINT, BOOLEAN or VARCHAR, as text.
  using Cells = std::vector<std::vector<std::optional<std::string>>>;
  Result<Cells> cells(const std::string& sql);
  /// A cell of theirs that is a whole number; 0 for NULL.
  static std::uint64_t number(const std::optional<std::string>& cell);
  /// The one BIGINT of a result with one row.
  Result<std::uint64_t> count(const std::string& sql);

  /// Binds one statement without running it.
  Result<Prepared> prepare(const std::string& sql, Place place = Place::hidden);
  /// What its rows will look like.
  static std::vector<ResultColumn> columns(duckdb_prepared_statement statement);
  /// Passes the rows on in chunks as they are made, until `take` returns false.
  Result<void> stream(duckdb_prepared_statement statement,
                      const std::function<bool(duckdb_data_chunk)>& take);

  /// What DuckDB said, in words; where it was interrupted, why.
  Failure failure(const char* message, Place place = Place::hidden) const;
  /// Why the allowance is over; nullopt: it is not, or there is none.
  std::optional<Error> over() const { return watch_ ? watch_->over() : std::nullopt; }
  /// From here on nothing ends what it works on; fails when the allowance is over by now.
  Result<void> end_watch();

  duckdb_connection get() const { return handle_.get(); }
  Database& database() const { return *database_; }

 private:
  Result<void> execute(duckdb_prepared_statement statement, duckdb_result* rows) const;
  bool work_off(duckdb_pending_result pending) const;
  Connection(Database& database, duckdb_connection handle)
      : database_(&database), handle_(handle) {}
  Database* database_;
  Owned<duckdb_connection, duckdb_disconnect> handle_;
  std::unique_ptr<Turns::Call> call_;       // null: it waits for no turn
  std::unique_ptr<Watchdog::Watch> watch_;  // ends before the handle
};

/// Rolls back unless it was committed. Once a commit has failed, one that writes begins with a
/// checkpoint of the database, and those that had begun before are refused: unavailable.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection, bool read_only = false);
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)),
        failed_before_(other.failed_before_) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// Not to be interrupted, so that its result is what happened.
  Result<void> commit();

 private:
  Transaction(Connection& connection, std::uint64_t failed_before)
      : connection_(&connection), failed_before_(failed_before) {}
  static Result<std::uint64_t> mend_failed_commits(Connection& connection);
  Connection* connection_;
  std::uint64_t failed_before_;  // commits of the database, when it began
};

}  // namespace weir::engine::duckdb
