// What Spark's functions cost on the embedded engine, in CPU nanoseconds a row, beside DuckDB's
// nearest function over the same rows; and what planning a query costs.
//
//   functions [WORD]    those whose expression holds the word; all by default
//
// One thread, the best of several rounds. What costs more than five times DuckDB's own has a reason
// in the table; without one the program exits with 1. DuckDB's nearest function means something
// else in most lines, which is why there is ours.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <duckdb.h>

#include "engine/dialect/dialect.hpp"
#include "engine/dialect/parser.hpp"
#include "engine/functions/spark_functions.hpp"

namespace {

using namespace weir;

constexpr int rows = 100'000;
constexpr int rounds = 5;
constexpr double ratio_max = 5;
constexpr double too_short_ns = 4;  // below it a ratio says nothing

struct Line {
  std::string_view spark;
  std::string_view duckdb;  // empty: it has none
  std::string_view reason = {};
};

constexpr Line lines[] = {
    // Casts.
    {"CAST(ts AS TIMESTAMP)", "TRY_CAST(ts AS TIMESTAMP)"},
    {"CAST(ds AS DATE)", "TRY_CAST(ds AS DATE)"},
    {"CAST(ns AS BIGINT)", "TRY_CAST(ns AS BIGINT)"},
    {"CAST(ns AS INT)", "TRY_CAST(ns AS INTEGER)"},
    {"CAST(xs AS DOUBLE)", "TRY_CAST(xs AS DOUBLE)"},
    {"CAST(xs AS DECIMAL(12,2))", "TRY_CAST(xs AS DECIMAL(12,2))"},
    {"CAST(ns AS BOOLEAN)", "TRY_CAST(ns AS BOOLEAN)"},
    {"CAST(l AS STRING)", "CAST(l AS VARCHAR)"},
    {"CAST(x AS STRING)", "CAST(x AS VARCHAR)"},
    {"CAST(c AS STRING)", "CAST(c AS VARCHAR)"},
    {"CAST(tm AS STRING)", "CAST(tm AS VARCHAR)"},
    {"CAST(day AS STRING)", "CAST(day AS VARCHAR)"},
    {"CAST(x AS BIGINT)", "TRY_CAST(trunc(x) AS BIGINT)"},
    {"CAST(x AS INT)", "TRY_CAST(trunc(x) AS INTEGER)"},
    {"CAST(l AS INT)", "TRY_CAST(l AS INTEGER)"},
    {"CAST(x AS DECIMAL(12,2))", "TRY_CAST(x AS DECIMAL(12,2))"},
    {"CAST(c AS DOUBLE)", "CAST(c AS DOUBLE)"},
    {"CAST(tm AS DATE)", "CAST(tm AS DATE)"},
    {"CAST(day AS TIMESTAMP)", "CAST(day AS TIMESTAMP)"},
    {"CAST(l AS TIMESTAMP)", "make_timestamp(l * 1000000)"},
    {"CAST(tm AS BIGINT)", "epoch_us(tm) // 1000000"},
    // Numbers.
    {"l + l", "l + l"},
    {"l * 3", "l * 3"},
    {"l % 7", "l % 7"},
    {"l DIV 7", "l // 7"},
    {"l / 7", "l / 7"},
    {"pmod(l, 7)", "(l % 7 + 7) % 7"},
    {"x * x", "x * x"},
    {"x / x", "x / x"},
    {"x % 3", "x % 3"},
    {"c + c", "c + c"},
    {"c * c", "c * c", "25 digits take 128 bits; DuckDB keeps 18, and fails beyond"},
    {"c / 7", "c / 7"},
    {"round(x, 2)", "round(x, 2)"},
    {"round(x)", "round(x)"},
    {"bround(x, 2)", "round_even(x, 2)"},
    {"round(c, 1)", "round(c, 1)"},
    {"round(l, -1)", "round(l, -1)"},
    {"ceil(x)", "ceil(x)"},
    {"floor(x)", "floor(x)"},
    {"ceil(c)", "ceil(c)"},
    {"abs(l)", "abs(l)"},
    {"abs(x)", "abs(x)"},
    {"sqrt(x)", "sqrt(abs(x))"},
    {"pow(x, 2)", "pow(x, 2)"},
    {"ln(x)", "ln(abs(x) + 1)"},
    {"log10(x)", "log10(abs(x) + 1)"},
    {"sin(x)", "sin(x)"},
    {"hex(l)", "hex(l)"},
    {"conv(ns, 10, 16)", "hex(TRY_CAST(ns AS BIGINT))"},
    {"shiftleft(l, 3)", "l << 3"},
    {"bit_count(l)", "bit_count(l)"},
    {"format_number(x, 2)", "format('{:,.2f}', x)"},
    {"greatest(l, 5)", "greatest(l, 5)"},
    // Text.
    {"upper(s)", "upper(s)"},
    {"lower(s)", "lower(s)"},
    {"initcap(s)", "upper(left(s, 1)) || lower(substring(s, 2))"},
    {"length(s)", "length(s)"},
    {"substring(s, 3, 5)", "substring(s, 3, 5)"},
    {"left(s, 4)", "left(s, 4)"},
    {"right(s, 4)", "right(s, 4)"},
    {"trim(s)", "trim(s)"},
    {"lpad(s, 24, '*')", "lpad(s, 24, '*')"},
    {"replace(s, 'a', 'xy')", "replace(s, 'a', 'xy')"},
    {"translate(s, 'abc', 'xyz')", "translate(s, 'abc', 'xyz')"},
    {"reverse(s)", "reverse(s)"},
    {"repeat(s, 2)", "repeat(s, 2)"},
    {"concat(s, '-', ns)", "s || '-' || ns"},
    {"concat_ws('-', s, ns)", "concat_ws('-', s, ns)"},
    {"locate('e', s)", "strpos(s, 'e')"},
    {"instr(s, 'e')", "strpos(s, 'e')"},
    {"startswith(s, 'a')", "starts_with(s, 'a')"},
    {"s LIKE '%e%'", "s LIKE '%e%'"},
    {"s RLIKE '^[a-f]+'", "regexp_matches(s, '^[a-f]+')"},
    {"regexp_replace(s, '[aeiou]', '_')", "regexp_replace(s, '[aeiou]', '_', 'g')"},
    {"regexp_extract(s, '([a-z]+) ([a-z]+)', 2)", "regexp_extract(s, '([a-z]+) ([a-z]+)', 2)"},
    {"regexp_replace(s, '\\\\bt', '_')", "regexp_replace(s, '\\bt', '_', 'g')"},
    {"split(s, ' ')", "string_split(s, ' ')"},
    {"split(s, '[ e]')", "string_split_regex(s, '[ e]')"},
    {"split_part(s, ' ', 2)", "split_part(s, ' ', 2)"},
    {"substring_index(s, ' ', 2)", "array_to_string(string_split(s, ' ')[1:2], ' ')"},
    {"md5(s)", "md5(s)"},
    {"sha2(s, 256)", "sha256(s)"},
    {"base64(CAST(s AS BINARY))", "base64(encode(s))"},
    {"unbase64(bs)", "from_base64(bs)"},
    {"ascii(s)", "ascii(s)"},
    {"levenshtein(s, 'the quick')", "levenshtein(s, 'the quick')"},
    {"soundex(s)", "upper(s)"},
    {"crc32(s)", ""},
    {"hash(s)", "hash(s)"},
    {"xxhash64(s)", "hash(s)"},
    {"url_encode(s)", "url_encode(s)"},
    {"parse_url(u, 'HOST')", "regexp_extract(u, '//([^/:]+)', 1)"},
    // Dates.
    {"date_format(tm, 'yyyy-MM-dd HH:mm:ss')", "strftime(tm, '%Y-%m-%d %H:%M:%S')"},
    {"to_timestamp(ts, 'yyyy-MM-dd HH:mm:ss')", "try_strptime(ts, '%Y-%m-%d %H:%M:%S')"},
    {"to_date(ds, 'yyyy-MM-dd')", "CAST(try_strptime(ds, '%Y-%m-%d') AS DATE)"},
    {"to_date(ds)", "TRY_CAST(ds AS DATE)"},
    {"unix_timestamp(ts, 'yyyy-MM-dd HH:mm:ss')", "epoch(try_strptime(ts, '%Y-%m-%d %H:%M:%S'))"},
    {"from_unixtime(l)", "strftime(make_timestamp(l * 1000000), '%Y-%m-%d %H:%M:%S')"},
    {"unix_timestamp(tm)", "epoch_us(tm) // 1000000"},
    {"year(tm)", "year(tm)"},
    {"date_add(day, 3)", "day + 3"},
    {"datediff(day, DATE '2024-01-01')", "date_diff('day', DATE '2024-01-01', day)"},
    {"add_months(day, 3)", "day + INTERVAL 3 MONTH"},
    {"months_between(tm, day)", "date_diff('month', day, tm)"},
    {"last_day(day)", "last_day(day)"},
    {"next_day(day, 'Mon')", "day + 7"},
    {"date_trunc('MONTH', tm)", "date_trunc('month', tm)"},
    {"trunc(day, 'MM')", "date_trunc('month', day)"},
    {"tm + INTERVAL 90 MINUTES", "tm + INTERVAL 90 MINUTE"},
    {"from_utc_timestamp(tm, 'Europe/Berlin')", ""},
    {"make_date(2024, 2, CAST(l % 28 AS INT) + 1)", "make_date(2024, 2, l % 28 + 1)"},
    // JSON.
    {"get_json_object(j, '$.a.b')", "json_extract_string(j, '$.a.b')"},
    {"json_array_length(ja)", "json_array_length(ja)"},
    {"to_json(r)", "to_json(r)"},
    // Arrays, maps and structs.
    {"size(a)", "len(a)"},
    {"a[1]", "a[2]"},
    {"element_at(a, -1)", "a[-1]"},
    {"array_contains(a, 5)", "list_contains(a, 5)"},
    {"array_distinct(a)", "list_distinct(a)"},
    {"sort_array(a)", "list_sort(a)"},
    {"array_max(a)", "list_max(a)"},
    {"array_position(a, 5)", "list_position(a, 5)"},
    {"array_union(a, a)", "list_distinct(list_concat(a, a))"},
    {"array_intersect(a, array(1L, 2L))", "list_intersect(a, [1, 2])"},
    {"array_except(a, array(1L, 2L))", "list_filter(a, lambda v: NOT list_contains([1, 2], v))"},
    // Of arrays in arrays, for which there is no native function.
    {"array_contains(n, array(3L))", "list_contains(n, [3])"},
    {"array_distinct(n)", "list_distinct(n)"},
    {"array_union(n, n)", "list_distinct(list_concat(n, n))"},
    {"array_except(n, array(a))", "list_filter(n, lambda v: NOT list_contains([a], v))"},
    {"array_repeat(a, 3)", "repeat([a], 3)"},
    {"arrays_overlap(a, array(1L, 2L))", "list_has_any(a, [1, 2])"},
    {"array_remove(a, 5)", "list_filter(a, lambda v: v <> 5)"},
    {"array_join(w, '-')", "array_to_string(w, '-')"},
    {"slice(a, 1, 2)", "a[1:2]"},
    {"flatten(array(a, a))", "flatten([a, a])"},
    {"reverse(a)", "list_reverse(a)"},
    {"concat(a, a)", "list_concat(a, a)"},
    {"array_repeat(l, 3)", "repeat([l], 3)"},
    {"array_append(a, 5L)", "list_append(a, 5)"},
    {"sequence(1, 5)", "range(1, 6)"},
    {"transform(a, v -> v + 1)", "list_transform(a, lambda v: v + 1)"},
    {"filter(a, v -> v > 3)", "list_filter(a, lambda v: v > 3)"},
    {"exists(a, v -> v > 3)", "len(list_filter(a, lambda v: v > 3)) > 0"},
    {"aggregate(a, 0L, (p, v) -> p + v)", "list_reduce(a, lambda p, v: p + v)",
     "where the function names columns, each element carries them"},
    {"zip_with(a, a, (p, v) -> p + v)", "list_transform(list_zip(a, a), lambda v: v[1] + v[2])"},
    {"m['a']", "m['a']"},
    {"map_keys(m)", "map_keys(m)"},
    {"map_filter(m, (k, v) -> v > 3)",
     "map_from_entries(list_filter(map_entries(m), lambda e: e.value > 3))"},
    {"map_concat(m, map('z', 1L))", "map_concat(m, MAP {'z': CAST(1 AS BIGINT)})",
     "of any type, so a macro; a key that is there twice is told"},
    {"map_from_arrays(w, w)", "map(list_distinct(w), list_distinct(w))"},
    {"r.p", "r.p"},
    {"named_struct('p', l, 's', s)", "{'p': l, 's': s}"},
    // Conditions.
    {"coalesce(l, 0)", "coalesce(l, 0)"},
    {"if(l > 5, s, ns)", "CASE WHEN l > 5 THEN s ELSE ns END"},
    {"CASE l % 3 WHEN 0 THEN s WHEN 1 THEN ns ELSE ts END",
     "CASE l % 3 WHEN 0 THEN s WHEN 1 THEN ns ELSE ts END"},
    {"l BETWEEN 3 AND 9", "l BETWEEN 3 AND 9"},
    {"ns = l", "TRY_CAST(ns AS BIGINT) = l"},
    {"ts < tm", "TRY_CAST(ts AS TIMESTAMP) < tm"},
};

double cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

class Engine {
 public:
  Engine() {
    duckdb_open(nullptr, &database_);
    duckdb_connect(database_, &connection_);
    if (!engine::add_spark_functions(connection_)) std::puts("no functions");
    run("SET threads = 1");
    // Each hundredth row has NULLs, so that none is known to be without.
    run("CREATE TABLE t AS SELECT CASE WHEN i % 100 > 0 THEN i * 7919 % 1000003 END AS l, "
        "CASE WHEN i % 100 > 0 THEN (i * 7919 % 1000003) / 97.0 - 1000 END AS x, "
        "CAST(x AS DECIMAL(12,2)) AS c, "
        "TIMESTAMP '2020-01-01' + to_seconds(l * 101) AS tm, CAST(tm AS DATE) AS day, "
        "strftime(tm, '%Y-%m-%d %H:%M:%S') AS ts, strftime(tm, '%Y-%m-%d') AS ds, "
        "CAST(l AS VARCHAR) AS ns, CAST(x AS VARCHAR) AS xs, "
        "CASE WHEN i % 100 > 0 THEN 'the quick ' || (i % 97) || ' brown' END AS s, "
        "base64(encode(s)) AS bs, 'https://example.com:80/' || ns || '?a=b#c' AS u, "
        "'{\"a\":{\"b\":' || ns || '},\"c\":\"' || s || '\"}' AS j, '[1,' || ns || ',3]' AS ja, "
        "[l % 10, l % 7, l % 5, 3] AS a, [a, [3]] AS n, [s, ns] AS w, MAP {'a': l, 'b': l % 10} AS "
        "m, "
        "{'p': l, 's': s} AS r FROM range(" +
        std::to_string(rows) + ") AS rows(i)");
    const auto type = dialect::parse_type_ddl(
        "l BIGINT, x DOUBLE, c DECIMAL(12,2), tm TIMESTAMP, day DATE, ts STRING, ds STRING, ns "
        "STRING, xs STRING, s STRING, bs STRING, u STRING, j STRING, ja STRING, a ARRAY<BIGINT>, "
        "n ARRAY<ARRAY<BIGINT>>, w "
        "ARRAY<STRING>, m MAP<STRING, BIGINT>, r STRUCT<p: BIGINT, s: STRING>");
    relations_.push_back({"t", *type});
  }
  ~Engine() {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }

  /// The SQL that answers a query of Spark; nullopt where it is refused.
  std::optional<std::string> translated(const std::string& query) {
    const auto translation = dialect::translate(query, relations_);
    if (!translation) {
      std::printf("%s: %s\n", query.c_str(), translation.error().message.c_str());
      return std::nullopt;
    }
    return dialect::prelude_of(translation->sql) + translation->sql;
  }

  bool run(const std::string& sql) {
    duckdb_result result;
    const bool done = duckdb_query(connection_, sql.c_str(), &result) == DuckDBSuccess;
    if (!done) std::printf("%s: %s\n", sql.c_str(), duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return done;
  }

  /// Nanoseconds of one run, the best of several; nullopt where DuckDB refuses it.
  std::optional<double> cost(const std::string& sql) {
    double best = 1e18;
    for (int round = 0; round < rounds; ++round) {
      const double begin = cpu_ns();
      if (!run(sql)) return std::nullopt;
      best = std::min(best, cpu_ns() - begin);
    }
    return best;
  }

  /// Nanoseconds of translating and planning, without running.
  double planning(const std::string& query) {
    double best = 1e18;
    for (int round = 0; round < rounds; ++round) {
      const double begin = cpu_ns();
      const auto sql = dialect::translate(query, relations_);
      if (!sql) return -1;
      const std::string macros = dialect::prelude_of(sql->sql);
      if (!macros.empty()) run(macros);
      duckdb_prepared_statement statement = nullptr;
      if (duckdb_prepare(connection_, sql->sql.c_str(), &statement) != DuckDBSuccess)
        std::printf("%s\n", duckdb_prepare_error(statement));
      duckdb_destroy_prepare(&statement);
      best = std::min(best, cpu_ns() - begin);
    }
    return best;
  }

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  dialect::Relations relations_;
};

std::string counted(std::string_view expression) {
  return "SELECT count(e) FROM (SELECT " + std::string(expression) + " AS e FROM t) AS q";
}

bool compared(Engine& engine, const Line& line) {
  const auto sql = engine.translated(counted(line.spark));
  const auto ours = sql ? engine.cost(*sql) : std::nullopt;
  if (!ours) return false;
  const auto theirs = line.duckdb.empty() ? std::nullopt : engine.cost(counted(line.duckdb));
  const double row = *ours / rows;
  const double nearest = theirs ? *theirs / rows : 0;
  const double ratio = theirs ? row / nearest : 0;
  const bool slow = theirs && ratio > ratio_max && row > too_short_ns;
  std::printf("%-48s %8.1f %8.1f %6.2f%s %s\n", std::string(line.spark).c_str(), row, nearest,
              ratio, slow && line.reason.empty() ? " SLOW" : "", std::string(line.reason).c_str());
  return !slow || !line.reason.empty();
}

}  // namespace

int main(int argc, char** argv) {
  Engine engine;
  const std::string_view word = argc > 1 ? argv[1] : "";
  std::printf("%-48s %8s %8s %6s\n", "function", "ns/row", "DuckDB", "ratio");
  bool fine = true;
  for (const Line& line : lines) {
    if (line.spark.find(word) != std::string_view::npos) fine = compared(engine, line) && fine;
  }
  std::string wide = "SELECT ";
  for (int i = 0; i < 500; ++i)
    wide += (i == 0 ? "" : ", ") + ("upper(s) || CAST(l + " + std::to_string(i)) +
            " AS STRING) AS c" + std::to_string(i);
  std::printf("planning SELECT 1: %.2f ms\n", engine.planning("SELECT 1") / 1e6);
  std::printf("planning 500 columns: %.2f ms\n", engine.planning(wide + " FROM t") / 1e6);
  return fine ? 0 : 1;
}
