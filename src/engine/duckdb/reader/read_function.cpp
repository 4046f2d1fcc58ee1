// A table function through the C interface, with projection: DuckDB says which columns a query
// uses, and no other is read.

#include "engine/duckdb/reader/read_function.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/reader/cbor_rows.hpp"
#include "engine/duckdb/reader/json_rows.hpp"
#include "engine/duckdb/reader/logical_type.hpp"
#include "engine/duckdb/reader/row_writer.hpp"

namespace weir::engine::duckdb {

namespace {

/// Keeps a reading alive for as long as DuckDB may ask for it.
struct Bound {
  std::shared_ptr<Reading> reading;
};

struct Scan {
  Scan(const std::shared_ptr<Reading>& from, const std::vector<idx_t>& wanted)
      : reading(from),
        writer(reading->plan, wanted),
        rows(reading->plan.format == FileFormat::cbor ? cbor_rows(*reading) : json_rows(*reading)) {
  }
  std::shared_ptr<Reading> reading;
  RowWriter writer;
  std::unique_ptr<RowSource> rows;
  std::uint64_t misfits = 0;  // that the report knows
  bool ended = false;
};

template <class T>
void destroy(void* thing) {
  delete static_cast<T*>(thing);
}

void bind(duckdb_bind_info info) {
  auto* readings = static_cast<Readings*>(duckdb_bind_get_extra_info(info));
  duckdb_value parameter = duckdb_bind_get_parameter(info, 0);
  const std::int64_t number = duckdb_get_int64(parameter);
  duckdb_destroy_value(&parameter);
  auto reading = readings->find(static_cast<std::uint64_t>(number));
  if (!reading) return duckdb_bind_set_error(info, "weir_read is not for queries");
  const auto add = [info](const std::string& name, const LogicalType& type) {
    duckdb_bind_add_result_column(info, name.c_str(), type.get());
  };
  for (idx_t i = 0; i < origin_columns; ++i)
    add(origin_name(OriginColumn(i)), origin_type(OriginColumn(i)));
  const auto& fields = reading->plan.type.fields;
  for (std::size_t i = 0; i < fields.size(); ++i)
    add(data_column(i), logical_type(fields[i].type));
  duckdb_bind_set_bind_data(info, new Bound{std::move(reading)}, destroy<Bound>);
}

void init(duckdb_init_info info) {
  const auto* bound = static_cast<Bound*>(duckdb_init_get_bind_data(info));
  std::vector<idx_t> wanted(duckdb_init_get_column_count(info));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    wanted[i] = duckdb_init_get_column_index(info, i);
  duckdb_init_set_init_data(info, new Scan(bound->reading, wanted), destroy<Scan>);
  duckdb_init_set_max_threads(info, 1);  // the order of the rows is part of the result
}

void fill(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto* scan = static_cast<Scan*>(duckdb_function_get_init_data(info));
  const std::uint64_t enough = scan->rows->bytes_read() + limits::chunk_input_bytes;
  idx_t size = 0;
  scan->writer.attach(chunk);
  while (!scan->ended && size < duckdb_vector_size() && scan->rows->bytes_read() < enough) {
    const Result<bool> more = scan->rows->next(size, scan->writer);
    if (!more) {
      scan->reading->report.set_error(more.error());
      return duckdb_function_set_error(info, more.error().message.c_str());
    }
    scan->ended = !*more;
    if (*more) ++size;
  }
  scan->writer.finish();
  const MisfitLog& misfits = scan->writer.misfits();
  if (misfits.total() > std::exchange(scan->misfits, misfits.total()))
    scan->reading->report.set_misfits(misfits);
  duckdb_data_chunk_set_size(chunk, size);
}

}  // namespace

std::string data_column(std::size_t index) {
  return "c" + std::to_string(index);
}

Result<void> add_read_function(Connection& connection, Readings& readings) {
  Owned<duckdb_table_function, duckdb_destroy_table_function> function(
      duckdb_create_table_function());
  const LogicalType number(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
  duckdb_table_function_set_name(function.get(), "weir_read");
  duckdb_table_function_add_parameter(function.get(), number.get());
  duckdb_table_function_set_extra_info(function.get(), &readings, nullptr);
  duckdb_table_function_set_bind(function.get(), bind);
  duckdb_table_function_set_init(function.get(), init);
  duckdb_table_function_set_function(function.get(), fill);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(connection.get(), function.get()) == DuckDBError)
    return fail(Errc::internal, "DuckDB refused the reading function");
  return {};
}

}  // namespace weir::engine::duckdb
