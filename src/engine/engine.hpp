#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

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

/// One load operation: upserts the rows of the sources, or of the query over them, by primary key
/// in one transaction. Repeating it changes nothing.
struct Load {
  std::string tenant;
  std::string table;  // "Source:Feed"
  std::vector<Field> fields;
  std::vector<std::string> primary_key;  // names of the domain table, at least one
  std::string last_updated;              // empty: generated (spec/feeds.md 7)
  std::vector<Source> sources;
  std::string query;        // Spark SQL; empty: the rows of the one source
  int error_threshold = 1;  // percent of the rows read; above it nothing is loaded
  bool truncate = false;    // empty the table first, in the same transaction; without sources
                            // and query that is all
  Allowance allowance = {};
};

struct RowError {
  std::string file;  // empty where a query hides the file
  std::uint64_t row = 0;
  std::string field;
  std::string value;
  std::string reason;
};

/// Values that the schema of their source, declared or inferred, could not take: NULL, or what the
/// reason says, replaces them. Not row errors, since the row may be right; always reported.
struct Misfits {
  std::uint64_t count = 0;      // of the columns that were read
  std::vector<RowError> first;  // limits::misfits_shown_max of each source
};

/// read = inserted + updated + rejected + errors, always.
struct LoadCounts {
  /// The errors exceeded the load's threshold: the table is unchanged, not even truncated, and
  /// every row without an error counts as rejected. This is a result, not an Error, so that the row
  /// errors are reported; `over_threshold_error` makes an Error of it.
  bool over_threshold = false;
  std::uint64_t read = 0;
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t rejected = 0;  // not newer than the row with the same key, or equal to it
  std::uint64_t errors = 0;
  std::vector<RowError> row_errors;  // the first ones, limits::row_errors_kept_max
  Misfits misfits;
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
  virtual Result<LoadCounts> load(const Load& load) = 0;
  /// Creates the table of a load, empty, unless it exists. Ignores sources and query.
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
};

}  // namespace weir::engine
