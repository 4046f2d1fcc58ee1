#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/reader/batch_file.hpp"
#include "engine/duckdb/reader/memory_file.hpp"
#include "engine/duckdb/reader/misfit_log.hpp"
#include "engine/engine.hpp"
#include "engine/origin.hpp"
#include "engine/spark/type.hpp"

namespace weir::engine::duckdb {

/// What the manifest says about the records of a file.
struct FileRecords {
  Origin origin;  // of the file
  std::optional<Time> first_received_at;
  /// From the first to the last; stream 0: not known. There are gaps where fewer are in the file.
  Address first;
  Sequence last;
  std::uint64_t count = 0;
};

/// What the table function reads: the files of one source, as rows of one struct.
struct ReadPlan {
  std::vector<std::string> paths;  // or URIs, of `remote`
  RemoteFiles* remote = nullptr;   // outlives the plan; null: all files are on this machine
  /// Keeps the files of some paths, which are only in memory.
  std::vector<std::shared_ptr<MemoryFile>> in_memory;
  std::vector<std::optional<FileClaim>> claims;  // by index of paths; may be fewer
  std::vector<FileRecords> records;              // likewise
  FileFormat format = FileFormat::ndjson;
  std::string row_tag;
  spark::Type type;  // a struct
  /// NDJSON as a feed reads it: each column takes the raw text of the key that is its name without
  /// regard to case, whatever its JSON type; every column is a string.
  bool as_text = false;
  /// The type was inferred: names are found in any case, and "" is NULL where text is not the type.
  bool inferred = false;
  /// There were more names than columns; what stands under the others is a misfit.
  bool has_more_names = false;
  /// Several threads may read at once, and rows come in any order. For SQL whose result does not
  /// depend on that order.
  bool any_order = false;
  /// Of NDJSON: what stands for a line; by file and line.
  std::map<std::size_t, std::map<std::uint64_t, std::string>> mended;
  /// By file: the rows that are made; a file that is not in it makes all of its own.
  std::map<std::size_t, std::set<std::uint64_t>> only;
  bool trim = false;  // CBOR: the text of elements without the white space around it

  /// How many threads have something to read, where any order will do.
  std::size_t pieces() const;
  FilePlace place(std::size_t file) const { return place_of(paths[file]); }
  /// Of a path, which may be of a file in memory, or a URI.
  FilePlace place_of(const std::string& path) const;
  std::optional<FileClaim> claim(std::size_t file) const;
  FileRecords records_of(std::size_t file) const;
  /// Null where none is mended.
  const std::map<std::uint64_t, std::string>* mended_of(std::size_t file) const;
  /// Null: all.
  const std::set<std::uint64_t>* only_of(std::size_t file) const;
  /// The file's name in errors: its key, or else its path.
  const std::string& name(std::size_t file) const;
};

/// A record that cannot be read, and makes no row.
struct BadRecord {
  std::int64_t file = 0;  // the file's index in the plan
  std::int64_t row = 0;   // that it would have been
  std::string what;       // is wrong: "is not a JSON object: ..."
};

/// The findings of a reading; written on DuckDB's threads.
class ReadReport {
 public:
  /// The file reader's error, before DuckDB reduced it to text.
  void set_error(Error error);
  std::optional<Error> error() const;
  /// Only as_text: which columns occurred, and what other names did (a bounded number).
  /// Of all threads that read together.
  void add_names(const std::vector<bool>& columns, const std::set<std::string>& others);
  std::vector<bool> columns() const;
  std::set<std::string> others() const;
  /// The misfits so far. A query may read a source several times; for each column, the pass with
  /// the most misfits counts.
  void set_misfits(const std::vector<std::uint64_t>& by_column, const std::vector<Misfit>& first);
  /// The misfits that inference found before the passes.
  void set_inferred_misfits(const MisfitLog& found);
  std::uint64_t misfits() const;
  std::vector<Misfit> first_misfits() const;
  /// A query may read a source several times; a record counts once.
  void add_bad_record(BadRecord bad);
  /// In the order of the files.
  std::vector<BadRecord> bad_records() const;
  /// The rows that were made of the files, of all passes.
  void add_rows(std::uint64_t count) {
    rows_.fetch_add(count, std::memory_order_relaxed);
    if (counted_in_ != nullptr) counted_in_->fetch_add(count, std::memory_order_relaxed);
  }
  /// From now on rows are counted there too, which outlives the reading.
  void count_in(std::atomic<std::uint64_t>& counter) { counted_in_ = &counter; }
  std::uint64_t rows() const { return rows_.load(std::memory_order_relaxed); }
  /// The same of one file. Known once the pass was read to its end.
  void add_rows_of(std::size_t file, std::uint64_t count);
  std::uint64_t rows_of(std::size_t file) const;
  /// Notes that a file was read to its end and matched its claim.
  void note_whole(std::size_t file);
  bool is_whole(std::size_t file) const;

 private:
  void keep(const std::vector<Misfit>& misfits);

  mutable std::mutex mutex_;
  std::optional<Error> error_;
  std::vector<bool> columns_;
  std::set<std::string> others_;
  std::vector<std::uint64_t> misfits_;  // by column
  std::uint64_t inferred_misfits_ = 0;
  std::vector<Misfit> first_misfits_;  // in the order of the data
  std::map<std::pair<std::int64_t, std::int64_t>, std::string> bad_records_;  // by file and row
  std::set<std::size_t> whole_;
  std::atomic<std::uint64_t> rows_{0};
  std::atomic<std::uint64_t>* counted_in_ = nullptr;
  std::map<std::size_t, std::uint64_t> rows_of_;  // by file
};

/// Reads the rest of the files, so that each is checked against its claim.
Result<void> check_files(const ReadPlan& plan, const ReadReport& report);

struct Reading {
  ReadPlan plan;
  ReadReport report;
};

/// The readings that SQL may name, by number. Thread-safe.
class Readings {
 public:
  std::uint64_t add(std::shared_ptr<Reading> reading);
  void remove(std::uint64_t number);
  std::shared_ptr<Reading> find(std::uint64_t number) const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Reading>> readings_;
};

}  // namespace weir::engine::duckdb
