// The log lies beside the ledger, so that a load's errors are kept if and only if the load is. The
// reasons are made here and not by SQL: the same words are then in the run's message and in the
// log, and only loads with errors pay for them.

#include "engine/duckdb/tables/error_log.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::size_t rows_together = 1000;  // in one statement

Sql row_of(std::uint64_t load, const LoggedError& each) {
  const auto us =
      std::chrono::duration_cast<std::chrono::microseconds>(each.received_at.time_since_epoch());
  return sql("($, $, $, $, $, $, $, $, $, $, make_timestamp($))", load, each.number,
             Text{each.error.file}, each.error.row, each.record, Text{each.error.field},
             Text{each.error.value}, Text{each.error.reason}, Text{each.kind}, Text{each.receipt},
             us.count());
}

Result<void> trim(Connection& connection, Time now) {
  const auto oldest = now - std::chrono::days(limits::row_errors_logged_days);
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(oldest.time_since_epoch());
  return connection.run(
      sql("DELETE FROM $ WHERE load IN (SELECT no FROM $ WHERE loaded_at < make_timestamp($))",
          stored("row_errors"), stored("loads"), us.count()));
}

}  // namespace

Result<void> create_error_log(Connection& connection) {
  return connection.run(
      sql("CREATE TABLE IF NOT EXISTS $ (load BIGINT, no BIGINT, file VARCHAR, row BIGINT, "
          "record BIGINT, field VARCHAR, value VARCHAR, reason VARCHAR, kind VARCHAR, "
          "receipt VARCHAR, received_at TIMESTAMP)",
          stored("row_errors")));
}

Result<void> note_errors(Connection& connection, const LoadCounts& counts,
                         const std::vector<LoggedError>& errors, Time now) {
  if (errors.empty()) return {};
  for (std::size_t begin = 0; begin < errors.size(); begin += rows_together) {
    std::vector<Sql> rows;
    for (std::size_t i = begin; i < std::min(errors.size(), begin + rows_together); ++i)
      rows.push_back(row_of(counts.load, errors[i]));
    WEIR_CHECK(
        connection.run(sql("INSERT INTO $ VALUES $", stored("row_errors"), join(rows, ", "))));
  }
  return trim(connection, now);
}

Result<std::vector<LoggedError>> logged_errors(Connection& connection, const ErrorFilter& filter) {
  Sql condition = sql("(e.load, e.no) > (CAST($ AS BIGINT), CAST($ AS BIGINT))", filter.after_load,
                      filter.after_number);
  if (!filter.table.empty()) condition.append(sql(" AND l.name = $", Text{filter.table}));
  if (!filter.run.empty()) condition.append(sql(" AND l.run = $", Text{filter.run}));
  if (filter.load > 0) condition.append(sql(" AND e.load = $", filter.load));
  WEIR_TRY(const auto cells,
           connection.cells(sql(
               "SELECT e.load, e.no, e.file, e.row, e.field, e.value, e.reason, e.kind, e.receipt, "
               "l.run, l.feed, l.name, e.record, epoch_us(e.received_at) FROM $ e JOIN $ "
               "l ON l.no = e.load WHERE $ "
               "ORDER BY e.load, e.no LIMIT $",
               stored("row_errors"), stored("loads"), condition, filter.most)));
  std::vector<LoggedError> out;
  for (const auto& row : cells) {
    const auto text = [&row](std::size_t i) { return row[i].value_or(""); };
    LoggedError& each = out.emplace_back();
    each.load = Connection::number(row[0]);
    each.number = Connection::number(row[1]);
    each.error = {text(2), Connection::number(row[3]), text(4), text(5), text(6)};
    each.kind = text(7);
    each.receipt = text(8);
    each.run = text(9);
    each.feed = text(10);
    each.table = text(11);
    each.record = Connection::number(row[12]);
    each.received_at = Time(std::chrono::microseconds(Connection::number(row[13])));
  }
  return out;
}

}  // namespace weir::engine::duckdb
