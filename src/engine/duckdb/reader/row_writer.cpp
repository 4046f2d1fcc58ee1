// One writer for NDJSON and CBOR: column names and row origins are the same for
// both.

#include "engine/duckdb/reader/row_writer.hpp"

#include <iterator>

namespace weir::engine::duckdb {

RowOrigin RowOrigin::of(const ReadPlan& plan, std::size_t file) {
  const FileRecords records = plan.records_of(file);
  RowOrigin out;
  out.file = static_cast<std::int64_t>(file);
  out.base = records.origin;
  out.received_at = records.first_received_at;
  return out;
}

std::string origin_name(OriginColumn column) {
  constexpr const char* names[] = {"file", "row",         "problem",    "origin",
                                   "key",  "received_at", "request_id", "carried"};
  static_assert(std::size(names) == origin_columns);
  return names[column];
}

LogicalType origin_type(OriginColumn column) {
  constexpr duckdb_type types[] = {DUCKDB_TYPE_BIGINT,   DUCKDB_TYPE_BIGINT,  DUCKDB_TYPE_VARCHAR,
                                   DUCKDB_TYPE_UHUGEINT, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_TIMESTAMP,
                                   DUCKDB_TYPE_VARCHAR,  DUCKDB_TYPE_VARCHAR};
  static_assert(std::size(types) == origin_columns);
  return LogicalType(duckdb_create_logical_type(types[column]));
}

RowWriter::RowWriter(const ReadPlan& plan, const std::vector<idx_t>& wanted)
    : plan_(plan),
      misfits_(plan.type.fields().size()),
      names_(plan.type.fields(), plan.inferred),
      columns_(plan.type.fields().size(), nullptr) {
  // Of the columns that are not the data's; their values are written without regard to it.
  static const spark::Type plain = spark::Kind::long_;
  writers_.reserve(wanted.size());
  for (const idx_t index : wanted) {
    // A count(*) may ask for a column that is none.
    const bool known = index < origin_columns + plan.type.fields().size();
    const bool data = known && index >= origin_columns;
    writers_.emplace_back(data ? plan.type.fields()[index - origin_columns].type : plain, misfits_,
                          plan.inferred);
    if (data) columns_[index - origin_columns] = &writers_.back();
    if (known && !data) origin_[index] = &writers_.back();
  }
  if (wants(carried_column)) carried_.resize(columns_.size());
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
  carried_.assign(carried_.size(), '0');
  names_.begin_object();
  misfits_.begin_row(origin.file, origin.row);
}

ColumnWriter* RowWriter::column(std::size_t index) {
  misfits_.begin_column(index);
  if (!carried_.empty()) carried_[index] = '1';
  return columns_[index];
}

void RowWriter::set_origin(idx_t row, const RowOrigin& origin) {
  if (origin_[file_column] != nullptr) origin_[file_column]->set_whole(row, origin.file);
  if (origin_[row_column] != nullptr) origin_[row_column]->set_whole(row, origin.row);
  if (origin_[problem_column] != nullptr && !origin.problem.empty())
    origin_[problem_column]->set_bytes(row, origin.problem);
  if (origin_[place_column] != nullptr)
    origin_[place_column]->set_origin(
        row, origin_of(origin.base, static_cast<std::uint64_t>(origin.row)));
  if (origin_[key_column] != nullptr)
    origin_[key_column]->set_bytes(row, plan_.name(static_cast<std::size_t>(origin.file)));
  if (origin_[received_at_column] != nullptr && origin.received_at)
    origin_[received_at_column]->set_timestamp(row, origin.received_at->time_since_epoch().count());
  if (origin_[request_id_column] != nullptr && !origin.request_id.empty())
    origin_[request_id_column]->set_bytes(row, origin.request_id);
  if (!carried_.empty()) origin_[carried_column]->set_bytes(row, carried_);
}

}  // namespace weir::engine::duckdb
