#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duckdb.h>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/reader/column_writer.hpp"
#include "engine/duckdb/reader/read_plan.hpp"
#include "engine/origin.hpp"

namespace weir::engine::duckdb {

/// A row's origin, and what is wrong with the row as a whole, if anything.
struct RowOrigin {
  std::int64_t file = 0;  // the file's index in the plan
  std::int64_t row = 0;   // line of NDJSON, row of CBOR; 1, 2, 3, ...
  std::string problem;
  Origin base = {};  // of the file
  std::optional<Time> received_at = {};
  std::string_view request_id = {};  // valid while the row is written; empty: not known

  /// For the first row of a file of the plan.
  static RowOrigin of(const ReadPlan& plan, std::size_t file);
};

/// The columns every reading begins with; the data's follow.
enum OriginColumn : idx_t {
  file_column,
  row_column,
  problem_column,
  place_column,
  key_column,
  received_at_column,
  request_id_column,
  carried_column,  // "1" or "0" for each data column: whether the record has it, be it as null
  origin_columns
};
/// As SQL names it, and its type.
std::string origin_name(OriginColumn column);
LogicalType origin_type(OriginColumn column);

/// Writes rows into the chunks of a table function: only the columns that SQL asked for.
class RowWriter {
 public:
  /// `plan` outlives the writer; `wanted` are DuckDB's indexes of columns, in the order of the
  /// chunk's vectors.
  RowWriter(const ReadPlan& plan, const std::vector<idx_t>& wanted);
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  void attach(duckdb_data_chunk chunk);
  void finish();

  /// Whether SQL asked for it; what is not asked for need not be found out.
  bool wants(OriginColumn column) const { return origin_[column] != nullptr; }

  /// Starts a row, all columns NULL; further misfits belong to that origin.
  void begin_row(idx_t row, const RowOrigin& origin);
  void set_origin(idx_t row, const RowOrigin& origin);

  /// The writer of a data column, nullptr when SQL did not ask for the column; further misfits
  /// belong to that column.
  ColumnWriter* column(std::size_t index);
  FieldNames& names() { return names_; }
  MisfitLog& misfits() { return misfits_; }

 private:
  const ReadPlan& plan_;
  MisfitLog misfits_;
  FieldNames names_;
  std::vector<ColumnWriter> writers_;   // in the order of the chunk's vectors
  std::vector<ColumnWriter*> columns_;  // by data column
  ColumnWriter* origin_[origin_columns] = {};
  std::string carried_;  // of the row; empty when SQL did not ask for it
};

/// The part of a pass over the files of a plan that one thread reads.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// Writes the next row; false at the end of the pass. Errors name file and place.
  virtual Result<bool> next(idx_t row, RowWriter& writer) = 0;
  /// Bytes of input read so far.
  virtual std::uint64_t bytes_read() const = 0;
};

}  // namespace weir::engine::duckdb
