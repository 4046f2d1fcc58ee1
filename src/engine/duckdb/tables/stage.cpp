// All fields of an operation are cast in one SELECT into a temporary table, and each row carries
// what is wrong with it. So one bad value costs its row and not the load, and the threshold is
// known before the domain table is touched.

#include "engine/duckdb/tables/stage.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "base/case_fold.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "engine/duckdb/reader/logical_type.hpp"
#include "engine/duckdb/reader/read_function.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/cast_sql.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr int value_shown_max = 200;  // characters of a value in an error
constexpr int row_bits = 20;          // of _updated
constexpr int operation_place = 44;   // the lowest bit of an operation's number in n

bool is_key(const Load& load, const Field& field) {
  return std::find(load.primary_key.begin(), load.primary_key.end(), field.name) !=
         load.primary_key.end();
}

bool must_be_there(const Load& load, const Field& field) {
  return field.required || is_key(load, field);
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
  if (found || !must_be_there(load, field)) return found;
  std::vector<std::string> there;
  for (const ResultColumn& column : input.columns)
    there.push_back(column.name);
  return missing(load, field, there);
}

/// SQL for the fields of a load, side by side.
struct FieldsSql {
  std::string inputs;    // c4 AS x0, NULL AS x1
  std::string values;    // <cast of x0> AS f0
  std::string bad;       // WHEN <f0 is not right> THEN 0
  std::string bad_text;  // WHEN 0 THEN <x0 as text>
  std::string columns;   // f0, f1
};

Result<FieldsSql> fields_sql(const Input& input, const Load& load) {
  FieldsSql out;
  const SparkType text = SparkType::scalar(SparkType::Kind::string);
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    const Field& field = load.fields[i];
    const std::string x = "x" + std::to_string(i);
    const std::string f = staged_column(i);
    WEIR_TRY(const auto column, column_of(input, load, field));
    const LogicalType none = logical_type(text);
    const duckdb_logical_type type = column ? input.columns[*column].type.get() : none.get();
    WEIR_TRY(const std::string value, cast_sql(field, x, type));
    out.inputs += ", " + (column ? data_column(*column) : "CAST(NULL AS VARCHAR)") + " AS " + x;
    out.values += ", " + value + " AS " + f;
    out.bad += " WHEN " + f + " IS NULL";
    if (!must_be_there(load, field)) out.bad += " AND NOT " + blank_sql(field, x, type);
    out.bad += " THEN " + std::to_string(i);
    out.bad_text += " WHEN " + std::to_string(i) + " THEN CAST(" + x + " AS VARCHAR)";
    out.columns += ", " + f;
  }
  return out;
}

std::string pk_of(const Load& load) {
  std::vector<std::string> values;
  for (const std::string& name : load.primary_key) {
    const auto field = std::find_if(load.fields.begin(), load.fields.end(),
                                    [&name](const Field& each) { return each.name == name; });
    values.push_back(
        key_text_sql(*field, staged_column(static_cast<std::size_t>(field - load.fields.begin()))));
  }
  return pk_sql(values);
}

std::int64_t milliseconds(Time time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

/// `_updated` of a row (domain_table.hpp).
Sql updated_sql(const Operation& operation) {
  Sql time;
  if (operation.query.empty()) {
    std::vector<Sql> times;
    for (const SourceFile& file : operation.sources[0].files)
      times.push_back(sql("$", milliseconds(file.first_received_at)));
    time = sql("CAST([$] AS BIGINT[])[file + 1]", join(times, ", "));
  } else {
    std::int64_t newest = 0;
    for (const Source& source : operation.sources) {
      for (const SourceFile& file : source.files)
        newest = std::max(newest, milliseconds(file.first_received_at));
    }
    time = sql("CAST($ AS BIGINT)", newest);
  }
  return sql("(($ << $) | least(row, $))", time, row_bits, (1 << row_bits) - 1);
}

Result<void> insert_staged(Connection& connection, const Input& input, const Load& load,
                           std::size_t number) {
  WEIR_TRY(const FieldsSql fields, fields_sql(input, load));
  return connection.run(
      sql("INSERT INTO weir_staged SELECT ($::BIGINT << $) + n, $, file, row, bad, "
          "left(CASE bad WHEN $ THEN problem$ END, $), CASE WHEN bad IS NULL THEN $ END, $$ "
          "FROM (SELECT *, CASE WHEN problem IS NOT NULL THEN $$ END AS bad FROM (SELECT *$ "
          "FROM (SELECT n, file, coalesce(row, n) AS row, problem$ "
          "FROM (SELECT row_number() OVER () AS n, * FROM $))))",
          number, operation_place, number, whole_row, Sql::verbatim(fields.bad_text),
          value_shown_max, Sql::verbatim(pk_of(load)), updated_sql(load.operations[number]),
          Sql::verbatim(fields.columns), whole_row, Sql::verbatim(fields.bad),
          Sql::verbatim(fields.values), Sql::verbatim(fields.inputs), Sql::verbatim(input.sql)));
}

/// Which required fields never occurred is known only now that the files were read.
Result<void> check_names(Connection& connection, const OpenSources& sources, const Load& load,
                         std::size_t number) {
  WEIR_TRY(const std::uint64_t rows,
           connection.count(sql("SELECT count(*) FROM weir_staged WHERE op = $", number)));
  if (rows == 0) return {};
  const auto& columns = sources.first().plan.type.fields;
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
    if (must_be_there(load, field) && !seen[static_cast<std::size_t>(column - columns.begin())])
      return missing(load, field, there);
  }
  return {};
}

std::string reason_of(const Load& load, int bad, const std::optional<std::string>& text) {
  if (bad == whole_row) return "the record " + text.value_or("is not right");
  const Field& field = load.fields[static_cast<std::size_t>(bad)];
  const bool blank = !text || (field.type != FieldType::string && trim(*text).empty()) ||
                     (field.type == FieldType::boolean && equal_ignoring_case(trim(*text), "null"));
  if (!blank) return "\"" + *text + "\" " + cast_reason(field);
  return is_key(load, field) ? "a field of the primary key is null" : "a required field is null";
}

std::uint64_t number(const std::optional<std::string>& text) {
  std::uint64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

}  // namespace

std::string staged_column(std::size_t field) {
  return "f" + std::to_string(field);
}

Result<Input> input_of(Connection& connection, const OpenSources& sources,
                       const std::string& query) {
  Input input;
  if (query.empty()) {
    input.sql = sources.first_sql();
    for (const SparkField& field : sources.first().plan.type.fields)
      input.columns.push_back({field.name, logical_type(field.type)});
    return input;
  }
  WEIR_TRY(const dialect::Translation translated, dialect::translate(query, sources.relations()));
  if (const std::string macros = dialect::prelude_of(translated.sql); !macros.empty())
    WEIR_CHECK(connection.run(macros));
  WEIR_CHECK(sources.create_views(connection));
  auto statement = connection.prepare(translated.sql);
  if (!statement) return sources.failure(std::move(statement).error());
  input.columns = Connection::columns(statement->get());
  std::string names;
  for (std::size_t i = 0; i < input.columns.size(); ++i) {
    input.columns[i].name = translated.columns.at(i).name;
    names += (i > 0 ? ", " : "") + data_column(i);
  }
  input.sql =
      "(SELECT CAST(NULL AS BIGINT) AS file, CAST(NULL AS BIGINT) AS row, "
      "CAST(NULL AS VARCHAR) AS problem, * FROM (" +
      translated.sql + "\n) AS query(" + names + "))";
  return input;
}

Result<void> create_staged(Connection& connection, const Load& load) {
  Sql columns;
  for (std::size_t i = 0; i < load.fields.size(); ++i)
    columns.append(sql(", $ $", Name{staged_column(i)}, Sql::verbatim(sql_type(load.fields[i]))));
  return connection.run(
      sql("CREATE TEMP TABLE weir_staged (n BIGINT, op INTEGER, file BIGINT, row BIGINT, "
          "bad INTEGER, bad_text VARCHAR, pk VARCHAR, updated BIGINT$)",
          columns));
}

Result<Misfits> stage(Connection& connection, Tenant& tenant, const Load& load,
                      std::size_t number) {
  const Operation& operation = load.operations[number];
  const bool as_text = operation.query.empty() &&
                       operation.sources[0].format == FileFormat::ndjson &&
                       operation.sources[0].schema_json.empty();
  WEIR_TRY(const OpenSources sources,
           as_text ? OpenSources::open_as_text(tenant, operation.sources[0], load.fields)
                   : OpenSources::open(tenant, operation.sources, load.allowance));
  const auto input = input_of(connection, sources, operation.query);
  if (!input) return sources.failure(input.error());
  auto inserted = insert_staged(connection, *input, load, number);
  if (!inserted) return sources.failure(std::move(inserted).error());
  WEIR_CHECK(sources.check_rest());
  if (as_text) WEIR_CHECK(check_names(connection, sources, load, number));
  return sources.misfits();
}

Result<std::vector<FileCounts>> staged_files(Connection& connection, const Load& load) {
  std::vector<FileCounts> files;
  WEIR_TRY(const auto cells,
           connection.cells("SELECT CAST(op AS BIGINT), file, count(*), count(bad) FROM "
                            "weir_staged WHERE file IS NOT NULL GROUP BY ALL"));
  std::map<std::pair<std::uint64_t, std::uint64_t>, FileCounts> found;
  for (const auto& cell : cells)
    found[{number(cell[0]), number(cell[1])}] = {{}, number(cell[2]), number(cell[3])};
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

Result<std::vector<RowError>> staged_errors(Connection& connection, const Load& load) {
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT file, row, CAST(bad AS BIGINT), bad_text, CAST(op AS "
                                "BIGINT) FROM weir_staged WHERE bad IS NOT NULL ORDER BY n LIMIT $",
                                limits::row_errors_kept_max)));
  std::vector<RowError> errors;
  for (const auto& cell : cells) {
    const int bad = cell[2]->starts_with('-') ? whole_row : static_cast<int>(number(cell[2]));
    RowError error;
    if (cell[0])
      error.file = load.operations[number(cell[4])].sources[0].files[number(cell[0])].name();
    error.row = number(cell[1]);
    if (bad != whole_row) {
      error.field = load.fields[static_cast<std::size_t>(bad)].incoming;
      error.value = cell[3].value_or("");
    }
    error.reason = reason_of(load, bad, cell[3]);
    errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace weir::engine::duckdb
