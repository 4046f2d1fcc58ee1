#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Spark SQL 3.x (as Spark 3.5 runs it, ANSI mode off, session time zone UTC) to DuckDB 1.4.
/// What the layer does not know it refuses: Errc::bad_request, "line 3, column 7: ...", naming the
/// construct and a remedy. It never lets a query mean something else than it does in Spark. What it
/// knows is in docs/ingest-queries.md; what is right is recorded from Spark under tests/sql.
namespace weir::dialect {

/// A table the query may read, under the name it has in DuckDB. Spark's meaning hangs on types, so
/// the schema is needed: Spark's DDL (`STRUCT<`id`: BIGINT, `tags`: ARRAY<STRING>>`) or its JSON
/// (`{"type":"struct","fields":[...]}`). The DuckDB table has those columns in that order, a
/// timestamp as TIMESTAMP in UTC, void as VARCHAR.
struct Relation {
  std::string tag;
  std::string schema;
};
using Relations = std::vector<Relation>;

struct OutputColumn {
  std::string name;  // as Spark names it; names may repeat
  std::string type;  // Spark's simple string, such as "bigint" or "array<string>"
};

struct Translation {
  std::string sql;  // one DuckDB SELECT; needs prelude() on its connection
  std::vector<OutputColumn> columns;
};

/// Whether a query can be read, before there are tables to look its names up in.
[[nodiscard]] Result<void> check(std::string_view spark_sql);

/// Pure and thread-safe; time and depth are bounded by the length of the query.
[[nodiscard]] Result<Translation> translate(std::string_view spark_sql, const Relations& relations);

/// The functions that queries may call: the scalar ones, aggregates and window functions, and those
/// that make rows; in small letters and in order.
[[nodiscard]] std::vector<std::string> functions();

/// The statements a connection runs once before a translated query: CREATE OR REPLACE TEMP MACRO
/// spark_..., one string with all of them.
[[nodiscard]] std::string_view prelude();

}  // namespace weir::dialect
