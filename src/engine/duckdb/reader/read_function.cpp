// A table function through the C interface, with projection: DuckDB says which columns a query
// uses, and no other is read.

#include "engine/duckdb/reader/read_function.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
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

/// What all threads of a pass share.
struct SharedPass {
  SharedPass(std::shared_ptr<Reading> reading, std::vector<idx_t> columns)
      : wanted(std::move(columns)),
        pass(std::move(reading),
             std::find(wanted.begin(), wanted.end(), request_id_column) != wanted.end()) {}

  std::vector<idx_t> wanted;  // columns
  Pass pass;
  std::mutex mutex;
  std::vector<std::uint64_t> misfits;  // of all threads, by column
};

/// What one thread of a pass reads.
class Scan {
 public:
  explicit Scan(SharedPass& shared)
      : shared_(shared),
        writer_(shared.pass.plan(), shared.wanted),
        rows_(shared.pass.plan().format == FileFormat::cbor ? cbor_rows(shared.pass)
                                                            : json_rows(shared.pass)) {}

  /// The number of rows now in the chunk; 0 at the end of the pass.
  Result<idx_t> fill(duckdb_data_chunk chunk) {
    const std::uint64_t enough = rows_->bytes_read() + limits::chunk_input_bytes;
    idx_t size = 0;
    writer_.attach(chunk);
    while (!ended_ && size < duckdb_vector_size() && (size == 0 || rows_->bytes_read() < enough)) {
      WEIR_TRY(const bool more, rows_->next(size, writer_));
      if (more) ++size;
      ended_ = !more;
    }
    writer_.finish();
    shared_.pass.report().add_rows(size);
    report_misfits();
    return size;
  }

 private:
  void report_misfits() {
    const MisfitLog& misfits = writer_.misfits();
    if (misfits.total() == misfits_) return;
    misfits_ = misfits.total();
    const std::lock_guard lock(shared_.mutex);
    shared_.misfits.resize(misfits.counts().size());
    reported_.resize(misfits.counts().size());
    for (std::size_t i = 0; i < reported_.size(); ++i)
      shared_.misfits[i] += misfits.counts()[i] - std::exchange(reported_[i], misfits.counts()[i]);
    shared_.pass.report().set_misfits(shared_.misfits, misfits.kept());
  }

  SharedPass& shared_;
  RowWriter writer_;
  std::unique_ptr<RowSource> rows_;
  bool ended_ = false;
  std::uint64_t misfits_ = 0;            // that the pass knows
  std::vector<std::uint64_t> reported_;  // likewise, by column
};

/// A thread's place for its scan, which needs the pass, which its making does not know.
struct ScanSlot {
  std::optional<Scan> scan;
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
  const auto& fields = reading->plan.type.fields();
  for (std::size_t i = 0; i < fields.size(); ++i)
    add(data_column(i), logical_type(fields[i].type));
  duckdb_bind_set_bind_data(info, new Bound{std::move(reading)}, destroy<Bound>);
}

void init(duckdb_init_info info) {
  const auto* bound = static_cast<Bound*>(duckdb_init_get_bind_data(info));
  std::vector<idx_t> wanted(duckdb_init_get_column_count(info));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    wanted[i] = duckdb_init_get_column_index(info, i);
  duckdb_init_set_init_data(info, new SharedPass(bound->reading, std::move(wanted)),
                            destroy<SharedPass>);
  const ReadPlan& plan = bound->reading->plan;
  duckdb_init_set_max_threads(info, plan.any_order ? std::max<std::size_t>(plan.pieces(), 1) : 1);
}

void init_thread(duckdb_init_info info) {
  duckdb_init_set_init_data(info, new ScanSlot, destroy<ScanSlot>);
}

void fill(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto* shared = static_cast<SharedPass*>(duckdb_function_get_init_data(info));
  auto& scan = static_cast<ScanSlot*>(duckdb_function_get_local_init_data(info))->scan;
  if (!scan) scan.emplace(*shared);
  const Result<idx_t> size = scan->fill(chunk);
  if (!size) {
    shared->pass.report().set_error(size.error());
    return duckdb_function_set_error(info, size.error().message.c_str());
  }
  duckdb_data_chunk_set_size(chunk, *size);
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
  duckdb_table_function_set_local_init(function.get(), init_thread);
  duckdb_table_function_set_function(function.get(), fill);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(connection.get(), function.get()) == DuckDBError)
    return fail(Errc::internal, "DuckDB refused the reading function");
  return {};
}

}  // namespace weir::engine::duckdb
