// The log lies beside the ledger, so that a load's errors are kept if and only if the load is. The
// reasons are made here and not by SQL: the same words are then in the run's message and in the
// log, and only loads with errors pay for them.

#include "engine/duckdb/tables/error_log.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/failed_view.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::size_t rows_together = 1000;  // in one statement

std::int64_t us_of(Time time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

Sql row_of(const Load& load, const LoadCounts& counts, Time now, const LoggedError& each,
           const std::string& text) {
  return sql(
      "($, $, $, $, $, $, make_timestamp($), $, $, $, $, $, $, $, $, make_timestamp($), 'open', 0, "
      "$)",
      counts.load, each.number, Text{stored_name(load)}, Text{load.id.run}, Text{load.id.feed},
      Sql::verbatim(counts.over_threshold ? "true" : "false"), us_of(now), Text{each.error.file},
      each.error.row, each.record, Text{each.error.field}, Text{each.error.value},
      Text{each.error.reason}, Text{each.kind}, Text{each.receipt}, us_of(each.received_at),
      text.empty() ? sql("NULL") : sql("$", Text{text}));
}

Result<void> trim(Connection& connection, Time now) {
  const Time oldest = now - std::chrono::days(limits::row_errors_logged_days);
  return connection.run(sql("DELETE FROM $ WHERE logged_at < make_timestamp($)",
                            stored("row_errors"), us_of(oldest)));
}

/// Errors of rows that this load read are no open ones any more: the row is right now, or its
/// errors are logged anew. Of a load that was refused only the latter are known.
Result<void> settle(Connection& connection, const Load& load, const LoadCounts& counts,
                    bool all_logged) {
  const Sql open =
      sql("name = $ AND state = 'open' AND load < $", Text{stored_name(load)}, counts.load);
  WEIR_TRY(const std::uint64_t there,
           connection.count(sql("SELECT count(*) FROM $ WHERE $", stored("row_errors"), open)));
  if (there == 0) return {};
  const Sql again = sql("(file, row) IN (SELECT (file, row) FROM $ WHERE load = $)",
                        stored("row_errors"), counts.load);
  // What is beyond the log's bound may be in error again: then nothing is called mended.
  const Sql state =
      all_logged ? sql("CASE WHEN $ THEN 'repeated' ELSE 'mended' END", again) : sql("'repeated'");
  const Sql read = counts.over_threshold ? again
                                         : sql("file IN (SELECT file FROM $ WHERE load = $)",
                                               stored("load_files"), counts.load);
  return connection.run(sql("UPDATE $ SET state = $, settled_by = $ WHERE $ AND $",
                            stored("row_errors"), state, counts.load, open, read));
}

Sql condition_of(const ErrorFilter& filter) {
  Sql condition = sql("true");
  if (!filter.table.empty()) condition.append(sql(" AND name = $", Text{filter.table}));
  if (!filter.run.empty()) condition.append(sql(" AND run = $", Text{filter.run}));
  if (filter.load > 0) condition.append(sql(" AND load = $", filter.load));
  if (filter.state)
    condition.append(sql(" AND state = $", Text{std::string(name_of(*filter.state))}));
  return condition;
}

ErrorState state_of(std::string_view text) {
  for (const auto state : {ErrorState::mended, ErrorState::repeated, ErrorState::dismissed}) {
    if (text == name_of(state)) return state;
  }
  return ErrorState::open;
}

}  // namespace

Result<void> create_error_log(Connection& connection) {
  WEIR_CHECK(connection.run(
      sql("CREATE TABLE IF NOT EXISTS $ (load BIGINT, no BIGINT, name VARCHAR, run VARCHAR, "
          "feed VARCHAR, refused BOOLEAN, logged_at TIMESTAMP, file VARCHAR, row BIGINT, "
          "record BIGINT, field VARCHAR, value VARCHAR, reason VARCHAR, kind VARCHAR, "
          "receipt VARCHAR, received_at TIMESTAMP, state VARCHAR, settled_by BIGINT)",
          stored("row_errors"))));
  WEIR_TRY(const std::uint64_t there,
           connection.count(sql("SELECT count(*) FROM duckdb_columns() WHERE schema_name = $ AND "
                                "table_name = 'row_errors' AND column_name = 'record_text' AND "
                                "database_name = current_database()",
                                Text{stored_schema})));
  if (there > 0) return {};
  WEIR_CHECK(
      connection.run(sql("ALTER TABLE $ ADD COLUMN record_text VARCHAR", stored("row_errors"))));
  return renew_failed_views(connection);
}

Result<void> note_errors(Connection& connection, const Load& load, const LoadCounts& counts,
                         const std::vector<LoggedError>& errors,
                         const std::vector<std::string>& texts, Time now) {
  for (std::size_t begin = 0; begin < errors.size(); begin += rows_together) {
    std::vector<Sql> rows;
    for (std::size_t i = begin; i < std::min(errors.size(), begin + rows_together); ++i)
      rows.push_back(row_of(load, counts, now, errors[i], i < texts.size() ? texts[i] : ""));
    WEIR_CHECK(
        connection.run(sql("INSERT INTO $ VALUES $", stored("row_errors"), join(rows, ", "))));
  }
  WEIR_CHECK(settle(connection, load, counts, counts.bad_fields == errors.size()));
  if (errors.empty()) return {};
  return trim(connection, now);
}

Result<void> note_errors_undone(Connection& connection, std::uint64_t table_no,
                                std::uint64_t undone) {
  const Sql log = stored("row_errors");
  const Sql loads = stored("loads");
  // Which rows a load of rows in error has read besides those it logged anew is not known: it
  // settles none here. An error that stays open although its row is right costs one more load.
  return connection.run(sql(
      "UPDATE $ AS e SET settled_by = coalesce(n.next, 0), state = CASE "
      "WHEN n.next IS NULL AND e.load IN (SELECT no FROM $ WHERE state = 'undone') THEN "
      "'dismissed' "
      "WHEN n.next IS NULL THEN 'open' WHEN n.next = n.again THEN 'repeated' ELSE 'mended' END "
      "FROM (SELECT s.load, s.no, a.again, least(a.again, r.again) AS next FROM $ s "
      "LEFT JOIN (SELECT s.load, s.no, min(o.load) AS again FROM $ s JOIN $ o ON o.name = s.name "
      "AND o.file = s.file AND o.row = s.row AND o.load > s.load WHERE s.settled_by = $ AND "
      "o.load NOT IN (SELECT no FROM $ WHERE state = 'undone') GROUP BY ALL) a "
      "ON a.load = s.load AND a.no = s.no "
      "LEFT JOIN (SELECT s.load, s.no, min(l.no) AS again FROM $ s JOIN $ f ON f.file = s.file "
      "JOIN $ l ON l.no = f.load AND l.no > s.load WHERE s.settled_by = $ AND l.of = $ AND l.state "
      "= 'done' AND coalesce(l.note, '') = '' GROUP BY ALL) r ON r.load = s.load AND r.no = s.no "
      "WHERE s.settled_by = $) n WHERE e.load = n.load AND e.no = n.no; "
      "UPDATE $ SET state = 'dismissed' WHERE load = $ AND state = 'open'",
      log, loads, log, log, log, undone, loads, log, stored("load_files"), loads, undone, table_no,
      undone, log, undone));
}

Result<void> choose_errors(Connection& connection, const Load& load, ChosenRecords& chosen) {
  for (const Operation& operation : load.operations) {
    if (!operation.query.empty()) return {};
  }
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT DISTINCT file, row, refused FROM $ WHERE name = $ AND "
                                "state = 'open' AND file <> ''",
                                stored("row_errors"), Text{stored_name(load)})));
  for (const auto& row : cells) {
    if (row[2].value_or("") == "true") {
      chosen.rows.clear();
      return {};
    }
    chosen.rows[row[0].value_or("")].insert(Connection::number(row[1]));
  }
  chosen.only_some = true;
  return {};
}

Result<std::vector<LoggedError>> logged_errors(Connection& connection, const ErrorFilter& filter) {
  WEIR_TRY(const auto cells,
           connection.cells(sql(
               "SELECT load, no, file, row, field, value, reason, kind, receipt, run, feed, name, "
               "record, epoch_us(received_at), state, settled_by FROM $ WHERE $ AND "
               "(load, no) > (CAST($ AS BIGINT), CAST($ AS BIGINT)) ORDER BY load, no LIMIT $",
               stored("row_errors"), condition_of(filter), filter.after_load, filter.after_number,
               filter.most)));
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
    each.state = state_of(text(14));
    each.settled_by = Connection::number(row[15]);
  }
  return out;
}

Result<std::vector<ErrorKind>> error_kinds(Connection& connection, const ErrorFilter& filter) {
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT name, field, kind, count(*), count(*) FILTER (state = "
                                "'open') FROM $ WHERE $ GROUP BY name, field, kind "
                                "ORDER BY name, count(*) DESC, field, kind",
                                stored("row_errors"), condition_of(filter))));
  std::vector<ErrorKind> out;
  out.reserve(cells.size());
  for (const auto& row : cells)
    out.push_back({row[0].value_or(""), row[1].value_or(""), row[2].value_or(""),
                   Connection::number(row[3]), Connection::number(row[4])});
  return out;
}

Result<void> dismiss_error(Connection& connection, std::uint64_t load, std::uint64_t number) {
  const Sql open = sql("load = $ AND no = $ AND state = 'open'", load, number);
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(const std::uint64_t there,
           connection.count(sql("SELECT count(*) FROM $ WHERE $", stored("row_errors"), open)));
  if (there == 0) return fail(Errc::conflict, "the row error is not open");
  WEIR_CHECK(
      connection.run(sql("UPDATE $ SET state = 'dismissed' WHERE $", stored("row_errors"), open)));
  return transaction.commit();
}

}  // namespace weir::engine::duckdb
