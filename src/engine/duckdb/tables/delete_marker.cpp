// A removal is a row like any other in the order of records, so that all that holds of rows holds
// of removals. A list of removed keys beside the table would have to be compared with each load,
// and undone, renamed and truncated with it.

#include "engine/duckdb/tables/delete_marker.hpp"

#include <utility>
#include <vector>

#include "engine/duckdb/reader/logical_type.hpp"
#include "engine/duckdb/tables/cast_sql.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/merge.hpp"
#include "engine/spark/type.hpp"

namespace weir::engine::duckdb {

namespace {

const Field& marker_field(const Load& load) {
  return load.fields[field_number(load, load.delete_marker.field).value()];
}

Result<Sql> marker_value(const Load& load) {
  const LogicalType text = logical_type(spark::Kind::string);
  const std::string given = quote_text(load.delete_marker.value);
  WEIR_TRY(std::string cast, cast_sql(marker_field(load), given, text.get()));
  return Sql::verbatim(std::move(cast));
}

}  // namespace

bool has_delete_marker(const Load& load) {
  return !load.delete_marker.field.empty();
}

Result<void> check_delete_marker(Connection& connection, const Load& load) {
  if (!has_delete_marker(load) || load.delete_marker.value.empty()) return {};
  WEIR_TRY(const Sql value, marker_value(load));
  WEIR_TRY(const std::uint64_t good, connection.count(sql("SELECT count($)", value)));
  if (good == 1) return {};
  return fail(Errc::bad_request, "the delete marker of \"" + load.table + "\": \"" +
                                     load.delete_marker.value + "\" " +
                                     cast_reason(marker_field(load)));
}

Result<Sql> deleted_sql(const Load& load) {
  const Sql field =
      Sql::verbatim(staged_column(field_number(load, load.delete_marker.field).value()));
  if (load.delete_marker.value.empty()) return sql("coalesce($, false)", field);
  WEIR_TRY(const Sql value, marker_value(load));
  return sql("coalesce($ = $, false)", field, value);
}

bool is_cleared(const Load& load, const Field& field) {
  return !is_key(load, field) && field.name != load.last_updated;
}

Sql cleared_sql(const Load& load) {
  std::vector<Sql> columns;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    const Field& field = load.fields[i];
    if (!is_cleared(load, field)) continue;
    const Sql f = Sql::verbatim(staged_column(i));
    columns.push_back(sql("CASE WHEN NOT deleted THEN $ END AS $", f, f));
    if (!load.merge || !has_place(load, field)) continue;
    const Sql carried = Sql::verbatim(carried_column_name(i));
    columns.push_back(sql("$ OR deleted AS $", carried, carried));
  }
  return columns.empty() ? Sql() : sql(" REPLACE ($)", join(columns, ", "));
}

}  // namespace weir::engine::duckdb
