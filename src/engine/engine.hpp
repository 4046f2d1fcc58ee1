#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/row_errors.hpp"

/// Where SQL runs and domain tables live: DuckDB in this process, or Spark in another. An engine
/// gets store URIs, schemas and a query, and does the upserts itself (spec/scale.md 5).
namespace weir::engine {

enum class FileFormat { ndjson, cbor };

/// How long a call may take. A request through `stop` ends it earlier. Either way it returns within
/// about a second, and its work is rolled back.
struct Allowance {
  std::chrono::milliseconds time{0};  // 0: as long as it takes; over it, bad_request
  std::stop_token stop;               // once requested, unavailable
};

/// How much of an answer is collected; a number by itself is the rows.
struct ReadLimits {
  ReadLimits(std::uint64_t rows) : rows_max(rows) {}  // NOLINT(google-explicit-constructor)
  std::uint64_t rows_max;
  std::uint64_t bytes_max = limits::query_bytes_max;  // of the values as JSON
  Allowance allowance = {};
};

struct SourceFile {
  std::string uri;
  Time first_received_at;
  std::uint64_t records = 0;
  std::string key = {};  // in the store; messages name it
  /// The file's size in the manifest; a load fails if the file differs. Empty: not checked.
  std::uint64_t bytes = 0;
  std::string sha256 = {};  // hex
  /// The sequence of its first record, which orders files of one millisecond; 0: unknown.
  std::uint64_t first_sequence = 0;
  /// With these the receipts of its records are known (base/receipt.hpp); stream 0: they are not.
  std::uint64_t last_sequence = 0;
  StreamNo stream = {};
  PartitionNo partition = {};

  const std::string& name() const { return key.empty() ? uri : key; }
};

/// One table of an ingest query: its files, and its name, which is the courier's file tag.
struct Source {
  std::string tag;
  FileFormat format = FileFormat::ndjson;
  std::vector<SourceFile> files;  // in the order of the data
  std::string schema_json;        // Spark StructType as JSON; empty: inferred (NDJSON only)
  std::string row_tag = "row";    // CBOR: the element that becomes a row
  bool trim = false;              // CBOR: strip white space around texts
};

enum class FieldType { boolean, date, datetime, decimal, float_, integer, string };

struct Field {
  std::string incoming;  // matched without regard to case
  std::string name;      // column of the domain table
  FieldType type = FieldType::string;
  bool required = false;
  std::string format;  // Joda pattern; empty: inferred by the lists of spec/feeds.md 5
  int scale = 2;       // of a decimal(38, scale)
};

/// Rows that a load takes: of the sources through the query.
struct Operation {
  std::vector<Source> sources;
  std::string query = {};  // Spark SQL; empty: the rows of the one source
};

/// Which load it is, so that one that was done is not done again. `run` empty: a load without a
/// name, which is done whenever it is asked for.
struct LoadId {
  std::string run = {};
  std::string feed = {};
  /// Counts the owners that the run has had. A load of an earlier one is refused.
  std::uint64_t epoch = 0;
  std::uint64_t round = 0;  // of a run that loads its feeds again and again
};

/// Which of two rows with one key stays (spec/feeds.md 7).
enum class Keep {
  latest,       // the one that is later by the feed's last-updated field, or was received later
  loaded_last,  // the one that is loaded later
};

/// How far a load is. The caller owns it and may read it on any thread while the load runs.
struct Progress {
  enum class Stage : std::uint8_t { waiting, reading, writing, done };
  std::atomic<Stage> stage{Stage::waiting};
  std::atomic<std::uint64_t> rows_read{0};  // of the operations that were read to their end
};

/// What one run brings into one table: upserts the rows of all operations by primary key, in one
/// transaction. Repeating it changes nothing.
struct Load {
  std::string tenant;
  std::string table;  // "Source:Feed"
  std::vector<Field> fields;
  std::vector<std::string> primary_key;  // names of the domain table, at least one
  std::string last_updated;              // empty: generated (spec/feeds.md 7)
  Keep keep = Keep::latest;
  std::vector<Operation> operations;  // may be empty with truncate
  int error_threshold = 1;            // percent of all rows read; above it nothing is loaded
  bool truncate = false;              // empty the table first, in the same transaction
  LoadId id = {};
  Allowance allowance = {};
  Progress* progress = nullptr;  // outlives the load; may be null
};

/// Values that the schema of their source, declared or inferred, could not take: NULL, or what the
/// reason says, replaces them. Not row errors, since the row may be right; always reported.
struct Misfits {
  std::uint64_t count = 0;      // of the columns that were read
  std::vector<RowError> first;  // limits::misfits_shown_max of each source
};

/// What a load read of one file.
struct FileCounts {
  std::string file;  // its key in the store
  std::uint64_t read = 0;
  std::uint64_t errors = 0;
};

/// read = inserted + updated + rejected + errors, always.
struct LoadCounts {
  /// The errors exceeded the load's threshold: the table is unchanged, not even truncated, and
  /// every row without an error counts as rejected. This is a result, not an Error, so that the row
  /// errors are reported; `over_threshold_error` makes an Error of it.
  bool over_threshold = false;
  /// This load was done before: these are its counts then, and nothing was done now.
  bool repeated = false;
  std::uint64_t load = 0;  // its number in the ledger
  /// Of the files, each file once, as the manifest counts them; they stand beside the rows that
  /// were made of them, of which there may be more or fewer.
  std::uint64_t records = 0;
  std::uint64_t read = 0;  // rows of all operations
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t rejected = 0;    // not later than the row with the same key, or equal to it
  std::uint64_t taken_back = 0;  // of those updated: a later record's row went (Keep::loaded_last)
  std::uint64_t deleted = 0;     // rows that went and did not come back under their keys
  std::uint64_t errors = 0;
  std::vector<RowError> row_errors;  // the first ones, limits::row_errors_kept_max
  std::uint64_t bad_fields = 0;      // of all rows with errors; a row may have several
  Misfits misfits;
  std::vector<FileCounts> files;  // of operations without a query, in the order of the data
  /// What is probably not as it was meant, a sentence each: an operation that makes no rows of
  /// records. No errors, since a query may want nothing of what there is.
  std::vector<std::string> warnings;
};

enum class LoadState : std::uint8_t {
  done,
  over_threshold,  // nothing was loaded
  undone,
};

/// What changed a table. All of them have numbers of one sequence and stand in one ledger.
enum class ChangeKind : std::uint8_t {
  load,
  removal,   // of rows by a condition
  purge,     // of the table
  renaming,  // of the table
  undo,      // of a load or a removal
};

/// What the ledger has of a load, or of another change.
struct LoadRecord {
  ChangeKind kind = ChangeKind::load;
  LoadId id;
  std::string table;
  LoadState state = LoadState::done;
  std::uint64_t undoes = 0;  // of an undo: the load or the removal
  std::string note;          // of a removal: the condition; of a renaming: the name before
  Time at;
  LoadCounts counts;  // without row_errors, files and the misfits' texts
};

struct LedgerFilter {
  std::string table = {};    // empty: of all tables
  std::string run = {};      // empty: of all runs
  std::uint64_t before = 0;  // loads with lower numbers; 0: all
  std::uint64_t most = 100;  // of them, the newest
};

/// Rows by the values of one column: from `from` on, up to `to` without it, equal to `value`. Texts
/// of the column's type; all that are given must hold, and one must be given. NULL is in none.
struct RowCondition {
  std::string column;
  std::optional<std::string> from = {};
  std::optional<std::string> to = {};
  std::optional<std::string> value = {};
};

/// The bad_request of a run whose load exceeded the threshold: counts, the first few errors, and
/// what to do.
Error over_threshold_error(const Load& load, const LoadCounts& counts);

struct Column {
  std::string name;
  std::string type;
};

/// Values as JSON text each, so that nulls, numbers and nested values stay exact.
struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  bool truncated = false;  // there were more rows than the limits let through
  Misfits misfits;         // of a preview: in the rows that were read for it
};

struct TableInfo {
  std::string name;
  std::uint64_t rows = 0;
  std::vector<Column> columns;
};

/// Thread-safe; loads into one table run one after the other. Errors are in words for the caller,
/// and name files by their keys in the store.
class Engine {
 public:
  virtual ~Engine() = default;
  /// A load with a name that the ledger has as done is answered from there and not done again. One
  /// of an epoch below the run's fence is a conflict, and nothing of it is kept.
  virtual Result<LoadCounts> load(const Load& load) = 0;
  /// From now on no load of the run with a lower epoch is committed. conflict: it has a higher one.
  virtual Result<void> fence(const std::string& tenant, const std::string& run,
                             std::uint64_t epoch) = 0;
  /// What was loaded, newest first.
  virtual Result<std::vector<LoadRecord>> ledger(const std::string& tenant,
                                                 const LedgerFilter& filter) = 0;
  /// Every bad field of the loads' rows, of a load over its threshold too, up to
  /// limits::row_errors_logged_max of a load and for limits::row_errors_logged_days.
  virtual Result<std::vector<LoggedError>> row_errors(const std::string& tenant,
                                                      const ErrorFilter& filter) = 0;
  /// Creates the table of a load, empty, unless it exists. Ignores the operations.
  virtual Result<void> create_table(const Load& load) = 0;
  /// Whether an ingest query can be parsed: if not, bad_request with line and column. The names in
  /// it are resolved only when it runs on data.
  virtual Result<void> check(const std::string& query) = 0;
  /// The rows of an ingest query over sources; stores nothing. For samples and previews.
  virtual Result<Table> preview(const std::vector<Source>& sources, const std::string& query,
                                const std::string& tenant, const ReadLimits& limits) = 0;
  /// Reads domain tables of one tenant, and nothing else.
  virtual Result<Table> query(const std::string& tenant, const std::string& sql,
                              const ReadLimits& limits) = 0;
  virtual Result<std::vector<TableInfo>> tables(const std::string& tenant) = 0;

  /// Removes the table with all of its rows; no matter whether it exists.
  virtual Result<void> purge(const std::string& tenant, const std::string& table) = 0;
  /// conflict: there is a table of the new name. The rows' `_uuid_pk` become those of that name.
  virtual Result<void> rename_table(const std::string& tenant, const std::string& from,
                                    const std::string& to) = 0;
  /// Removes rows and says how many; with `dry_run` only says how many it would.
  virtual Result<std::uint64_t> remove_rows(const std::string& tenant, const std::string& table,
                                            const RowCondition& condition, bool dry_run) = 0;
};

}  // namespace weir::engine
