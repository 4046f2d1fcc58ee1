// Rows are staged in a temporary table first, which is the connection's alone; then one transaction
// writes the table, its history and the ledger, so that a table is never left with a part of a
// load. Staging is no part of that transaction: DuckDB reads what a transaction has not committed
// by one thread. The table's lock, which is held meanwhile, keeps what the load looked at as it is.

#include "engine/duckdb/tables/load.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "base/case_fold.hpp"
#include "base/limits.hpp"
#include "engine/duckdb/tables/delete_marker.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/error_log.hpp"
#include "engine/duckdb/tables/failed_view.hpp"
#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/ledger.hpp"
#include "engine/duckdb/tables/mended_records.hpp"
#include "engine/duckdb/tables/stage.hpp"
#include "engine/duckdb/tables/staged_errors.hpp"
#include "engine/duckdb/tables/table_changes.hpp"
#include "engine/duckdb/tables/upsert.hpp"
#include "engine/origin.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr int percent_max = 100;
constexpr int scale_max = 37;
constexpr std::array<std::string_view, 3> own_columns{pk_column, uuid_column, updated_column};

const Field* field_named(const Load& load, const std::string& name) {
  const auto found = std::find_if(load.fields.begin(), load.fields.end(),
                                  [&name](const Field& field) { return field.name == name; });
  return found == load.fields.end() ? nullptr : &*found;
}

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

Result<void> check_fields(const Load& load) {
  std::set<std::string> names;
  for (const Field& field : load.fields) {
    if (field.name.empty() || has_nul(field.name) || has_nul(field.incoming))
      return fail(Errc::bad_request, "a field of \"" + load.table + "\" has no name");
    if (std::find(own_columns.begin(), own_columns.end(), folded_name(field.name)) !=
        own_columns.end())
      return fail(Errc::bad_request, "the field name \"" + field.name +
                                         "\" is taken by a column that every table has; rename it");
    if (!names.insert(folded_name(field.name)).second)
      return fail(Errc::bad_request, "two fields of \"" + load.table + "\" are named \"" +
                                         field.name + "\"; rename one of them");
    if (field.scale < 0 || field.scale > scale_max)
      return fail(Errc::bad_request, "the scale of \"" + field.name + "\" must be from 0 to 37");
    for (const std::string& name : field.combines) {
      const Field* part = field_named(load, name);
      if (part == nullptr || !part->combines.empty())
        return fail(Errc::bad_request, "the field \"" + field.name + "\" combines \"" + name +
                                           "\", which is no field that comes in");
    }
  }
  return {};
}

/// What makes a table.
Result<void> check_table(const Load& load) {
  if (load.table.empty() || has_nul(load.table))
    return fail(Errc::bad_request, "the load names no table");
  if (load.fields.empty() || load.primary_key.empty())
    return fail(Errc::bad_request, "the feed of \"" + load.table +
                                       "\" needs at least one field and one primary key field");
  WEIR_CHECK(check_fields(load));
  for (const std::string& name : load.primary_key) {
    if (field_named(load, name) == nullptr)
      return fail(Errc::bad_request, "the primary key of \"" + load.table + "\" names \"" + name +
                                         "\", which is no field of the feed");
  }
  return {};
}

Result<void> check_marker(const Load& load) {
  const DeleteMarker& marker = load.delete_marker;
  if (marker.field.empty()) return {};
  const Field* field = field_named(load, marker.field);
  if (field == nullptr || !field->combines.empty() || is_key(load, *field))
    return fail(Errc::bad_request, "the delete marker of \"" + load.table + "\" names \"" +
                                       marker.field +
                                       "\", which is no field that comes in, or one of the key");
  if (marker.value.empty() && field->type != FieldType::boolean)
    return fail(Errc::bad_request, "the delete marker of \"" + load.table +
                                       "\" needs the value that means deleted, since \"" +
                                       marker.field + "\" is not boolean");
  return {};
}

Result<void> check_load(const Load& load) {
  WEIR_CHECK(check_table(load));
  const Field* updated = field_named(load, load.last_updated);
  if (!load.last_updated.empty() && (updated == nullptr || (updated->type != FieldType::datetime &&
                                                            updated->type != FieldType::integer)))
    return fail(Errc::bad_request, "the last-updated field \"" + load.last_updated + "\" of \"" +
                                       load.table +
                                       "\" must be one of its datetime or integer fields");
  if (load.operations.empty() && !load.truncate)
    return fail(Errc::bad_request,
                "the load of \"" + load.table + "\" has no operation; give it one, or truncate");
  for (const Operation& operation : load.operations) {
    if (operation.query.empty() && operation.sources.size() != 1)
      return fail(Errc::bad_request,
                  "a load without an ingest query takes exactly one file, this one has " +
                      std::to_string(operation.sources.size()));
  }
  if (load.merge && load.keep != Keep::latest)
    return fail(Errc::bad_request, "the feed of \"" + load.table +
                                       "\" merges fields, each of which is the latest record's; it "
                                       "cannot keep what is loaded last");
  WEIR_CHECK(check_marker(load));
  if (load.error_threshold < 0 || load.error_threshold > percent_max)
    return fail(Errc::bad_request, "the error threshold is a percentage from 0 to 100");
  return {};
}

void note(const Load& load, Progress::Stage stage) {
  if (load.progress != nullptr) load.progress->stage = stage;
}

/// Of all files, each once.
std::uint64_t records_of(const Load& load) {
  std::set<std::string> files;
  std::uint64_t records = 0;
  for (const Operation& operation : load.operations) {
    for (const Source& source : operation.sources) {
      for (const SourceFile& file : source.files) {
        if (file.records > 0 && files.insert(file.name()).second) records += file.records;
      }
    }
  }
  return records;
}

std::string warning_of(const Load& load, std::size_t operation, const std::string& what) {
  if (load.operations.size() == 1) return what;
  return "operation " + std::to_string(operation + 1) + ": " + what;
}

/// The first ones, as counts have them.
std::vector<RowError> shown(const std::vector<LoggedError>& errors) {
  std::vector<RowError> out;
  for (const LoggedError& each : errors) {
    if (out.size() == limits::row_errors_kept_max) break;
    out.push_back(each.error);
  }
  return out;
}

/// Reads the errors that were staged, and counts them.
Result<std::vector<LoggedError>> errors_of(Connection& connection, const Tenant& tenant,
                                           const Load& load, LoadCounts& counts) {
  if (counts.errors == 0) return std::vector<LoggedError>();
  WEIR_TRY(counts.bad_fields,
           connection.count("SELECT count(*) FROM (SELECT unnest(bads) AS e FROM weir_staged WHERE "
                            "bad IS NOT NULL) WHERE e IS NOT NULL"));
  WEIR_TRY(auto errors, staged_errors(connection, tenant, load));
  counts.row_errors = shown(errors);
  return errors;
}

/// Counts what an operation gave.
void add(const Load& load, std::size_t operation, Staged one, LoadCounts& counts) {
  counts.misfits.count += one.misfits.count;
  std::move(one.misfits.first.begin(), one.misfits.first.end(),
            std::back_inserter(counts.misfits.first));
  counts.read += one.rows;
  if (!one.warning.empty()) counts.warnings.push_back(warning_of(load, operation, one.warning));
  if (load.progress != nullptr) load.progress->rows_read = counts.read;
}

/// Counts the errors that were staged.
Result<void> count_errors(Connection& connection, const Tenant& tenant, const Load& load,
                          LoadCounts& counts, std::vector<LoggedError>& errors) {
  WEIR_TRY(counts.errors,
           connection.count("SELECT count(*) FROM weir_staged WHERE bad IS NOT NULL"));
  WEIR_TRY(errors, errors_of(connection, tenant, load, counts));
  WEIR_TRY(counts.files, staged_files(connection, load));
  counts.over_threshold =
      counts.errors * percent_max > static_cast<std::uint64_t>(load.error_threshold) * counts.read;
  return {};
}

/// Stages all operations, and counts what they gave.
Result<LoadCounts> staged(Connection& connection, Tenant& tenant, const Load& load,
                          const DomainTable& table, const ChosenRecords& chosen,
                          std::vector<LoggedError>& errors) {
  LoadCounts counts;
  counts.records = records_of(load);
  note(load, Progress::Stage::reading);
  WEIR_CHECK(create_staged(connection, load));
  for (std::size_t i = 0; i < load.operations.size(); ++i) {
    WEIR_TRY(Staged one, stage(connection, tenant, load, table, i, std::nullopt, chosen));
    add(load, i, std::move(one), counts);
  }
  WEIR_CHECK(count_errors(connection, tenant, load, counts, errors));
  if (chosen.only_some) counts.records = counts.read;
  return counts;
}

/// For `<table>_failed`. A table without that view pays nothing: its files are not read again.
Result<std::vector<std::string>> texts_of(Connection& connection, const Tenant& tenant,
                                          const Load& load,
                                          const std::vector<LoggedError>& errors) {
  if (errors.empty()) return std::vector<std::string>();
  WEIR_TRY(const bool shown, has_failed_view(connection, stored_name(load)));
  return shown ? record_texts(tenant, load, errors) : std::vector<std::string>();
}

/// Nothing was loaded, which the ledger tells in a transaction of its own.
Result<void> note_refused(Tenant& tenant, const Load& load, LoadCounts& counts,
                          const std::vector<LoggedError>& errors) {
  WEIR_TRY(Connection connection, tenant.connect({}));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(counts.load, next_number(connection));
  WEIR_CHECK(note_load(connection, load, 0, LoadState::over_threshold, tenant.now(), counts));
  WEIR_TRY(const auto texts, texts_of(connection, tenant, load, errors));
  WEIR_CHECK(note_errors(connection, load, counts, errors, texts, tenant.now()));
  return tenant.commit(transaction, load.id);
}

/// Empties the table that stands.
Result<void> truncate(Connection& connection, const Tenant& tenant, const StoredTable& table,
                      LoadCounts& counts) {
  WEIR_TRY(counts.deleted, connection.count(sql("SELECT count(*) FROM $", table.rows_sql())));
  if (counts.deleted == 0 && !table.deletes) return {};
  WEIR_CHECK(keep_rows(connection, table, sql("true"), counts.load, tenant.history()));
  return connection.run(sql("DELETE FROM $", table.in_sql()));
}

/// The files with rows that are chosen, and no more of the load.
Load narrowed(Load load, const ChosenRecords& chosen) {
  load.truncate = false;
  if (!chosen.only_some) return load;
  load.error_threshold = percent_max;
  for (Operation& operation : load.operations) {
    std::erase_if(operation.sources.front().files,
                  [&chosen](const SourceFile& file) { return !chosen.rows.contains(file.name()); });
  }
  return load;
}

/// Of what the tables hold before a load, what it needs to know.
struct Before {
  std::optional<LoadCounts> done;  // an earlier attempt did the load
  ChosenRecords chosen;
  DomainTable table;
};

Result<Before> look(Connection& connection, const Load& load) {
  Before out;
  WEIR_TRY(Transaction transaction, Transaction::begin(connection, true));
  WEIR_TRY(out.done, done_before(connection, load.id));
  if (out.done) {
    WEIR_TRY(const auto logged, logged_errors(connection, {.load = out.done->load,
                                                           .most = limits::row_errors_kept_max}));
    out.done->row_errors = shown(logged);
    return out;
  }
  WEIR_TRY(out.chosen.mended, mended_records(connection));
  if (load.only_errors) WEIR_CHECK(choose_errors(connection, load, out.chosen));
  WEIR_TRY(out.table, plan_table(connection, load));
  return out;
}

/// Makes the table ready for a load, which gets its number.
Result<void> begin_write(Connection& connection, const Tenant& tenant, const Load& load,
                         DomainTable& table, LoadCounts& counts) {
  // The table first: its number is lower than that of its first load. DuckDB also alters no table
  // that has changes of the same transaction.
  WEIR_CHECK(write_table(connection, table));
  // A live table has its errors beside it.
  if (load.id.round > 0) WEIR_CHECK(create_failed_view(connection, load.table));
  WEIR_TRY(counts.load, next_number(connection));
  if (load.truncate) WEIR_CHECK(truncate(connection, tenant, table.stored, counts));
  return {};
}

/// Notes the load down, whose rows are in the table, and ends the transaction.
Result<void> end_write(Transaction& transaction, Tenant& tenant, Connection& connection,
                       const Load& load, const DomainTable& table, const LoadCounts& counts,
                       const std::vector<LoggedError>& errors) {
  WEIR_ASSERT(counts.read == counts.inserted + counts.updated + counts.rejected + counts.errors +
                                 (load.truncate ? 0 : counts.deleted));
  WEIR_CHECK(note_load(connection, load, table.stored.no, LoadState::done, tenant.now(), counts));
  WEIR_TRY(const auto texts, texts_of(connection, tenant, load, errors));
  WEIR_CHECK(note_errors(connection, load, counts, errors, texts, tenant.now()));
  WEIR_CHECK(trim_history(connection, table.stored, tenant.history(), tenant.now()));
  return tenant.commit(transaction, load.id);
}

/// Writes what is staged, and notes the load down.
Result<void> write(Tenant& tenant, Connection& connection, const Load& load, DomainTable& table,
                   LoadCounts& counts, const std::vector<LoggedError>& errors) {
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_CHECK(begin_write(connection, tenant, load, table, counts));
  WEIR_CHECK(upsert(connection, load, table, tenant, counts));
  return end_write(transaction, tenant, connection, load, table, counts, errors);
}

/// Whether the rows of the load can go straight into its table, if that has none: there is nothing
/// to be compared with, and no order of operations between them.
bool may_go_straight(const Load& load, const Before& before) {
  return load.operations.size() == 1 && !load.merge && !has_delete_marker(load) &&
         !before.chosen.only_some;
}

/// Fills an empty table without staging rows, which takes as long as writing them. The transaction
/// is open while files are read, so no load into a table with rows goes this way: it would keep
/// DuckDB from clearing up behind others. nullopt: nothing was done, and the rows are to be staged;
/// the table has some, or one of the load's is in error, or the load fails.
Result<std::optional<LoadCounts>> fill_empty(Tenant& tenant, Connection& connection,
                                             const Load& load, const Before& before,
                                             std::vector<LoggedError>& errors) {
  DomainTable table = before.table;
  bool empty = table.anew;
  if (!empty && may_go_straight(load, before)) {
    WEIR_TRY(empty, is_empty(connection, table.stored));
  }
  if (!empty || !may_go_straight(load, before)) return std::nullopt;
  LoadCounts counts;
  counts.records = records_of(load);
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_CHECK(begin_write(connection, tenant, load, table, counts));
  note(load, Progress::Stage::reading);
  WEIR_CHECK(create_staged(connection, load));
  auto rows = stage_into(connection, tenant, load, table, counts.load, before.chosen);
  if (!rows) {
    if (auto why = connection.over()) return fail(*std::move(why));
    return std::nullopt;
  }
  const std::vector<std::uint64_t> of_files = std::move(rows->rows_of_files);
  add(load, 0, *std::move(rows), counts);
  WEIR_CHECK(count_errors(connection, tenant, load, counts, errors));
  for (std::size_t i = 0; i < counts.files.size(); ++i)
    counts.files[i].read += of_files[i];
  if (counts.over_threshold) return counts;
  note(load, Progress::Stage::writing);
  WEIR_CHECK(keep_greatest(connection, load, table, tenant, counts));
  WEIR_CHECK(end_write(transaction, tenant, connection, load, table, counts, errors));
  return counts;
}

/// The rows of the table that came of records between the first and the last of the load's files;
/// empty where it does not look as if they were all that the load has.
Result<Sql> left_by_same(Connection& connection, const Load& load, const StoredTable& table) {
  constexpr std::uint64_t times = 2;  // as many, among which they are found fast enough
  WEIR_TRY(const auto rows, rows_of_same(connection, load, table.no, records_of(load)));
  if (!rows || *rows == 0) return Sql();
  Origin first{std::numeric_limits<std::uint64_t>::max(), 0};
  Origin last;
  for (const Source& source : load.operations[0].sources) {
    for (const SourceFile& file : source.files) {
      first = std::min(first, origin_of(file));
      last = std::max(last, origin_of(file));
    }
  }
  last = origin_of(last, std::numeric_limits<std::uint64_t>::max());
  const Sql between =
      sql("origin BETWEEN (CAST($ AS UHUGEINT) << 64) | CAST($ AS UHUGEINT) AND "
          "(CAST($ AS UHUGEINT) << 64) | CAST($ AS UHUGEINT)",
          first.high, first.low, last.high, last.low);
  WEIR_TRY(const std::uint64_t there,
           connection.count(sql("SELECT count(*) FROM $ WHERE $", table.in_sql(), between)));
  if (there < *rows || there / times > *rows) return Sql();
  return sql("(SELECT uuid, origin, row_hash FROM $ WHERE $)", table.in_sql(), between);
}

/// Of a load that was done before, whose rows stand: finds each of them in its place as it is read,
/// and stages none. nullopt: they are to be staged; one of them is not there, or is in error.
Result<std::optional<LoadCounts>> find_again(Tenant& tenant, Connection& connection,
                                             const Load& load, const Before& before) {
  DomainTable table = before.table;
  if (!may_go_straight(load, before) || load.truncate || !table.is_as_planned() ||
      table.stored.deletes || table.stored.merges)
    return std::nullopt;
  WEIR_TRY(const Sql standing, left_by_same(connection, load, table.stored));
  if (standing.empty()) return std::nullopt;
  LoadCounts counts;
  counts.records = records_of(load);
  note(load, Progress::Stage::reading);
  WEIR_CHECK(create_staged(connection, load));
  auto rows = find_standing(connection, tenant, load, table, standing, before.chosen);
  const bool all_stand = rows.has_value();
  if (!all_stand) {
    if (auto why = connection.over()) return fail(*std::move(why));
  } else {
    const std::vector<std::uint64_t> of_files = std::move(rows->rows_of_files);
    add(load, 0, *std::move(rows), counts);
    std::vector<LoggedError> errors;
    WEIR_CHECK(count_errors(connection, tenant, load, counts, errors));
    for (std::size_t i = 0; i < counts.files.size(); ++i)
      counts.files[i].read += of_files[i];
  }
  if (!all_stand || counts.errors > 0) {
    WEIR_CHECK(connection.run("DROP TABLE weir_staged"));
    return std::nullopt;
  }
  counts.rejected = counts.read;
  note(load, Progress::Stage::writing);
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_CHECK(begin_write(connection, tenant, load, table, counts));
  WEIR_CHECK(end_write(transaction, tenant, connection, load, table, counts, {}));
  return counts;
}

Result<LoadCounts> load_locked(Tenant& tenant, const Load& asked,
                               std::vector<LoggedError>& errors) {
  WEIR_TRY(Connection connection, tenant.connect(asked.allowance));
  WEIR_TRY(Before before, look(connection, asked));
  if (before.done) return *std::move(before.done);
  const std::optional<Load> less =
      asked.only_errors ? std::optional(narrowed(asked, before.chosen)) : std::nullopt;
  const Load& load = less ? *less : asked;
  WEIR_TRY(auto filled, fill_empty(tenant, connection, load, before, errors));
  if (!filled) {
    WEIR_TRY(filled, find_again(tenant, connection, load, before));
  }
  WEIR_TRY(LoadCounts counts,
           filled ? Result<LoadCounts>(*filled)
                  : staged(connection, tenant, load, before.table, before.chosen, errors));
  if (counts.over_threshold) {
    counts.rejected = counts.read - counts.errors;
    return counts;
  }
  if (filled) return counts;
  note(load, Progress::Stage::writing);
  WEIR_CHECK(write(tenant, connection, load, before.table, counts, errors));
  return counts;
}

}  // namespace

Result<LoadCounts> run_load(Tenant& tenant, const Load& load) {
  WEIR_CHECK(check_load(load));
  if (!load.id.run.empty()) WEIR_CHECK(tenant.fence(load.id.run, load.id.epoch));
  WEIR_TRY(const auto lock, tenant.lock_table(stored_name(load), load.allowance));
  std::vector<LoggedError> errors;
  WEIR_TRY(LoadCounts counts, load_locked(tenant, load, errors));
  if (counts.over_threshold) WEIR_CHECK(note_refused(tenant, load, counts, errors));
  tenant.trim_ledger();
  note(load, Progress::Stage::done);
  return counts;
}

Result<void> run_create_table(Tenant& tenant, const Load& load) {
  WEIR_CHECK(check_table(load));
  WEIR_TRY(Connection connection, tenant.connect(load.allowance));
  if (!load.truncate) {
    WEIR_TRY(const DomainTable table, plan_table(connection, load));
    if (table.is_as_planned()) return {};  // it need not wait for loads
  }
  WEIR_TRY(const auto lock, tenant.lock_table(load.table, load.allowance));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_TRY(DomainTable table, plan_table(connection, load));
  if (load.truncate) {
    table.make_anew(load);
    if (table.standing) WEIR_CHECK(note_purge(connection, tenant, *table.standing));
  }
  WEIR_CHECK(write_table(connection, table));
  return transaction.commit();
}

}  // namespace weir::engine::duckdb
