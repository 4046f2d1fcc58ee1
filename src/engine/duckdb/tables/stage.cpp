// All fields of an operation are cast in one SELECT into a temporary table, and each row carries
// what is wrong with it. So one bad value costs its row and not the load, and the threshold is
// known before the domain table is touched.

#include "engine/duckdb/tables/stage.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/case_fold.hpp"
#include "engine/duckdb/reader/logical_type.hpp"
#include "engine/duckdb/reader/read_function.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/cast_sql.hpp"
#include "engine/duckdb/tables/delete_marker.hpp"
#include "engine/duckdb/tables/distinct_texts.hpp"
#include "engine/duckdb/tables/merge.hpp"
#include "engine/duckdb/tables/upsert.hpp"
#include "engine/duckdb/text_scan.hpp"
#include "engine/origin.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr int value_shown_max = 200;         // characters of a value in an error
constexpr std::size_t rows_together = 1000;  // in one statement

bool is_generated(const Field& field) {
  return !field.combines.empty();
}

/// Whether data without any such field cannot be of the feed. Records that remove rows need no
/// more than the key.
bool must_be_named(const Load& load, const Field& field) {
  return is_key(load, field) || (field.required && !has_delete_marker(load));
}

Failure missing(const Load& load, const Field& field, const std::vector<std::string>& there) {
  std::string names;
  for (const std::string& name : there)
    names += (names.empty() ? "" : ", ") + quote_name(name);
  return fail(Errc::bad_request,
              "the data has no field \"" + field.incoming + "\", which the feed of \"" +
                  load.table + "\" requires; its fields are: " + (names.empty() ? "none" : names));
}

/// The column of an input that a field takes; nullopt when there is none.
Result<std::optional<std::size_t>> column_of(const Input& input, const Load& load,
                                             const Field& field) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < input.columns.size(); ++i) {
    if (!same_name(input.columns[i].name, field.incoming)) continue;
    if (found)
      return fail(Errc::bad_request, "the data has more than one field \"" + field.incoming +
                                         "\", which the feed of \"" + load.table +
                                         "\" takes; give them different names in the query");
    found = i;
  }
  if (found || !must_be_named(load, field)) return found;
  std::vector<std::string> there;
  for (const ResultColumn& column : input.columns)
    there.push_back(column.name);
  return missing(load, field, there);
}

Sql bad_field_sql(auto place, const Sql& text) {
  return sql("{'field': CAST($ AS INTEGER), 'text': left($, $)}", place, text, value_shown_max);
}

/// SQL for the fields of a load, side by side.
struct FieldsSql {
  Sql inputs;   // c4 AS x0, NULL AS x1
  Sql values;   // <cast of x0> AS f0
  Sql bad;      // WHEN <f0 is not right> THEN 0
  Sql bads;     // CASE WHEN <f0 is not right> THEN <0 and x0 as text> END
  Sql columns;  // f0, f1
  Sql carried;  // b0, b1: whether the record carried f0; of feeds that merge
};

/// Whether the record carried the field whose value is x<i>. What a query does not give, its
/// records may have had or not; it counts as not carried.
Sql carried_sql(std::optional<std::size_t> column, bool behind_query, std::size_t i) {
  if (!column) return sql("false");
  if (behind_query) return sql("x$ IS NOT NULL", i);
  return sql("carried[$] = '1'", *column + 1);
}

Result<FieldsSql> fields_sql(const Input& input, const Load& load, bool behind_query) {
  FieldsSql out;
  if (load.merge && !behind_query) out.inputs.append(sql(", carried"));
  FieldsSql generated;  // behind what it is made of, whose faults are told first
  const spark::Type text = spark::Kind::string;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    const Field& field = load.fields[i];
    const std::string x = "x" + std::to_string(i);
    const Sql f = Sql::verbatim(staged_column(i));
    std::optional<std::size_t> column;
    if (!is_generated(field)) {
      WEIR_TRY(column, column_of(input, load, field));
    }
    const LogicalType none = logical_type(text);
    const duckdb_logical_type type = column ? input.columns[*column].type.get() : none.get();
    std::string value = is_generated(field) ? generated_sql(load, field) : "";
    if (value.empty()) {
      WEIR_TRY(value, cast_sql(field, x, type));
    }
    out.inputs.append(sql(
        ", $ AS x$", Sql::verbatim(column ? data_column(*column) : "CAST(NULL AS VARCHAR)"), i));
    FieldsSql& part = is_generated(field) ? generated : out;
    part.values.append(sql(", $ AS $", Sql::verbatim(std::move(value)), f));
    Sql absent = must_be_there(load, field)
                     ? Sql()
                     : sql(" AND NOT $", Sql::verbatim(blank_sql(field, x, type)));
    if (has_delete_marker(load) && is_cleared(load, field)) absent.append(sql(" AND NOT deleted"));
    if (load.merge && has_place(load, field)) {
      const Sql carried = Sql::verbatim(carried_column_name(i));
      out.values.append(sql(", $ AS $", carried_sql(column, behind_query, i), carried));
      out.carried.append(sql(", $", carried));
    }
    part.bad.append(sql(" WHEN $ IS NULL$ THEN $", f, absent, i));
    // What a generated field lacks is told by the fields that it is made of, if they are bad.
    const Sql is_bad = is_generated(field) ? sql("bad = $", i) : sql("$ IS NULL$", f, absent);
    out.bads.append(sql("$CASE WHEN $ THEN $ END", Sql::verbatim(i == 0 ? "" : ", "), is_bad,
                        bad_field_sql(i, sql("CAST(x$ AS VARCHAR)", i))));
    out.columns.append(sql(", $", f));
  }
  out.values.append(generated.values);
  out.bad.append(generated.bad);
  out.columns.append(out.carried);
  return out;
}

/// What is the same in all rows of a load is made when it is asked for: each column that rows are
/// staged with costs a fiftieth of the time of all.
struct StagedSql {
  Sql op;    // the operation; empty: there is no other, and none is stored
  Sql file;  // likewise, where all rows come of queries
};

StagedSql stored_of(const Load& load) {
  const bool files = std::any_of(load.operations.begin(), load.operations.end(),
                                 [](const Operation& each) { return each.query.empty(); });
  return {load.operations.size() > 1 ? sql("op, ") : Sql(), files ? sql("file, ") : Sql()};
}

/// The records with their fields: with a delete marker also `deleted`, and nothing in the fields of
/// such a record.
Result<Sql> records_sql(const Input& input, const Load& load, FieldsSql& fields) {
  const Sql records = sql("SELECT *$ FROM (SELECT origin, file, row, problem$ FROM $)",
                          fields.values, fields.inputs, Sql::verbatim(input.sql));
  if (!has_delete_marker(load)) return records;
  fields.columns.append(sql(", deleted"));
  WEIR_TRY(const Sql deleted, deleted_sql(load));
  return sql("SELECT *$ FROM (SELECT *, $ AS deleted FROM ($))", cleared_sql(load), deleted,
             records);
}

/// The records with their fields, and with `bad`: what is wrong with the first field that is not
/// right.
Result<Sql> checked_sql(const Input& input, const Load& load, FieldsSql& fields) {
  WEIR_TRY(const Sql records, records_sql(input, load, fields));
  return sql("(SELECT *, CASE WHEN problem IS NOT NULL THEN $$ END AS bad FROM ($))", whole_row,
             fields.bad, records);
}

Result<void> insert_staged(Connection& connection, const Input& input, const Load& load,
                           const DomainTable& table, std::size_t number) {
  WEIR_TRY(FieldsSql fields, fields_sql(input, load, !load.operations[number].query.empty()));
  WEIR_TRY(const Sql checked, checked_sql(input, load, fields));
  const StagedSql stored = stored_of(load);
  return connection.run(sql(
      "INSERT INTO weir_staged ($$origin, bad, bads, uuid, row_hash$) SELECT $$origin, bad, "
      "CASE WHEN bad = $ THEN [$] WHEN bad IS NOT NULL THEN [$] END, "
      "CASE WHEN bad IS NULL THEN $ END, "
      "CASE WHEN bad IS NULL THEN $ END$ FROM $",
      stored.op, stored.file, fields.columns, stored.op.empty() ? Sql() : sql("$ AS op, ", number),
      stored.file, whole_row, bad_field_sql(whole_row, sql("problem")), fields.bads,
      Sql::verbatim(uuid_sql(load)), row_hash_sql(table), fields.columns, checked));
}

/// The rows as insert_rows() takes them. The statement fails at the first one in error, so that
/// few rows are read in vain where there are many such.
Result<Sql> rows_sql(const Input& input, const Load& load, const DomainTable& table) {
  WEIR_TRY(FieldsSql fields, fields_sql(input, load, !load.operations[0].query.empty()));
  WEIR_TRY(const Sql checked, checked_sql(input, load, fields));
  return sql(
      "(SELECT $ AS uuid, origin, $ AS row_hash$ FROM $ "
      "WHERE CASE WHEN bad IS NULL THEN true ELSE error('field ' || bad) END)",
      Sql::verbatim(uuid_sql(load)), row_hash_sql(table), fields.columns, checked);
}

/// Stores the rows in any order, since that of staged rows means nothing. DuckDB keeps an INSERT to
/// one thread as long as the rows come in an order; behind a join they do not. In an order it also
/// notes the transaction of each row beside the memory that it counts, 16 bytes of it, where they
/// do not come in whole chunks, as those of lists do not. Its setting for that is one of the whole
/// database, and so of other statements too.
std::string in_any_order(const std::string& input) {
  return "(SELECT * FROM " + input + " WHERE row & 1 IN (SELECT unnest(range(2))))";
}

/// Whether rows of the load have so many fields that only one thread at a time may store them:
/// DuckDB puts the last rows of all threads together at the end, up to 122,880 of each, and holds
/// all of their columns in memory while it does. What it spills meanwhile is of no help.
bool is_wide(const Load& load, const Tenant& tenant) {
  constexpr std::size_t fields_min = 64;
  constexpr std::uint64_t last_rows = 122'880;
  constexpr std::uint64_t value_bytes = 32;  // of a text of middle length
  const std::uint64_t memory_bytes = tenant.memory_bytes();
  return memory_bytes > 0 && load.fields.size() >= fields_min &&
         load.fields.size() * last_rows * value_bytes * tenant.threads() > memory_bytes / 2;
}

/// A feed's texts are cast by its own types; a query has the types of its records.
bool is_read_as_text(const Operation& operation) {
  return operation.query.empty() && operation.sources[0].format == FileFormat::ndjson &&
         operation.sources[0].schema_json.empty();
}

Result<OpenSources> open_sources(Tenant& tenant, const Load& load, std::size_t number,
                                 const std::optional<Focus>& focus, const ChosenRecords& chosen) {
  const Operation& operation = load.operations[number];
  WEIR_TRY(OpenSources sources,
           is_read_as_text(operation)
               ? OpenSources::open_as_text(tenant, operation.sources[0], load.fields, chosen)
               : OpenSources::open(tenant, operation.sources, load.allowance, chosen));
  if (focus) sources.focus(*focus);
  if (load.progress != nullptr) sources.count_in(load.progress->rows_read);
  // A query that puts records together may still ask for their order.
  if (!focus && !is_wide(load, tenant) &&
      (operation.query.empty() || dialect::is_by_record(operation.query)))
    sources.read_in_any_order();
  return sources;
}

Result<Input> rows_of(Connection& connection, const OpenSources& sources, const std::string& query,
                      bool any_order) {
  auto input = input_of(connection, sources, query, true);
  if (!input) return sources.failure(input.error());
  if (any_order) input->sql = in_any_order(input->sql);
  return input;
}

/// Records that made no row since they cannot be read are rows in error, behind a query too.
Result<void> insert_bad(Connection& connection, const std::vector<OpenSources::BadRow>& bad,
                        const Load& load, std::size_t number) {
  const StagedSql stored = stored_of(load);
  const bool files_known = load.operations[number].query.empty();
  std::vector<Sql> rows;
  const auto write = [&]() -> Result<void> {
    if (rows.empty()) return {};
    return connection.run(sql("INSERT INTO weir_staged ($$origin, bad, bads) VALUES $", stored.op,
                              stored.file, join(std::exchange(rows, {}), ", ")));
  };
  for (const auto& each : bad) {
    const Sql op = stored.op.empty() ? Sql() : sql("$, ", number);
    const Sql file = files_known ? sql("$, ", each.record.file) : sql("NULL, ");
    rows.push_back(sql("($$(CAST($ AS UHUGEINT) << 64) | CAST($ AS UHUGEINT), $, [$])", op,
                       stored.file.empty() ? Sql() : file, each.origin.high, each.origin.low,
                       whole_row, bad_field_sql(whole_row, sql("$", Text{each.record.what}))));
    if (rows.size() == rows_together) WEIR_CHECK(write());
  }
  return write();
}

/// Which required fields never occurred is known only now that the files were read.
Result<void> check_names(const OpenSources& sources, const Load& load) {
  const auto& columns = sources.first().plan.type.fields();
  const std::vector<bool> seen = sources.first().report.columns();
  const auto others = sources.first().report.others();
  std::vector<std::string> there(others.begin(), others.end());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (seen[i]) there.push_back(columns[i].name);
  }
  std::sort(there.begin(), there.end());
  for (const Field& field : load.fields) {
    const auto column = std::find_if(columns.begin(), columns.end(), [&field](const auto& each) {
      return same_name(each.name, field.incoming);
    });
    if (!is_generated(field) && must_be_named(load, field) &&
        !seen[static_cast<std::size_t>(column - columns.begin())])
      return missing(load, field, there);
  }
  return {};
}

/// "Of the 12 records in 2 files no rows were made: ..."
std::string no_rows_warning(const OpenSources& sources, const Operation& operation) {
  std::set<std::string> files;
  std::uint64_t records = 0;
  for (const Source& source : operation.sources) {
    for (const SourceFile& file : source.files) {
      if (file.records > 0 && files.insert(file.name()).second) records += file.records;
    }
  }
  if (records == 0) return "";
  std::string out = "no rows were made of the " + std::to_string(records) +
                    (records == 1 ? " record" : " records") + " in " +
                    std::to_string(files.size()) + (files.size() == 1 ? " file" : " files");
  for (const std::size_t empty : sources.without_rows()) {
    const Source& source = operation.sources[empty];
    if (source.format == FileFormat::cbor)
      return out + ": no element <" + source.row_tag + "> is in any of file \"" + source.tag +
             "\"; set rowTag to the element that is a row";
  }
  return operation.query.empty() ? out : out + ": the query takes none of them";
}

/// What is known of an operation once its rows were read; they are counted in `out`, but for those
/// that cannot be read.
Result<void> finish(Connection& connection, const OpenSources& sources, const Load& load,
                    std::size_t number, const std::optional<Focus>& focus,
                    const ChosenRecords& chosen, Staged& out) {
  const Operation& operation = load.operations[number];
  if (!focus) WEIR_CHECK(sources.check_rest());
  const auto bad = sources.bad_rows();
  WEIR_CHECK(insert_bad(connection, bad, load, number));
  if (is_read_as_text(operation) && !chosen.only_some && out.rows > 0 && !focus)
    WEIR_CHECK(check_names(sources, load));
  out.rows += bad.size();
  if (out.rows == 0) out.warning = no_rows_warning(sources, operation);
  out.misfits = sources.misfits();
  if (operation.query.empty()) out.rows_of_files = sources.rows_of_files();
  return {};
}

}  // namespace

bool must_be_there(const Load& load, const Field& field) {
  return field.required || is_key(load, field);
}

Result<Input> input_of(Connection& connection, const OpenSources& sources, const std::string& query,
                       bool origins) {
  Input input;
  if (query.empty()) {
    input.sql = sources.first_sql();
    for (const spark::Field& field : sources.first().plan.type.fields())
      input.columns.push_back({field.name, logical_type(field.type)});
    return input;
  }
  WEIR_TRY(const dialect::Translation translated,
           dialect::translate(query, sources.relations(), {.origin = origins}));
  if (const std::string macros = dialect::prelude_of(translated.sql); !macros.empty())
    WEIR_CHECK(connection.run(macros));
  WEIR_CHECK(sources.create_views(connection));
  auto statement = connection.prepare(translated.sql);
  if (!statement) return sources.failure(std::move(statement).error());
  input.columns = Connection::columns(statement->get());
  if (origins) input.columns.pop_back();
  std::string names;
  for (std::size_t i = 0; i < input.columns.size(); ++i) {
    input.columns[i].name = translated.columns.at(i).name;
    names += (i > 0 ? ", " : "") + data_column(i);
  }
  const Sql query_sql = Sql::verbatim(translated.sql);
  if (!origins) {
    input.sql = sql("(SELECT * FROM ($\n) AS query($))", query_sql, Sql::verbatim(names));
    return input;
  }
  input.sql =
      sql("(SELECT CAST(NULL AS BIGINT) AS file, CAST(NULL AS VARCHAR) AS problem, "
          "weir_row(origin) AS row, * FROM "
          "(SELECT * REPLACE (coalesce(origin, CAST(0 AS UHUGEINT)) AS origin) "
          "FROM ($\n) AS query($, origin)))",
          query_sql, Sql::verbatim(names));
  return input;
}

Result<void> create_staged(Connection& connection, const Load& load) {
  Sql columns;
  for (std::size_t i = 0; i < load.fields.size(); ++i)
    columns.append(
        sql(", $ $", Sql::verbatim(staged_column(i)), Sql::verbatim(sql_type(load.fields[i]))));
  for (std::size_t i = 0; load.merge && i < load.fields.size(); ++i) {
    if (has_place(load, load.fields[i]))
      columns.append(sql(", $ BOOLEAN", Sql::verbatim(carried_column_name(i))));
  }
  if (has_delete_marker(load)) columns.append(sql(", deleted BOOLEAN"));
  WEIR_CHECK(check_delete_marker(connection, load));
  const StagedSql stored = stored_of(load);
  return connection.run(
      sql("CREATE TEMP TABLE weir_staged (op INTEGER$, origin UHUGEINT, file BIGINT$, "
          "row BIGINT AS (weir_row(origin)), bad INTEGER, "
          "bads STRUCT(field INTEGER, text VARCHAR)[], uuid UUID, row_hash UHUGEINT$)",
          stored.op.empty() ? sql(" AS (0)") : Sql(),
          stored.file.empty() ? sql(" AS (CAST(NULL AS BIGINT))") : Sql(), columns));
}

Result<Staged> stage(Connection& connection, Tenant& tenant, const Load& load,
                     const DomainTable& table, std::size_t number,
                     const std::optional<Focus>& focus, const ChosenRecords& chosen) {
  WEIR_TRY(OpenSources sources, open_sources(tenant, load, number, focus, chosen));
  WEIR_TRY(const Input input,
           rows_of(connection, sources, load.operations[number].query, !is_wide(load, tenant)));
  auto inserted = insert_staged(connection, input, load, table, number);
  if (!inserted) return sources.failure(std::move(inserted).error());
  Staged out;
  WEIR_TRY(out.rows,
           connection.count(sql("SELECT count(*) FROM weir_staged WHERE op = $", number)));
  WEIR_CHECK(finish(connection, sources, load, number, focus, chosen, out));
  return out;
}

Result<Staged> stage_into(Connection& connection, Tenant& tenant, const Load& load,
                          const DomainTable& table, std::uint64_t load_no,
                          const ChosenRecords& chosen) {
  WEIR_TRY(OpenSources sources, open_sources(tenant, load, 0, std::nullopt, chosen));
  WEIR_CHECK(look_for_distinct_texts(connection, sources, load, table));
  WEIR_TRY(const Input input,
           rows_of(connection, sources, load.operations[0].query, !is_wide(load, tenant)));
  WEIR_TRY(const Sql rows, rows_sql(input, load, table));
  WEIR_CHECK(insert_rows(connection, load, table, load_no, rows));
  Staged out;
  WEIR_TRY(out.rows, connection.count(sql("SELECT count(*) FROM $", table.stored.in_sql())));
  WEIR_CHECK(finish(connection, sources, load, 0, std::nullopt, chosen, out));
  return out;
}

Result<Staged> find_standing(Connection& connection, Tenant& tenant, const Load& load,
                             const DomainTable& table, const Sql& standing,
                             const ChosenRecords& chosen) {
  WEIR_TRY(OpenSources sources, open_sources(tenant, load, 0, std::nullopt, chosen));
  WEIR_TRY(const Input input, rows_of(connection, sources, load.operations[0].query, false));
  WEIR_TRY(const Sql rows, rows_sql(input, load, table));
  // The row that differs ends the statement, but nothing hangs on it: both counts are compared.
  auto found = connection.cells(
      sql("SELECT count(*), count(CASE WHEN t.origin = s.origin AND t.row_hash = s.row_hash THEN 1 "
          "ELSE error('another row') END) FROM $ s LEFT JOIN $ t ON t.uuid = s.uuid",
          rows, standing));
  if (!found) return sources.failure(std::move(found).error());
  Staged out;
  out.rows = Connection::number((*found)[0][0]);
  if (Connection::number((*found)[0][1]) != out.rows)
    return fail(Errc::conflict, "not all rows of \"" + load.table + "\" stand");
  WEIR_CHECK(finish(connection, sources, load, 0, std::nullopt, chosen, out));
  return out;
}

Result<std::vector<FileCounts>> staged_files(Connection& connection, const Load& load) {
  std::vector<FileCounts> files;
  WEIR_TRY(const auto cells,
           connection.cells("SELECT CAST(op AS BIGINT), file, count(*), count(bad) FROM "
                            "weir_staged WHERE file IS NOT NULL GROUP BY ALL"));
  std::map<std::pair<std::uint64_t, std::uint64_t>, FileCounts> found;
  for (const auto& cell : cells)
    found[{Connection::number(cell[0]), Connection::number(cell[1])}] = {
        {}, Connection::number(cell[2]), Connection::number(cell[3])};
  for (std::size_t op = 0; op < load.operations.size(); ++op) {
    const Operation& operation = load.operations[op];
    if (!operation.query.empty()) continue;
    for (std::size_t i = 0; i < operation.sources[0].files.size(); ++i) {
      files.push_back(found[{op, i}]);
      files.back().file = operation.sources[0].files[i].name();
    }
  }
  return files;
}

}  // namespace weir::engine::duckdb
