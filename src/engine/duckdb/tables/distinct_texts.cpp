// A column's way of compression is set when its table is made, so it is decided by the first rows
// that come. DuckDB decides anew for each 122,880 rows: it makes a dictionary of all of their texts
// to learn its size, which takes three times as long as compressing them without one. Columns of
// few values keep that: theirs are read ten times faster from a dictionary.

#include "engine/duckdb/tables/distinct_texts.hpp"

#include <set>
#include <vector>

#include "base/case_fold.hpp"
#include "engine/dialect/dialect.hpp"
#include "engine/duckdb/reader/read_function.hpp"
#include "engine/duckdb/tables/stage.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::uint64_t sample_rows = 4096;
// A column of fewer values is better off with a dictionary.
constexpr std::uint64_t values_min = 20'000;
// Rows that come of one record repeat its texts; up to so many of them, a dictionary gains little.
constexpr std::uint64_t repeated_max = 8;

/// Whether texts that change so often from row to row, and are so many, are likely to be of many
/// values: of evenly spread ones, that part is met again.
bool nearly_all_differ(std::uint64_t changes, std::uint64_t distinct) {
  return changes >= sample_rows / repeated_max &&
         distinct + changes * changes / (2 * values_min) >= changes;
}

struct TextColumn {
  std::uint64_t no = 0;  // in the table
  std::string input;
};

std::vector<TextColumn> text_columns(const Input& input, const Load& load,
                                     const DomainTable& table) {
  std::vector<TextColumn> out;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    const Field& field = load.fields[i];
    if (field.type != FieldType::string || !field.combines.empty()) continue;
    for (std::size_t column = 0; column < input.columns.size(); ++column) {
      if (same_name(input.columns[column].name, field.incoming))
        out.push_back({table.columns[i], data_column(column)});
    }
  }
  return out;
}

}  // namespace

Result<void> look_for_distinct_texts(Connection& connection, const OpenSources& sources,
                                     const Load& load, const DomainTable& table) {
  const std::string& query = load.operations.front().query;
  if (!query.empty() && !dialect::is_by_record(query)) return {};
  const OpenSources sampled = sources.again();
  WEIR_TRY(const Input input, input_of(connection, sampled, query, false));
  const auto columns = text_columns(input, load, table);
  if (columns.empty()) return {};
  std::vector<Sql> names;
  std::vector<Sql> before;
  std::vector<Sql> counts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    names.push_back(Sql::verbatim(columns[i].input));
    before.push_back(sql("lag($) OVER () AS p$", names.back(), i));
    counts.push_back(sql("count($) FILTER ($ IS DISTINCT FROM p$), count(DISTINCT $)", names.back(),
                         names.back(), i, names.back()));
  }
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT count(*), $ FROM (SELECT *, $ FROM (SELECT $ FROM $ LIMIT "
                                "$))",
                                join(counts, ", "), join(before, ", "), join(names, ", "),
                                Sql::verbatim(input.sql), sample_rows)));
  if (Connection::number(cells[0][0]) < sample_rows) return {};
  std::set<std::uint64_t> distinct;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (nearly_all_differ(Connection::number(cells[0][2 * i + 1]),
                          Connection::number(cells[0][2 * i + 2])))
      distinct.insert(columns[i].no);
  }
  return distinct.empty() ? Result<void>() : remake_rows(connection, table.stored, distinct);
}

}  // namespace weir::engine::duckdb
