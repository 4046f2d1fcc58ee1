// One writer for NDJSON and CBOR: column names and row origins are the same for
// both.

#include "engine/duckdb/reader/row_writer.hpp"

namespace weir::engine::duckdb {

const SparkType& origin_type(OriginColumn column) {
  static const SparkType number = SparkType::scalar(SparkType::Kind::long_);
  static const SparkType text = SparkType::scalar(SparkType::Kind::string);
  return column == problem_column ? text : number;
}

RowWriter::RowWriter(const SparkType& type, const std::vector<idx_t>& wanted, bool any_case)
    : misfits_(type.fields.size()),
      names_(type.fields, any_case),
      columns_(type.fields.size(), nullptr) {
  writers_.reserve(wanted.size());
  for (const idx_t index : wanted) {
    // A count(*) may ask for a column that is none.
    const bool known = index < origin_columns + type.fields.size();
    const SparkType& column_type = !known || index < origin_columns
                                       ? origin_type(static_cast<OriginColumn>(known ? index : 0))
                                       : type.fields[index - origin_columns].type;
    writers_.emplace_back(column_type, misfits_, any_case);
    if (!known) continue;
    if (index < origin_columns) {
      origin_[index] = &writers_.back();
    } else {
      columns_[index - origin_columns] = &writers_.back();
    }
  }
}

void RowWriter::attach(duckdb_data_chunk chunk) {
  for (std::size_t i = 0; i < writers_.size(); ++i)
    writers_[i].attach(duckdb_data_chunk_get_vector(chunk, i));
}

void RowWriter::finish() {
  for (ColumnWriter& writer : writers_)
    writer.finish();
}

void RowWriter::begin_row(idx_t row, const RowOrigin& origin) {
  for (ColumnWriter& writer : writers_)
    writer.set_null(row);
  names_.begin_object();
  misfits_.begin_row(origin.file, origin.row);
}

ColumnWriter* RowWriter::column(std::size_t index) {
  misfits_.begin_column(index);
  return columns_[index];
}

void RowWriter::set_origin(idx_t row, const RowOrigin& origin) {
  if (origin_[file_column] != nullptr) origin_[file_column]->set_whole(row, origin.file);
  if (origin_[row_column] != nullptr) origin_[row_column]->set_whole(row, origin.row);
  if (origin_[problem_column] != nullptr && !origin.problem.empty())
    origin_[problem_column]->set_bytes(row, origin.problem);
}

}  // namespace weir::engine::duckdb
