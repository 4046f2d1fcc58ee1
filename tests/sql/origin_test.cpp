// The origin that a translated query gives each row of its result: cases written out, and queries
// put together at random, whose origins are found otherwise: by asking the same query, without
// origins, of ever more records.

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "answers.hpp"
#include "engine.hpp"

namespace weir::sql_test {

namespace {

namespace json = boost::json;

constexpr int records = 24;  // of each of the two tables
constexpr dialect::Options with_origin{.origin = true};

/// Two files' tables, s (k, v, a) with the origins 1, 3, 5, ... and o (k, w) with 2, 4, 6, ...
class Origins : public testing::Test {
 protected:
  Origins() {
    engine_.run(
        "CREATE TABLE all_s AS SELECT i % 5 AS k, i % 3 AS v, "
        "range(i % 3) AS a, (2 * i + 1)::UHUGEINT AS weir_origin FROM range(" +
        std::to_string(records) + ") AS r(i)");
    engine_.run(
        "CREATE TABLE all_o AS SELECT i % 7 AS k, i % 4 AS w, "
        "(2 * i + 2)::UHUGEINT AS weir_origin FROM range(" +
        std::to_string(records) + ") AS r(i)");
    show("true");
  }

  void show(const std::string& condition) {
    engine_.create("s", "STRUCT<k: BIGINT, v: BIGINT, a: ARRAY<BIGINT>>",
                   "SELECT * FROM all_s WHERE " + condition);
    engine_.create("o", "STRUCT<k: BIGINT, w: BIGINT>", "SELECT * FROM all_o WHERE " + condition);
  }

  // Each row with its origin behind it.
  std::vector<json::array> rows_of(const std::string& query) {
    const Engine::Outcome outcome = engine_.ask(query, with_origin);
    EXPECT_TRUE(outcome.answer) << query << "\n" << outcome.message;
    if (!outcome.answer) return {};
    std::vector<json::array> rows = outcome.answer->rows;
    for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i].push_back(outcome.origins[i]);
    return rows;
  }

  void expect_rows(const std::string& query, std::string_view expected) {
    const json::value value = json::parse(expected);
    std::vector<json::array> rows;
    for (const json::value& row : value.as_array())
      rows.push_back(row.as_array());
    const std::vector<json::array> ours = rows_of(query);
    EXPECT_TRUE(same_bag(ours, rows)) << query << "\n" << listed(ours);
  }

  std::map<std::string, std::vector<std::uint64_t>> origins_by_row(const std::string& query) {
    std::map<std::string, std::vector<std::uint64_t>> found;
    for (json::array& row : rows_of(query)) {
      const auto origin = row.back().is_null() ? 0 : row.back().to_number<std::uint64_t>();
      row.pop_back();
      found[json::serialize(row)].push_back(origin);
    }
    for (auto& [row, origins] : found)
      std::sort(origins.begin(), origins.end());
    return found;
  }

  std::map<std::string, std::size_t> counted_rows(const std::string& query) {
    const Engine::Outcome outcome = engine_.ask(query);
    EXPECT_TRUE(outcome.answer) << query << "\n" << outcome.message;
    std::map<std::string, std::size_t> found;
    if (!outcome.answer) return found;
    for (const json::array& row : outcome.answer->rows)
      ++found[json::serialize(row)];
    return found;
  }

  Engine engine_;
};

TEST_F(Origins, ARowOfOneRecordKeepsThatRecords) {
  expect_rows("SELECT k FROM s WHERE k = 4 AND v = 1", "[[4, 9], [4, 39]]");
  expect_rows("SELECT k AS weir_origin FROM s WHERE k = 4 AND v = 1", "[[4, 9], [4, 39]]");
  expect_rows("SELECT t.x FROM (SELECT k AS x, v FROM s) t WHERE x = 4 AND v = 1",
              "[[4, 9], [4, 39]]");
  expect_rows(
      "WITH q AS (SELECT k, v FROM s), r AS (SELECT * FROM q WHERE k = 4) "
      "SELECT v FROM r WHERE v = 1",
      "[[1, 9], [1, 39]]");
  expect_rows("SELECT e FROM s LATERAL VIEW explode(a) x AS e WHERE k = 0 AND v = 2",
              "[[0, 11], [1, 11], [0, 41], [1, 41]]");
  expect_rows("SELECT k, explode_outer(a) AS e FROM s WHERE k = 0 AND v = 0",
              "[[0, null, 1], [0, null, 31]]");
  expect_rows("SELECT k, row_number() OVER (ORDER BY v, k DESC) AS n FROM s ORDER BY n LIMIT 1",
              "[[4, 1, 19]]");
  expect_rows("SELECT k, (SELECT max(w) FROM o WHERE o.k = s.k) AS m FROM s WHERE k = 4 AND v = 1",
              "[[4, 3, 9], [4, 3, 39]]");
  expect_rows("SELECT k FROM s WHERE v = 1 AND k IN (SELECT w + 3 FROM o)",
              "[[3, 27], [4, 9], [4, 39]]");
  expect_rows("SELECT k FROM s LEFT SEMI JOIN o ON s.k = o.k + 4 WHERE v = 1", "[[4, 9], [4, 39]]");
}

TEST_F(Origins, ARowOfSeveralRecordsHasTheirGreatest) {
  expect_rows("SELECT s.k, w FROM s JOIN o ON s.k = o.k WHERE s.k = 4 AND v = 1 AND w = 0",
              "[[4, 0, 10], [4, 0, 39]]");
  expect_rows(
      "SELECT o.k, s.k FROM o LEFT JOIN s ON s.k = o.k AND s.v = 1 "
      "WHERE o.k IN (4, 6) AND w = 0",
      "[[4, 4, 10], [4, 4, 39], [6, null, 42]]");
  expect_rows("SELECT o.k, s.k FROM o LEFT JOIN s ON s.k = o.k WHERE o.k = 6 AND w = 1",
              "[[6, null, 28]]");
  expect_rows("SELECT k, count(*) AS n FROM s GROUP BY k HAVING k > 2", "[[3, 5, 47], [4, 4, 39]]");
  expect_rows("SELECT count(*) FROM s JOIN o ON s.k = o.k WHERE s.k = 2", "[[20, 48]]");
  expect_rows("SELECT count(*) FROM s WHERE k = 99", "[[0, null]]");
  expect_rows("SELECT DISTINCT v FROM s", "[[0, 43], [1, 45], [2, 47]]");
  expect_rows("SELECT DISTINCT v, v FROM s ORDER BY 1 DESC LIMIT 1", "[[2, 2, 47]]");
  expect_rows("SELECT DISTINCT count(*) AS n FROM s GROUP BY v", "[[8, 47]]");
  expect_rows("SELECT DISTINCT rank() OVER (ORDER BY v) AS r FROM s",
              "[[1, 43], [9, 45], [17, 47]]");
}

TEST_F(Origins, OfSetOperations) {
  expect_rows(
      "SELECT v FROM s WHERE k = 4 AND v = 1 UNION ALL SELECT w FROM o WHERE w = 1 AND k = 1",
      "[[1, 4], [1, 9], [1, 39]]");
  expect_rows("SELECT v FROM s UNION SELECT w FROM o", "[[0, 43], [1, 45], [2, 47], [3, 48]]");
  expect_rows("SELECT v FROM s UNION ALL SELECT w FROM o WHERE false UNION SELECT 7",
              "[[0, 43], [1, 45], [2, 47], [7, null]]");
  expect_rows("SELECT v FROM s INTERSECT SELECT w FROM o", "[[0, 43], [1, 45], [2, 47]]");
  expect_rows("SELECT w FROM o EXCEPT SELECT v FROM s", "[[3, 48]]");
  expect_rows(
      "SELECT v, NULL AS n FROM s INTERSECT SELECT w * 1.0, NULL FROM o EXCEPT SELECT 2, NULL",
      R"([["0.0", null, 43], ["1.0", null, 45]])");
  // 8 rows of each v, 6 of each w.
  expect_rows("SELECT v FROM s WHERE v = 0 EXCEPT ALL SELECT w FROM o", "[[0, 37], [0, 43]]");
  expect_rows("SELECT v FROM s WHERE v = 0 INTERSECT ALL SELECT w FROM o WHERE k < 2 AND w = 0",
              "[[0, 43], [0, 37]]");
}

TEST_F(Origins, ARowOfNoRecordHasNone) {
  expect_rows("SELECT 1", "[[1, null]]");
  expect_rows("SELECT * FROM VALUES (1), (2) AS t(x)", "[[1, null], [2, null]]");
  expect_rows("SELECT max(x) FROM VALUES (1), (2) AS t(x)", "[[2, null]]");
  expect_rows("SELECT x, k FROM VALUES (1) AS t(x) CROSS JOIN s WHERE k = 4 AND v = 1",
              "[[1, 4, 9], [1, 4, 39]]");
}

// A user's names are never those of the columns that carry origins.
TEST_F(Origins, NoNameCollides) {
  engine_.create("n",
                 "STRUCT<weir_origin: STRING, WEIR_ORIGIN_: STRING, weir_left: STRING, v_pair: "
                 "STRING, weir_file: STRING>",
                 "SELECT 'a' AS weir_origin, 'b' AS weir_origin_, 'c' AS weir_left, 'd' AS v_pair, "
                 "'e' AS weir_file, 'f.ndjson' AS weir_file_, 5::UHUGEINT AS weir_origin__");
  const std::string row = R"("a", "b", "c", "d", "e")";
  const std::string expected = "[[" + row + ", 5]]";
  for (const char* query :
       {"SELECT * FROM n", "SELECT DISTINCT * FROM n", "SELECT * FROM n UNION SELECT * FROM n",
        "SELECT * FROM (SELECT * FROM n INTERSECT ALL SELECT * FROM n) EXCEPT ALL "
        "SELECT 'x', 'x', 'x', 'x', 'x'"})
    expect_rows(query, expected);
  expect_rows("SELECT _file, weir_file FROM n", R"([["f.ndjson", "e", 5]])");
}

class HiddenColumns : public Origins {
 protected:
  HiddenColumns() {
    engine_.create("f", "STRUCT<x: BIGINT, a: ARRAY<BIGINT>>",
                   "SELECT 7 AS x, [1, 2] AS a, " + hidden("'a.ndjson'"));
    engine_.create("g", "STRUCT<x: BIGINT, _file: STRING>",
                   "SELECT 7 AS x, 'own' AS _file, " + hidden("'b.ndjson'"));
  }

  static std::string hidden(const std::string& file) {
    return "1::UHUGEINT AS weir_origin, " + file +
           " AS weir_file, 3::BIGINT AS weir_row, TIMESTAMP '2024-01-31 10:00:00.5' AS "
           "weir_received_at, 'r1' AS weir_request_id";
  }
};

TEST_F(HiddenColumns, AreReadByTheirNames) {
  const auto outcome = engine_.ask("SELECT _file, f._row, `_RECEIVED_AT`, _request_id FROM f");
  ASSERT_TRUE(outcome.answer) << outcome.message;
  const std::vector<std::string> types{"string", "bigint", "timestamp", "string"};
  for (std::size_t i = 0; i < types.size(); ++i)
    EXPECT_EQ(outcome.translation->columns[i].type.spark_name(), types[i]);
  expect_rows("SELECT _file, f._row, _received_at, _request_id FROM f",
              R"([["a.ndjson", 3, "2024-01-31 10:00:00.500000", "r1", 1]])");
  expect_rows(
      "SELECT _row FROM f WHERE _file LIKE 'a%' GROUP BY _row HAVING _row > 0 ORDER BY _row",
      "[[3, 1]]");
  expect_rows("SELECT _row + e AS n FROM f LATERAL VIEW explode(a) v AS e WHERE f._row = 3",
              "[[4, 1], [5, 1]]");
}

TEST_F(HiddenColumns, AreInNoStar) {
  expect_rows("SELECT *, _row FROM f", "[[7, [1, 2], 3, 1]]");
  expect_rows("SELECT f.*, _row FROM f", "[[7, [1, 2], 3, 1]]");
  expect_rows("SELECT *, t._row FROM f AS t(p, q)", "[[7, [1, 2], 3, 1]]");
  expect_rows("SELECT * FROM (SELECT * FROM f WHERE _row = 3)", "[[7, [1, 2], 1]]");
  expect_rows("SELECT *, f._row FROM f NATURAL JOIN g", R"([[7, [1, 2], "own", 3, 1]])");
}

TEST_F(HiddenColumns, ColumnsAndAliasesOfTheirNamesAreMeantFirst) {
  expect_rows("SELECT _file, g._file FROM g", R"([["own", "own", 1]])");
  expect_rows("SELECT _file, f._file FROM f JOIN g ON f.x = g.x", R"([["own", "a.ndjson", 1]])");
  expect_rows("SELECT x AS _file, _file + 1 AS y FROM f", "[[7, 8, 1]]");
  expect_rows("SELECT _row FROM (SELECT x AS _row FROM f)", "[[7, 1]]");
  expect_rows("SELECT x, (SELECT max(_row) FROM g WHERE g._row = f._row) AS m FROM f",
              "[[7, 3, 1]]");
}

TEST_F(HiddenColumns, AreOfTheFilesTableOnly) {
  EXPECT_NE(engine_.ask("SELECT _row FROM (SELECT x FROM f)").message.find("the table of a file"),
            std::string::npos);
  EXPECT_NE(engine_.ask("SELECT _row FROM f JOIN g ON f.x = g.x").message.find("ambiguous"),
            std::string::npos);
}

// What is added for origins takes DuckDB no more than a moment to plan, in the longest queries too.
TEST_F(Origins, LongQueriesStillRun) {
  const auto chain = [](const std::string& op, int length) {
    std::string query = "SELECT v FROM s";
    for (int i = 0; i < length; ++i)
      query += op + "SELECT w FROM o";
    return query;
  };
  for (const char* op : {" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT "})
    EXPECT_TRUE(engine_.ask(chain(op, 100), with_origin).answer) << op;
  for (const char* op : {" EXCEPT ALL ", " INTERSECT ALL "})
    EXPECT_TRUE(engine_.ask(chain(op, 10), with_origin).answer) << op;
  std::string joins = "SELECT 1 FROM s t0";
  for (int i = 1; i < 40; ++i)
    joins += " JOIN s t" + std::to_string(i) + " ON t0.k = t" + std::to_string(i) + ".k AND false";
  EXPECT_TRUE(engine_.ask(joins, with_origin).answer);
}

// DuckDB would plan them for days.
TEST_F(Origins, GroupsInsideGroupsAreBounded) {
  for (const auto& [before, behind] :
       {std::pair("SELECT DISTINCT v FROM (", ")"), std::pair("SELECT v FROM (", ") GROUP BY v"),
        std::pair("SELECT max(v) AS v FROM s WHERE v IN (", ")"),
        std::pair("SELECT v, rank() OVER (ORDER BY v) FROM (", ")")}) {
    std::string query = "SELECT v FROM s";
    for (int i = 0; i < 12; ++i)
      query = before + query + behind;
    const auto outcome = engine_.ask(query, with_origin);
    EXPECT_TRUE(outcome.answer) << before << outcome.message;
    for (int i = 0; i < 8; ++i)
      query = before + query + behind;
    for (const dialect::Options options : {dialect::Options(), with_origin}) {
      EXPECT_NE(engine_.ask(query, options).message.find("levels of groups"), std::string::npos);
    }
  }
}

/// Puts queries together. Each piece gives columns c0 and c1.
class Pieces {
 public:
  explicit Pieces(std::uint32_t seed) : random_(seed) {}

  // A row comes of one record of each table behind FROM.
  std::string combining(int depth = 0) {
    const std::string filter = one({"", " WHERE c0 <> 1", " WHERE c1 IS NOT NULL AND c0 < 4"});
    const std::string inner =
        depth > 2 ? basic()
                  : one({basic(), basic(), combining(depth + 1),
                         combining(depth + 1) + " UNION ALL " + combining(depth + 1)});
    if (one({"", "with"}).empty()) return "SELECT c0, c1 FROM (" + inner + ") q" + filter;
    return "SELECT c1 AS c0, c0 AS c1 FROM (WITH q AS (" + inner + ") SELECT * FROM q)" + filter;
  }

  // Rows of several records become one; whether there is one does not depend on what else there is.
  std::string grouping() {
    return one({"SELECT DISTINCT c0, c1 FROM (" + combining() + ")",
                "SELECT c0, c1 FROM (" + combining() + ") GROUP BY c0, c1",
                combining() + " UNION " + combining(),
                combining() + " UNION ALL " + combining() + " UNION " + combining(),
                "SELECT c1, c1 AS c0 FROM (" + combining() + ") GROUP BY c1"});
  }

 private:
  std::string basic() {
    return one({"SELECT k AS c0, v AS c1 FROM s", "SELECT k AS c0, w AS c1 FROM o",
                "SELECT s.k AS c0, w AS c1 FROM s JOIN o ON s.k = o.k AND v = w",
                "SELECT k AS c0, e AS c1 FROM s LATERAL VIEW explode(a) x AS e",
                "SELECT k AS c0, explode_outer(a) AS c1 FROM s",
                "SELECT v + 1 AS c0, w AS c1 FROM o JOIN s USING (k)"});
  }

  std::string one(const std::vector<std::string>& of) { return of[random_() % of.size()]; }

  std::mt19937 random_;
};

std::uint32_t seed() {
  const char* given = std::getenv("WEIR_SEED");
  return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                          : std::random_device{}();
}

// A row that two records make is there once both are. A query without grouping asked of the first n
// records thus has its rows with origins up to n, and each more at n + 1 is one of origin n + 1.
TEST_F(Origins, OfCombiningQueriesAreThoseAtWhichTheRowsAppear) {
  const std::uint32_t number = seed();
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(number));
  Pieces pieces(number);
  for (int i = 0; i < 12; ++i) {
    const std::string query = pieces.combining();
    show("true");
    const auto ours = origins_by_row(query);
    std::map<std::string, std::vector<std::uint64_t>> theirs;
    for (std::uint64_t n = 1; n <= 2 * records; ++n) {
      show("weir_origin <= " + std::to_string(n));
      for (const auto& [row, count] : counted_rows(query))
        theirs[row].resize(count, n);
    }
    EXPECT_EQ(ours, theirs) << query;
  }
}

// A row that stands for several is there as long as the last of them is.
TEST_F(Origins, OfGroupingQueriesAreThoseWithWhichTheRowsGo) {
  const std::uint32_t number = seed();
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(number));
  Pieces pieces(number);
  for (int i = 0; i < 24; ++i) {
    const std::string query = pieces.grouping();
    if (query.find("JOIN") != std::string::npos)
      continue;  // a row of two records goes with the first
    show("true");
    const auto ours = origins_by_row(query);
    std::map<std::string, std::vector<std::uint64_t>> theirs;
    for (std::uint64_t n = 1; n <= 2 * records; ++n) {
      show("weir_origin >= " + std::to_string(n));
      for (const auto& [row, count] : counted_rows(query))
        theirs[row] = {n};
    }
    EXPECT_EQ(ours, theirs) << query;
  }
}

// Which rows a query gives must not depend on the order in which the engine meets them: the tables'
// rows lie in another order each time, and two threads read them.
class EngineOrder : public testing::Test {
 protected:
  EngineOrder() { engine_.run("SET threads = 2"); }

  void shuffle(int round) {
    const std::string by = " ORDER BY hash(i + 1000 * " + std::to_string(round) + ")";
    engine_.create(
        "a", "STRUCT<id: BIGINT, k: BIGINT, g: BIGINT, s: STRING, t: ARRAY<BIGINT>>",
        "SELECT i AS id, i % 97 AS k, i % 7 AS g, 's' || (i % 13) AS s, "
        "[i % 3, 1, i % 2, 1] AS t, i::UHUGEINT AS weir_origin FROM range(20000) AS r(i)" +
            by);
    engine_.create("b", "STRUCT<k: BIGINT, w: BIGINT>",
                   "SELECT i % 50 AS k, i % 11 AS w, (30000 + i)::UHUGEINT AS weir_origin "
                   "FROM range(200) AS r(i)" +
                       by);
  }

  Engine engine_;
};

TEST_F(EngineOrder, DecidesNothing) {
  const std::vector<std::string> queries{
      "SELECT k, s FROM a UNION SELECT k, CAST(w AS STRING) FROM b",
      "SELECT id, k FROM a LIMIT 17",
      "SELECT id, g FROM a ORDER BY g LIMIT 50 OFFSET 3",
      "SELECT DISTINCT k, g FROM a LIMIT 20",
      "SELECT a.id, b.w FROM a JOIN b ON a.k = b.k LIMIT 100",
      "SELECT id, e FROM a LATERAL VIEW explode(t) x AS e ORDER BY e LIMIT 33",
      "SELECT id, row_number() OVER (PARTITION BY k ORDER BY g) AS n FROM a",
      "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY g DESC) AS n FROM a) "
      "WHERE n = 1",
      "SELECT id, p, e, row_number() OVER (ORDER BY e) AS n FROM a LATERAL VIEW posexplode(t) x AS "
      "p, e",
      "SELECT a.id, w, row_number() OVER (ORDER BY a.k) AS n FROM a JOIN b ON a.k = b.k",
      "SELECT id, ntile(7) OVER (ORDER BY g) AS n, rank() OVER (ORDER BY g) AS r FROM a",
      "SELECT id, lag(id) OVER (ORDER BY g) AS b, lead(s, 2) OVER (PARTITION BY s ORDER BY k) AS l "
      "FROM a",
      "SELECT id, sum(id) OVER (ORDER BY g ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS n FROM a",
      "SELECT id, first_value(id) OVER (PARTITION BY k ORDER BY g) AS f, last_value(id) OVER "
      "(PARTITION BY k ORDER BY g) AS l, first(s) OVER (PARTITION BY g) AS w FROM a",
      "SELECT id, collect_list(id) OVER (PARTITION BY k ORDER BY g) AS l FROM a WHERE id < 3000",
      "SELECT k, first(id) AS f, last(s) AS l, any_value(g) AS v, first(s, true) AS n FROM a "
      "GROUP BY k",
      "SELECT k, collect_list(id) AS l, collect_set(s) AS c, collect_list(DISTINCT g) AS d FROM a "
      "GROUP BY k",
      "SELECT k, count(*) AS c, row_number() OVER (ORDER BY count(*)) AS n FROM a GROUP BY k",
      "SELECT a.k, w, row_number() OVER (ORDER BY max(a.g) DESC) AS n FROM a JOIN b ON a.k = b.k "
      "GROUP BY a.k, w ORDER BY n + 1 LIMIT 30",
      "WITH q AS (SELECT g, w FROM a JOIN b ON a.k = b.k LIMIT 500) SELECT g, w FROM q EXCEPT ALL "
      "SELECT g, w FROM q WHERE w < 4 UNION ALL SELECT g, k FROM a LIMIT 400",
  };
  std::vector<std::string> first(queries.size());
  for (int round = 0; round < 5; ++round) {
    shuffle(round);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const std::string digest = engine_.digest(queries[i], with_origin);
      if (round == 0) first[i] = digest;
      EXPECT_EQ(digest, first[i]) << queries[i];
    }
  }
}

// In memory rows keep their order, so what the origins decide shows as that order.
TEST_F(Origins, DecideWhereTheQueryDoesNot) {
  expect_rows("SELECT k FROM s LIMIT 2", "[[0, 1], [1, 3]]");
  expect_rows("SELECT v, k FROM s ORDER BY v DESC LIMIT 2", "[[2, 2, 5], [2, 0, 11]]");
  expect_rows("SELECT k, v FROM (SELECT k, v FROM s ORDER BY v DESC, k) LIMIT 2",
              "[[0, 2, 11], [0, 2, 41]]");
  expect_rows(
      "WITH q AS (SELECT v, k FROM s ORDER BY k DESC LIMIT 3) SELECT first(v), last(v) FROM q "
      "WHERE v < 2",
      "[[1, 0, 19]]");
  expect_rows("SELECT x FROM VALUES (2), (1), (3) AS t(x) LIMIT 2", "[[2, null], [1, null]]");
  expect_rows("SELECT v, first(k) AS f, last(k) AS l FROM s GROUP BY v",
              "[[0, 0, 1, 43], [1, 1, 2, 45], [2, 2, 3, 47]]");
  expect_rows("SELECT collect_list(k) AS l FROM s WHERE v = 1", "[[[1, 4, 2, 0, 3, 1, 4, 2], 45]]");
  expect_rows(
      "SELECT '\x01\\'\"\x01' AS `\x01'\"\x01`, row_number() OVER (ORDER BY v) AS n FROM s "
      "ORDER BY n DESC LIMIT 1",
      R"([["\u0001'\"\u0001", 24, 47]])");
}

}  // namespace

}  // namespace weir::sql_test
