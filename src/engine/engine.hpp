#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "engine/ledger.hpp"
#include "engine/load.hpp"
#include "engine/tracing.hpp"

/// Where SQL runs and domain tables live: DuckDB in this process, or Spark in another. An engine
/// gets store URIs, schemas and a query, and does the upserts itself (spec/scale.md 5).
namespace weir::engine {

/// How much of an answer is collected; a number by itself is the rows.
struct ReadLimits {
  ReadLimits(std::uint64_t rows) : rows_max(rows) {}  // NOLINT(google-explicit-constructor)
  std::uint64_t rows_max;
  std::uint64_t bytes_max = limits::query_bytes_max;  // of the values as JSON
  Allowance allowance = {};
};

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

/// What a load would make of the records of its operations.
struct Tried {
  Table rows;                    // those without an error: `_pk` and the feed's fields
  std::vector<RowError> errors;  // each bad field of the others
  Misfits misfits;
  std::vector<std::string> warnings;  // as in LoadCounts
};

/// A function that ingest queries may call, for an editor.
struct QueryFunction {
  std::string name;
  std::string kind;  // scalar, aggregate, rows
  std::vector<std::string> signatures;
  std::string line;  // what it gives; may be empty
};

/// Rows by the values of one column: from `from` on, up to `to` without it, equal to `value`. Texts
/// that are read as a feed reads them; all that are given must hold, and one must be given. NULL is
/// in none, and texts and booleans have no order.
struct RowCondition {
  std::string column;
  std::optional<std::string> from = {};
  std::optional<std::string> to = {};
  std::optional<std::string> value = {};
};

/// Rows to be removed from a table.
struct Removal {
  std::string tenant;
  std::string table;
  RowCondition which;
  bool dry_run = false;                        // they are counted and shown, and stay
  std::optional<std::uint64_t> expected = {};  // conflict if there are more or fewer
  std::uint64_t shown_max = 0;                 // rows
  Allowance allowance = {};
};

struct RemovedRows {
  std::uint64_t rows = 0;
  Table first;  // by the primary key
};

/// What an undo did, or would do.
struct Undone {
  std::uint64_t number = 0;   // of its entry in the ledger; 0: nothing was done
  std::uint64_t back = 0;     // rows that are there again
  std::uint64_t changed = 0;  // rows that are as they were
  std::uint64_t deleted = 0;  // rows that are gone
  /// Later loads of the table that rejected rows, newest last: what they rejected because of the
  /// load that was undone is there only when they are done again.
  std::vector<std::uint64_t> rejecting;
};

/// Which rows of a table's changes are asked for: in the order of `_pk`.
struct ChangesPage {
  std::uint64_t since = 0;  // a number of the ledger
  std::string after = {};   // rows with a greater `_pk`; empty: all
};

/// How a table differs from what it was: keys, each once.
struct Changes {
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  std::uint64_t removed = 0;
  /// `change`, `_pk`, the feed's columns, and they again as `before.<name>`.
  Table rows;
};

enum class ExportFormat : std::uint8_t { parquet, csv };

/// A table, now or as of a number of the ledger, or its changes since one; 0: not given.
struct ExportRequest {
  std::string table;
  ExportFormat format = ExportFormat::parquet;
  std::uint64_t as_of = 0;
  std::uint64_t since = 0;
};

/// A file that a table was written to.
struct Export {
  std::string id;
  std::uint64_t bytes = 0;
};

struct TableInfo {
  std::string name;
  std::uint64_t rows = 0;
  std::vector<Column> columns;
};

/// Thread-safe; loads into one table run one after the other. Errors are in words for the caller,
/// and name files by their keys in the store.
class Engine : public Tracing {
 public:
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
  /// The same, counted by table, field and kind; the filter's place does not matter.
  virtual Result<std::vector<ErrorKind>> error_kinds(const std::string& tenant,
                                                     const ErrorFilter& filter) = 0;
  /// A record that an error is of, by the file's key and URI and its place there.
  virtual Result<RecordText> record(const std::string& tenant, const SourceFile& file,
                                    std::uint64_t number) = 0;
  /// From now on loads take this JSON object for the record, which stays in its file as it is; an
  /// empty text takes that back. bad_request: no JSON object, or the file is no NDJSON.
  virtual Result<void> mend(const std::string& tenant, const std::string& file,
                            std::uint64_t number, const RecordText::Mended& mended) = 0;
  /// Gives up an open error. conflict: it is not open.
  virtual Result<void> dismiss_error(const std::string& tenant, std::uint64_t load,
                                     std::uint64_t number) = 0;
  /// Creates the table of a load, empty, unless it exists; adds columns that the feed gained, and
  /// hides those that it lost. With `truncate` the table is made anew, as if it had been purged.
  /// Ignores the operations. conflict: its key or types are others, and it has rows.
  virtual Result<void> create_table(const Load& load) = 0;
  /// Whether an ingest query can be parsed: if not, bad_request with line and column. The names in
  /// it are resolved only when it runs on data.
  virtual Result<void> check(const std::string& query) = 0;
  /// By name.
  virtual std::vector<QueryFunction> functions() const = 0;
  /// The rows of an ingest query over sources; stores nothing. For samples and previews.
  virtual Result<Table> preview(const std::vector<Source>& sources, const std::string& query,
                                const std::string& tenant, const ReadLimits& limits) = 0;
  /// What a load would make of its records, before any of them meets a row that stands; its history
  /// and threshold do not count, and nothing is written. Errors are those of the load.
  virtual Result<Tried> try_load(const Load& load, const ReadLimits& limits) = 0;
  /// Reads domain tables of one tenant, and nothing else.
  virtual Result<Table> query(const std::string& tenant, const std::string& sql,
                              const ReadLimits& limits) = 0;
  /// The same of the tables as they were when the change of that number had been committed, and no
  /// later one. bad_request: a table's history does not reach back to there.
  virtual Result<Table> query_as_of(const std::string& tenant, const std::string& sql,
                                    std::uint64_t as_of, const ReadLimits& limits) = 0;
  /// How the table differs from what it was then. The counts are of all keys, also behind a page.
  virtual Result<Changes> changes(const std::string& tenant, const std::string& table,
                                  const ChangesPage& page, const ReadLimits& limits) = 0;
  /// Makes the table what it would be had this load, or removal, never been: each of its rows gives
  /// place to the one before it that was not undone either. A row of a later load stays. conflict:
  /// it was undone; bad_request: its history is not kept any more.
  virtual Result<Undone> undo(const std::string& tenant, std::uint64_t number, bool dry_run) = 0;
  /// Makes a copy of the table its shadow. conflict: there is one.
  virtual Result<void> copy_to_shadow(const std::string& tenant, const std::string& table) = 0;
  /// How the table's shadow differs from it: `added` is only in the shadow, `removed` only in the
  /// table. not_found: there is no shadow.
  virtual Result<Changes> shadow_changes(const std::string& tenant, const std::string& table,
                                         const std::string& after, const ReadLimits& limits) = 0;
  /// The shadow becomes the table, and the table the shadow, at once. The number of that change.
  virtual Result<std::uint64_t> swap_with_shadow(const std::string& tenant,
                                                 const std::string& table) = 0;
  /// Removes the shadow; no matter whether there is one.
  virtual Result<void> drop_shadow(const std::string& tenant, const std::string& table) = 0;

  /// Writes rows to a file, to be read in parts. It is forgotten when nobody reads it for a while.
  /// overloaded: there are too many.
  virtual Result<Export> export_rows(const std::string& tenant, const ExportRequest& request,
                                     const Allowance& allowance) = 0;
  /// Some bytes of it from there on; none at its end.
  virtual Result<std::string> read_export(const std::string& tenant, const std::string& id,
                                          std::uint64_t offset) = 0;
  virtual Result<void> drop_export(const std::string& tenant, const std::string& id) = 0;

  virtual Result<std::vector<TableInfo>> tables(const std::string& tenant) = 0;

  /// Removes the table with all of its rows; no matter whether it exists.
  virtual Result<void> purge(const std::string& tenant, const std::string& table) = 0;
  /// conflict: there is a table of the new name. The rows' `_uuid_pk` become those of that name.
  virtual Result<void> rename_table(const std::string& tenant, const std::string& from,
                                    const std::string& to) = 0;
  virtual Result<RemovedRows> remove_rows(const Removal& removal) = 0;
};

}  // namespace weir::engine
