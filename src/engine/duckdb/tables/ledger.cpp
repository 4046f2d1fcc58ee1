// The ledger lies in the tables file and not in the catalog, since only what one transaction writes
// is true together: a load is in the ledger if and only if its rows are in the table. A unique
// index on the run and the feed would be one more thing to keep up; loads into one table wait for
// each other anyway, so looking is enough.

#include "engine/duckdb/tables/ledger.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/definition.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/stored_table.hpp"
#include "engine/origin.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::size_t rows_together = 1000;  // in one statement

constexpr std::string_view only_errors_note = "rows in error";

constexpr std::array<std::string_view, 6> kinds{"load",     "removal", "purge",
                                                "renaming", "undo",    "swap"};
constexpr std::array<std::string_view, 3> states{"done", "over_threshold", "undone"};

constexpr const char* count_columns =
    "read, inserted, updated, rejected, taken_back, errors, misfits, records, warnings, "
    "bad_fields, deleted";

Sql counts_sql(const LoadCounts& counts) {
  std::string warnings;
  for (const std::string& each : counts.warnings)
    warnings += (warnings.empty() ? "" : "\n") + each;
  return sql("$, $, $, $, $, $, $, $, $, $, $", counts.read, counts.inserted, counts.updated,
             counts.rejected, counts.taken_back, counts.errors, counts.misfits.count,
             counts.records, Text{warnings}, counts.bad_fields, counts.deleted);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Sql timestamp(Time at) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch());
  return sql("make_timestamp($)", us.count());
}

struct NotedFile {
  Origin origin;
  const FileCounts* counts = nullptr;  // null behind a query
};

/// Every file that the load read, once.
std::map<std::string, NotedFile> files_of(const Load& load, const LoadCounts& counts) {
  std::map<std::string, NotedFile> files;
  for (const Operation& operation : load.operations) {
    for (const Source& source : operation.sources) {
      for (const SourceFile& file : source.files)
        files[file.name()].origin = origin_of(file);
    }
  }
  for (const FileCounts& each : counts.files)
    files[each.file].counts = &each;
  return files;
}

Result<void> note_files(Connection& connection, const Load& load, const LoadCounts& counts) {
  std::vector<Sql> rows;
  const auto write = [&]() -> Result<void> {
    if (rows.empty()) return {};
    const Sql values = join(std::exchange(rows, {}), ", ");
    return connection.run(sql("INSERT INTO $ VALUES $", stored("load_files"), values));
  };
  for (const auto& [name, file] : files_of(load, counts)) {
    const Sql known = file.counts == nullptr ? sql("NULL, NULL")
                                             : sql("$, $", file.counts->read, file.counts->errors);
    rows.push_back(sql("($, $, (CAST($ AS UHUGEINT) << 64) | CAST($ AS UHUGEINT), $)", counts.load,
                       Text{name}, file.origin.high, file.origin.low, known));
    if (rows.size() == rows_together) WEIR_CHECK(write());
  }
  return write();
}

Result<std::vector<LoadRecord>> records(Connection& connection, const Sql& condition,
                                        std::uint64_t most) {
  WEIR_TRY(const auto cells,
           connection.cells(
               sql("SELECT no, run, feed, epoch, round, name, state, epoch_us(loaded_at), $, kind, "
                   "undoes, note, of FROM $ WHERE $ ORDER BY no DESC LIMIT $",
                   Sql::verbatim(count_columns), stored("loads"), condition, most)));
  std::vector<LoadRecord> out;
  for (const auto& row : cells) {
    LoadRecord& record = out.emplace_back();
    record.id = {row[1].value_or(""), row[2].value_or(""), Connection::number(row[3]),
                 Connection::number(row[4])};
    record.table = row[5].value_or("");
    const auto state = std::find(states.begin(), states.end(), row[6].value_or(""));
    record.state = static_cast<LoadState>(state - states.begin());
    record.at = Time(std::chrono::microseconds(Connection::number(row[7])));
    LoadCounts& counts = record.counts;
    counts.load = Connection::number(row[0]);
    counts.over_threshold = record.state == LoadState::over_threshold;
    counts.read = Connection::number(row[8]);
    counts.inserted = Connection::number(row[9]);
    counts.updated = Connection::number(row[10]);
    counts.rejected = Connection::number(row[11]);
    counts.taken_back = Connection::number(row[12]);
    counts.errors = Connection::number(row[13]);
    counts.misfits.count = Connection::number(row[14]);
    counts.records = Connection::number(row[15]);
    counts.warnings = lines_of(row[16].value_or(""));
    counts.bad_fields = Connection::number(row[17]);
    counts.deleted = Connection::number(row[18]);
    const auto kind = std::find(kinds.begin(), kinds.end(), row[19].value_or("load"));
    record.kind = static_cast<ChangeKind>(kind - kinds.begin());
    record.undoes = Connection::number(row[20]);
    record.note = row[21].value_or("");
    record.table_no = Connection::number(row[22]);
  }
  return out;
}

Result<void> note_entry(Connection& connection, const LoadRecord& entry, std::uint64_t table_no,
                        bool truncated, Time at, const LoadCounts& counts) {
  return connection.run(
      sql("INSERT INTO $ (no, run, feed, epoch, round, of, name, state, loaded_at, truncated, "
          "kind, undoes, note, $) VALUES ($, $, $, $, $, $, $, $, $, $, $, $, $, $)",
          stored("loads"), Sql::verbatim(count_columns), counts.load, Text{entry.id.run},
          Text{entry.id.feed}, entry.id.epoch, entry.id.round, table_no, Text{entry.table},
          Text{states[static_cast<std::size_t>(entry.state)]}, timestamp(at),
          Sql::verbatim(truncated ? "true" : "false"),
          Text{kinds[static_cast<std::size_t>(entry.kind)]}, entry.undoes, Text{entry.note},
          counts_sql(counts)));
}

}  // namespace

Result<void> create_ledger(Connection& connection) {
  return connection.run(
      sql("CREATE TABLE IF NOT EXISTS $ (no BIGINT, run VARCHAR, feed VARCHAR, epoch BIGINT, "
          "round BIGINT, of BIGINT, name VARCHAR, state VARCHAR, loaded_at TIMESTAMP, truncated "
          "BOOLEAN, read BIGINT, inserted BIGINT, updated BIGINT, rejected BIGINT, taken_back "
          "BIGINT, errors BIGINT, misfits BIGINT); "
          "CREATE TABLE IF NOT EXISTS $ (load BIGINT, file VARCHAR, origin UHUGEINT, read BIGINT, "
          "errors BIGINT); CREATE TABLE IF NOT EXISTS $ (run VARCHAR, epoch BIGINT); "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS records BIGINT; "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS warnings VARCHAR; "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS bad_fields BIGINT; "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS deleted BIGINT; "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS kind VARCHAR; "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS undoes BIGINT; "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS note VARCHAR; "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS definition VARCHAR; "
          "ALTER TABLE $ ADD COLUMN IF NOT EXISTS raised_at TIMESTAMP",
          stored("loads"), stored("load_files"), stored("fences"), stored("loads"), stored("loads"),
          stored("loads"), stored("loads"), stored("loads"), stored("loads"), stored("loads"),
          stored("loads"), stored("fences")));
}

Result<void> note_load(Connection& connection, const Load& load, std::uint64_t table_no,
                       LoadState state, Time at, const LoadCounts& counts) {
  LoadRecord entry;
  entry.id = load.id;
  entry.table = stored_name(load);
  entry.state = state;
  if (load.only_errors) entry.note = only_errors_note;
  WEIR_CHECK(note_entry(connection, entry, table_no, load.truncate, at, counts));
  WEIR_CHECK(connection.run(sql("UPDATE $ SET definition = $ WHERE no = $", stored("loads"),
                                Text{definition_of(load)}, counts.load)));
  return note_files(connection, load, counts);
}

Result<void> note_change(Connection& connection, const LoadRecord& change, std::uint64_t table_no,
                         Time at, const LoadCounts& counts) {
  return note_entry(connection, change, table_no, false, at, counts);
}

Result<void> note_undone(Connection& connection, std::uint64_t number) {
  return connection.run(sql("UPDATE $ SET state = 'undone' WHERE no = $", stored("loads"), number));
}

Result<std::string> definition_of_load(Connection& connection, std::uint64_t number) {
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT definition FROM $ WHERE no = $", stored("loads"), number)));
  return cells.empty() ? std::string() : cells[0][0].value_or("");
}

Result<std::optional<LoadCounts>> done_before(Connection& connection, const LoadId& id) {
  if (id.run.empty()) return std::nullopt;
  WEIR_TRY(auto found,
           records(connection,
                   sql("run = $ AND feed = $ AND round = $ AND state <> 'over_threshold'",
                       Text{id.run}, Text{id.feed}, id.round),
                   1));
  if (found.empty()) return std::nullopt;
  LoadCounts counts = std::move(found.front().counts);
  counts.repeated = true;
  WEIR_TRY(const auto files,
           connection.cells(sql("SELECT file, read, errors FROM $ WHERE load = $ AND read IS NOT "
                                "NULL ORDER BY origin, file",
                                stored("load_files"), counts.load)));
  for (const auto& row : files)
    counts.files.push_back(
        {row[0].value_or(""), Connection::number(row[1]), Connection::number(row[2])});
  return counts;
}

Result<std::optional<std::uint64_t>> rows_of_same(Connection& connection, const Load& load,
                                                  std::uint64_t table_no, std::uint64_t records) {
  WEIR_TRY(const auto found,
           connection.cells(sql("SELECT no, read FROM $ WHERE of = $ AND state = 'done' AND errors "
                                "= 0 AND records = $ AND definition = $ ORDER BY no DESC LIMIT 1",
                                stored("loads"), table_no, records, Text{definition_of(load)})));
  if (found.empty()) return std::nullopt;
  WEIR_TRY(const auto names,
           connection.cells(sql("SELECT file FROM $ WHERE load = $", stored("load_files"),
                                Connection::number(found[0][0]))));
  const auto files = files_of(load, {});
  if (names.size() != files.size()) return std::nullopt;
  for (const auto& row : names)
    if (!files.contains(row[0].value_or(""))) return std::nullopt;
  return Connection::number(found[0][1]);
}

Result<std::vector<LoadRecord>> ledger(Connection& connection, const LedgerFilter& filter) {
  Sql condition = sql("true");
  if (!filter.table.empty()) condition.append(sql(" AND name = $", Text{filter.table}));
  if (!filter.run.empty()) condition.append(sql(" AND run = $", Text{filter.run}));
  if (!filter.file.empty())
    condition.append(sql(" AND no IN (SELECT load FROM $ WHERE file = $)", stored("load_files"),
                         Text{filter.file}));
  if (filter.before > 0) condition.append(sql(" AND no < $", filter.before));
  return records(connection, condition, filter.most);
}

Result<std::vector<std::string>> files_of(Connection& connection, std::uint64_t load,
                                          std::uint64_t most) {
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT file FROM $ WHERE load = $ ORDER BY origin, file LIMIT $",
                                stored("load_files"), load, most)));
  std::vector<std::string> out;
  out.reserve(cells.size());
  for (const auto& row : cells)
    out.push_back(row[0].value_or(""));
  return out;
}

Result<std::uint64_t> fence_of(Connection& connection, const std::string& run) {
  return connection.count(
      sql("SELECT coalesce(max(epoch), 0) FROM $ WHERE run = $", stored("fences"), Text{run}));
}

Result<void> raise_fence(Connection& connection, const std::string& run, std::uint64_t epoch,
                         Time at) {
  return connection.run(sql("DELETE FROM $ WHERE run = $; INSERT INTO $ VALUES ($, $, $)",
                            stored("fences"), Text{run}, stored("fences"), Text{run}, epoch,
                            timestamp(at)));
}

Result<void> trim_ledger(Connection& connection, Time now) {
  const Sql before = timestamp(now - limits::ledger_kept);
  const Sql loads = stored("loads");
  return connection.run(
      sql("DELETE FROM $ WHERE no IN (SELECT no FROM (SELECT no, loaded_at, of, row_number() OVER "
          "(PARTITION BY name ORDER BY no DESC) AS place FROM $) l LEFT JOIN $ h ON h.of = l.of "
          "WHERE (loaded_at < $ OR place > $) AND no <= coalesce(h.reach, no)); "
          "DELETE FROM $ WHERE load NOT IN (SELECT no FROM $); "
          "DELETE FROM $ WHERE coalesce(raised_at, make_timestamp(0)) < $ AND run NOT IN (SELECT "
          "run FROM $)",
          loads, loads, stored("histories"), before, limits::ledger_loads_max, stored("load_files"),
          loads, stored("fences"), before, loads));
}

}  // namespace weir::engine::duckdb
