#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <duckdb.h>

#include "base/result.hpp"
#include "engine/duckdb/column_writer.hpp"
#include "engine/spark_type.hpp"

namespace weir::engine {

/// Where a row comes from, and what is wrong with it as a whole, if anything.
struct RowOrigin {
  std::int64_t file = 0;  // its place in the plan
  std::int64_t row = 0;   // line of NDJSON, row of CBOR; 1, 2, 3, ...
  std::string problem;
};

/// The columns every reading begins with; the data's follow.
enum OriginColumn : idx_t { file_column, row_column, problem_column, origin_columns };
const SparkType& origin_type(OriginColumn column);

/// Writes rows into the chunks of a table function: the columns SQL asked for, and no others.
class RowWriter {
 public:
  /// `type`, the struct of all data columns, outlives the writer; `wanted` are DuckDB's indexes of
  /// columns, in the order of the chunk's vectors.
  RowWriter(const SparkType& type, const std::vector<idx_t>& wanted);

  void attach(duckdb_data_chunk chunk);
  void finish();

  /// All columns NULL.
  void begin_row(idx_t row);
  void set_origin(idx_t row, const RowOrigin& origin);

  /// The writer of a data column, nullptr when nobody asked for it.
  ColumnWriter* column(std::size_t index) { return columns_[index]; }
  /// The same by name as written; npos-like `none` when there is no such column.
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t find(std::string_view name);

 private:
  const SparkType& type_;
  std::vector<ColumnWriter> writers_;   // in the order of the chunk's vectors
  std::vector<ColumnWriter*> columns_;  // by data column
  ColumnWriter* origin_[origin_columns] = {};
  std::unordered_map<std::string_view, std::size_t> names_;
  std::size_t expected_ = 0;
};

/// One pass over the files of a plan. One thread.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// Writes the next row; false at the end. Errors name file and place.
  virtual Result<bool> next(idx_t row, RowWriter& writer) = 0;
  /// Of the input, so far.
  virtual std::uint64_t bytes_read() const = 0;
};

}  // namespace weir::engine
