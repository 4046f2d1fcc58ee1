#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/spark/type.hpp"

/// Translates Spark SQL 3.x (as Spark 3.5 runs it, ANSI mode off, session time zone UTC) to DuckDB
/// 1.4. An unsupported construct is refused: Errc::bad_request, "line 3, column 7: ...", naming the
/// construct and a remedy. A query is never translated to one that means something else in Spark.
/// docs/ingest-queries.md lists what is supported; tests/sql holds results recorded from Spark.
namespace weir::dialect {

/// A table that the query may read, under its name in DuckDB. Spark's semantics depend on types, so
/// the struct of its columns is needed. The DuckDB table has those columns in that order, each of
/// its type's duckdb_name(); and the hidden columns.
struct Relation {
  std::string tag;
  spark::Type type;
};
using Relations = std::vector<Relation>;

/// A column that each relation has beside those of its schema. No `*` shows it. Queries read all
/// but the first, as _file, _row, _received_at and _request_id.
enum class Hidden : std::uint8_t {
  origin,       // weir_origin UHUGEINT: the place of the row's record in the order of all records
  file,         // weir_file VARCHAR
  row,          // weir_row BIGINT
  received_at,  // weir_received_at TIMESTAMP
  request_id,   // weir_request_id VARCHAR
};

/// Its name in DuckDB beside columns of these names: weir_origin, or weir_origin_ if that is taken.
[[nodiscard]] std::string hidden_name(Hidden column, const std::vector<std::string>& others);

struct Options {
  /// The SELECT has one more column, the last and a UHUGEINT: each row's origin, NULL for a row of
  /// no record. A row made of one record has that record's, one of a join the greatest of its
  /// parts, and one that stands for several (of GROUP BY, DISTINCT, UNION, INTERSECT, EXCEPT) the
  /// greatest of theirs. What sub-queries in expressions read does not count. All else of the
  /// result is the same.
  bool origin = false;
};

struct OutputColumn {
  std::string name;  // Spark's name for the column; names may repeat
  spark::Type type;
};

struct Translation {
  std::string sql;                    // one DuckDB SELECT; needs prelude() on its connection
  std::vector<OutputColumn> columns;  // without the origin
};

/// Whether a query can be parsed, before there are tables to resolve its names in.
[[nodiscard]] Result<void> check(std::string_view spark_sql);

/// Whether each row of the query's result is made of one record alone, whatever other records there
/// are. False where that is not certain, and of what is no query.
[[nodiscard]] bool is_by_record(std::string_view spark_sql);

/// Pure and thread-safe; the query's length bounds time and depth.
[[nodiscard]] Result<Translation> translate(std::string_view spark_sql, const Relations& relations,
                                            Options options = {});

/// The functions that queries may call, in lower case and sorted: scalar functions, aggregates and
/// window functions, and functions that make rows.
[[nodiscard]] std::vector<std::string> functions();

/// The statements a connection runs once before a translated query: CREATE OR REPLACE TEMP MACRO
/// spark_..., one string with all of them.
[[nodiscard]] std::string_view prelude();
/// Only those that this translated query needs: most need none, and reading them all takes longer
/// than a small query.
[[nodiscard]] std::string prelude_of(std::string_view sql);

}  // namespace weir::dialect
