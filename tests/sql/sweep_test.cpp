// No function of the dialect may fail while a query runs, where Spark does not: one odd value would
// stop a whole load. Each function is tried with arguments of all types, over a table of hostile
// values. What the dialect refuses is well; what it takes must give what Spark gave when it was
// asked (sweep.test), and must not fail where Spark was not asked yet. The functions come from the
// dialect's own registry, so that a new one is tried by itself.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "answers.hpp"
#include "engine.hpp"
#include "engine/dialect/functions.hpp"
#include "test_file.hpp"

namespace weir::sql_test {

namespace {

namespace json = boost::json;

constexpr std::string_view sweep_path = WEIR_SQL_TESTS "/sweep.test";

// Columns of hostile values, and texts and numbers as they are written where a function wants them
// written. The first argument goes through all, the others through fewer.
constexpr std::string_view columns[] = {"s", "d", "l", "n", "c", "o", "t", "dt", "b", "a", "m"};
constexpr std::string_view written[] = {"'YEAR'", "'\\\\b'", "'%10s|'"};
constexpr std::string_view seconds[] = {"s",
                                        "l",
                                        "n",
                                        "d",
                                        "dt",
                                        "t",
                                        "a",
                                        "'b+'",
                                        "2",
                                        "'utf-8'",
                                        "'yyyy-MM-dd'",
                                        "'S9,999.99'",
                                        "'a INT, b DATE'"};
constexpr std::string_view thirds[] = {"s", "n", "'a'", "2", "-1"};
constexpr std::size_t calls_max = 6;  // of one function with two or with three arguments

// Another value each time.
const std::set<std::string_view> random{"rand",
                                        "random",
                                        "uuid",
                                        "current_date",
                                        "curdate",
                                        "current_timestamp",
                                        "now",
                                        "localtimestamp",
                                        "unix_timestamp()",
                                        "to_unix_timestamp()"};

// Where we differ: Spark's first and last microsecond are NULL, since DuckDB keeps none before
// 290309-12-22 BC and takes the last for infinity, and its first and last day likewise; Spark's
// TRANSLATE takes a NUL for "nothing"; its sums of decimals may leave 38 digits on their way.
const std::set<std::string_view> edges{"+294247-01-10 04:00:54.775807",
                                       "-290308-12-21 19:59:05.224192", "+5881580-07-11",
                                       "-5877641-06-23"};
const std::set<std::string_view> differing{
    "translate(s, s, s)", "sum(c)", "avg(c)", "mean(c)", "try_sum(l)", "try_sum(c)", "try_avg(c)",
    // What is left of a difference of large numbers depends on the order of additions.
    "skewness(l)", "skewness(n)", "regr_intercept(l, l)"};

// Several values are as right: of rows that tie; and the true count, where Spark's is near it.
const std::set<std::string_view> of_ties{"mode", "min_by", "max_by", "approx_count_distinct"};

// The row whose text is a time alone, which is one of today where a moment is asked for.
constexpr std::int64_t time_alone = 34;
const std::set<std::string_view> of_today{"date_format(s, 'yyyy-MM-dd')",
                                          "date_trunc('YEAR', s)",
                                          "months_between(s, dt)",
                                          "months_between(t, s)",
                                          "months_between(dt, s)",
                                          "timestamp(s)",
                                          "to_timestamp(s)",
                                          "to_timestamp_ltz(s)",
                                          "try_to_timestamp(s)"};

// Spark ends where these are to make two gigabytes.
const std::set<std::string_view> long_texts{
    "lpad", "rpad", "repeat", "space", "array_repeat", "array_insert", "sequence", "format_number"};

constexpr std::string_view source =
    "(SELECT i, s, d, l, n, c, o, CAST(sec AS TIMESTAMP) AS t, date_add(DATE '1970-01-01', day) AS "
    "dt, CAST(s AS BINARY) AS b, array(s, NULL, 'a') AS a, map('k', s) AS m FROM h)";

std::string query_of(const std::string& call, bool aggregate) {
  return aggregate ? "SELECT " + call + " AS r FROM " + std::string(source)
                   : "SELECT i, " + call + " AS r FROM " + std::string(source);
}

/// The queries of one call that the dialect takes. What it gives is compared as text where it is
/// time, since not all of Spark's times can be shown otherwise.
class Sweep : public testing::Test {
 protected:
  Sweep() {
    const std::vector<Block> blocks = read_test_file(std::string(sweep_path));
    table_ = blocks.at(0);
    engine_.load(table_);
    for (const Block& block : blocks) {
      if (block.kind == Block::Kind::swept) recorded_[block.text()] = block.tail;
    }
  }

  void try_call(const std::string& name, const std::string& arguments, bool aggregate,
                std::size_t& taken) {
    const std::string call = name + "(" + arguments + ")";
    std::string query = query_of(call, aggregate);
    Engine::Outcome outcome = engine_.ask(query);
    if (!outcome.translation) return;
    const std::string type = outcome.translation->columns.back().type.spark_name();
    if (type == "date" || type == "timestamp") {
      query = query_of("CAST(" + call + " AS STRING)", aggregate);
      outcome = engine_.ask(query);
    }
    ++taken;
    ++calls_;
    const auto known = recorded_.find(query + "\n");
    const bool fails =
        known != recorded_.end() && known->second == std::vector<std::string>{"fails"};
    if (long_texts.count(name) == 0)
      swept_.push_back(
          {call, query, known == recorded_.end() ? std::vector<std::string>() : known->second});
    if (!outcome.answer) {
      EXPECT_TRUE(fails) << call << ": " << outcome.message << "\n" << outcome.translation->sql;
      return;
    }
    if (fails || known == recorded_.end() || differing.count(call) > 0 || of_ties.count(name) > 0 ||
        random.count(name) > 0 || random.count(call) > 0)
      return;
    expect_same(call, *outcome.answer, known->second);
  }

  static void expect_same(const std::string& call, const Answer& answer,
                          const std::vector<std::string>& tail) {
    std::vector<json::array> spark;
    for (std::size_t i = 1; i < tail.size(); ++i)
      spark.push_back(json::parse(tail[i]).as_array());
    std::vector<json::array> ours = answer.rows;
    for (auto* rows : {&spark, &ours}) {
      for (json::array& row : *rows) {
        if (row.back().is_string() && edges.count(row.back().get_string()) > 0)
          row.back() = nullptr;
        if (call.starts_with("collect_set(")) put_in_order(row.back().as_array());
      }
      if (of_today.count(call) > 0)
        std::erase_if(*rows, [](const json::array& row) { return row.front() == time_alone; });
    }
    EXPECT_TRUE(same_bag(ours, spark)) << call << difference(spark, ours);
  }

  static void put_in_order(json::array& set) {
    std::sort(set.begin(), set.end(), [](const json::value& a, const json::value& b) {
      return json::serialize(a) < json::serialize(b);
    });
  }

  // The rows of one that the other has not.
  static std::string difference(const std::vector<json::array>& spark,
                                const std::vector<json::array>& ours) {
    std::string out;
    const auto add = [&out](const char* who, const auto& rows, const auto& others) {
      for (const json::array& row : rows) {
        if (std::none_of(others.begin(), others.end(),
                         [&row](const json::array& other) { return same_value(row, other); }))
          out += std::string("\n  ") + who + json::serialize(row);
      }
    };
    add("Spark  ", spark, ours);
    add("DuckDB ", ours, spark);
    return out;
  }

  void try_function(const std::string& name, bool aggregate) {
    const auto with = [](const std::string& before, std::string_view next) {
      return before + ", " + std::string(next);
    };
    std::vector<std::string> firsts(std::begin(columns), std::end(columns));
    std::size_t none = 0;
    try_call(name, "", aggregate, none);
    std::size_t one = 0;
    for (const std::string& first : firsts)
      try_call(name, first, aggregate, one);
    firsts.insert(firsts.end(), std::begin(written), std::end(written));
    std::size_t two = 0;
    std::size_t three = 0;
    for (const std::string& first : firsts) {
      std::size_t of_first = 0;  // so that no type of the first argument takes all places
      for (const std::string_view second : seconds) {
        if (of_first < 2 && two < calls_max)
          try_call(name, with(first, second), aggregate, of_first);
        std::size_t of_second = 0;
        for (const std::string_view third : thirds) {
          if (of_second < 1 && three < calls_max / 2)
            try_call(name, with(with(first, second), third), aggregate, of_second);
        }
        three += of_second;
      }
      two += of_first;
    }
  }

  void write() const {
    std::ofstream file{std::string(sweep_path) + ".new"};
    std::ifstream old{std::string(sweep_path)};
    for (std::string line; std::getline(old, line) && !line.starts_with("swept ");)
      file << line << "\n";
    for (const auto& [call, query, tail] : swept_) {
      file << "swept " << call << "\n" << query << "\n----\n";
      for (const std::string& line : tail)
        file << line << "\n";
      file << "\n";
    }
  }

  struct Swept {
    std::string call;
    std::string query;
    std::vector<std::string> tail;
  };
  Block table_;
  Engine engine_;
  std::map<std::string, std::vector<std::string>> recorded_;
  std::vector<Swept> swept_;
  std::size_t calls_ = 0;
};

TEST_F(Sweep, NoFunctionFailsOnAHostileValueAndEachAnswersAsSparkDoes) {
  // All of them take a sanitized build eight minutes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::size_t step = 4;
#else
  constexpr std::size_t step = 1;
#endif
  const std::vector<std::string> names = dialect::functions();
  for (std::size_t i = 0; i < names.size(); i += step)
    try_function(names[i], dialect::is_aggregate(names[i]));
  EXPECT_GT(calls_, names.size() / step);
  if (std::getenv("WEIR_SWEEP_WRITE") != nullptr) write();
}

TEST_F(Sweep, AMegabyteOfTextIsOneAnswerMore) {
  constexpr std::string_view big = "(SELECT repeat('é1 \\u0000', 262144) AS s)";
  for (const std::string& name : dialect::functions()) {
    for (const std::string_view arguments : {"s", "s, 2", "s, 'a'", "s, ' ', 'bb'", "2, s"}) {
      const std::string call = name + "(" + std::string(arguments) + ")";
      const auto outcome = engine_.ask("SELECT count(" + call + ") AS r FROM " + std::string(big));
      EXPECT_TRUE(!outcome.translation || outcome.answer) << call << ": " << outcome.message;
    }
  }
}

}  // namespace

}  // namespace weir::sql_test
