// The load's own first half: rows are staged as a load stages them, and read back instead of being
// written. A second way from a record to a row would be another answer one day.
#include "engine/duckdb/tables/try_load.hpp"

#include <utility>

#include "engine/duckdb/query.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/mended_records.hpp"
#include "engine/duckdb/tables/stage.hpp"
#include "engine/duckdb/tables/staged_errors.hpp"

namespace weir::engine::duckdb {
namespace {

std::string rows_sql(const Load& load) {
  std::string columns = pk_of(load) + " AS " + quote_name(pk_column);
  for (std::size_t i = 0; i < load.fields.size(); ++i)
    columns += ", " + staged_column(i) + " AS " + quote_name(load.fields[i].name);
  return "SELECT " + columns + " FROM weir_staged WHERE bad IS NULL ORDER BY op, origin, row, uuid";
}

}  // namespace

Result<Tried> try_load(Tenant& tenant, const Load& load, const ReadLimits& limits) {
  WEIR_TRY(Connection connection, tenant.connect(load.allowance));
  // For its temporary tables; goes back.
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(const DomainTable table, plan_table(connection, load));
  ChosenRecords chosen;
  chosen.only_some = true;  // a field that these records lack may be in others: an error of theirs
  WEIR_TRY(chosen.mended, mended_records(connection));
  WEIR_CHECK(create_staged(connection, load));
  Tried out;
  for (std::size_t i = 0; i < load.operations.size(); ++i) {
    WEIR_TRY(Staged staged, stage(connection, tenant, load, table, i, std::nullopt, chosen));
    out.misfits.count += staged.misfits.count;
    for (RowError& each : staged.misfits.first)
      out.misfits.first.push_back(std::move(each));
    if (!staged.warning.empty()) out.warnings.push_back(std::move(staged.warning));
  }
  WEIR_TRY(auto errors, staged_errors(connection, tenant, load));
  for (LoggedError& each : errors)
    out.errors.push_back(std::move(each.error));
  WEIR_TRY(out.rows, read_rows(connection, rows_sql(load), limits));
  return out;
}

}  // namespace weir::engine::duckdb
