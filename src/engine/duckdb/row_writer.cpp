#include "engine/duckdb/row_writer.hpp"

namespace weir::engine {

const SparkType& origin_type(OriginColumn column) {
  static const SparkType number = SparkType::scalar(SparkType::Kind::long_);
  static const SparkType text = SparkType::scalar(SparkType::Kind::string);
  return column == problem_column ? text : number;
}

RowWriter::RowWriter(const SparkType& type, const std::vector<idx_t>& wanted)
    : type_(type), columns_(type.fields.size(), nullptr) {
  writers_.reserve(wanted.size());
  for (const idx_t index : wanted) {
    // A count(*) may ask for a column that is none.
    const bool known = index < origin_columns + type.fields.size();
    const SparkType& column_type = !known || index < origin_columns
                                       ? origin_type(static_cast<OriginColumn>(known ? index : 0))
                                       : type.fields[index - origin_columns].type;
    writers_.emplace_back(column_type);
    if (!known) continue;
    if (index < origin_columns) {
      origin_[index] = &writers_.back();
    } else {
      columns_[index - origin_columns] = &writers_.back();
    }
  }
  for (std::size_t i = 0; i < type.fields.size(); ++i)
    names_.emplace(type.fields[i].name, i);
}

void RowWriter::attach(duckdb_data_chunk chunk) {
  for (std::size_t i = 0; i < writers_.size(); ++i)
    writers_[i].attach(duckdb_data_chunk_get_vector(chunk, i));
}

void RowWriter::finish() {
  for (ColumnWriter& writer : writers_)
    writer.finish();
}

void RowWriter::begin_row(idx_t row) {
  for (ColumnWriter& writer : writers_)
    writer.set_null(row);
  expected_ = 0;
}

void RowWriter::set_origin(idx_t row, const RowOrigin& origin) {
  if (origin_[file_column] != nullptr) origin_[file_column]->set_whole(row, origin.file);
  if (origin_[row_column] != nullptr) origin_[row_column]->set_whole(row, origin.row);
  if (origin_[problem_column] != nullptr && !origin.problem.empty())
    origin_[problem_column]->set_bytes(row, origin.problem);
}

std::size_t RowWriter::find(std::string_view name) {
  std::size_t index = expected_;
  if (index >= type_.fields.size() || type_.fields[index].name != name) {
    const auto found = names_.find(name);
    if (found == names_.end()) return none;
    index = found->second;
  }
  expected_ = index + 1;
  return index;
}

}  // namespace weir::engine
