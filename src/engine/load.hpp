#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/row_errors.hpp"

/// What a load is made of, and what it reports.
namespace weir::engine {

enum class FileFormat { ndjson, cbor };

/// How long a call may take. A request through `stop` ends it earlier. Either way it returns within
/// about a second, and its work is rolled back.
struct Allowance {
  std::chrono::milliseconds time{0};  // 0: as long as it takes; over it, bad_request
  std::stop_token stop;               // once requested, unavailable
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
  /// The file's bytes, for input that is in no store: a payload that somebody tries. The URI is not
  /// read then. Null: the URI's file is read.
  std::shared_ptr<const std::string> content = nullptr;

  const std::string& name() const { return key.empty() ? uri : key; }
};

/// One table of an ingest query: its files, and its name, which is the courier's file tag.
struct Source {
  std::string tag;
  FileFormat format = FileFormat::ndjson;
  std::vector<SourceFile> files;  // in the order of the data
  std::string schema_json;        // Spark StructType as JSON; empty: inferred
  /// A StructType as JSON of fields that records may have and these files may lack. An inferred
  /// schema gets those that it lacks, as NULL; a type that the files show stays. Empty: none.
  std::string known_schema_json = {};
  std::string row_tag = "row";  // CBOR: the element that becomes a row
  bool trim = false;            // CBOR: strip white space around texts
};

enum class FieldType { boolean, date, datetime, decimal, float_, integer, string };

struct Field {
  std::string incoming;  // matched without regard to case
  std::string name;      // column of the domain table
  FieldType type = FieldType::string;
  bool required = false;
  std::string format;  // Joda pattern; empty: inferred by the lists of spec/feeds.md 5
  int scale = 2;       // of a decimal(38, scale)
  /// A generated string: the texts of these fields (by `name`) joined with hyphens, or a UUID of
  /// them; NULL where one of them is. Empty: the field comes in.
  std::vector<std::string> combines = {};
  bool uuid = false;
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

/// Which records remove the row of their key: those in which this field is true, or has the value.
struct DeleteMarker {
  std::string field = {};  // by `name`, not of the key; empty: no record does
  std::string value = {};  // read as the field's own are; empty: the field is boolean, and true
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
  /// A field that a record does not carry keeps its value, and one that it carries as null is
  /// cleared: each field is that of the latest record that carried it. Only with Keep::latest.
  bool merge = false;
  DeleteMarker delete_marker = {};
  std::vector<Operation> operations;  // may be empty with truncate
  int error_threshold = 1;            // percent of all rows read; above it nothing is loaded
  bool truncate = false;              // empty the table first, in the same transaction
  /// Only the rows that are in error in this table, whatever their share, and no truncating. Where
  /// that would not do, all rows and the threshold: behind a query, whose rows may be of several
  /// records, and where a load was refused, whose good rows are missing too.
  bool only_errors = false;
  bool shadow = false;  // into the table's shadow, which is made if there is none
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

/// read = inserted + updated + rejected + errors, always; plus deleted, if the load truncated
/// nothing.
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

/// The bad_request of a run whose load exceeded the threshold: counts, the first few errors, and
/// what to do.
Error over_threshold_error(const Load& load, const LoadCounts& counts);

}  // namespace weir::engine
