#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "answers.hpp"
#include "engine.hpp"
#include "engine/dialect/dialect.hpp"
#include "engine/functions/spark_functions.hpp"
#include "test_file.hpp"

namespace weir::sql_test {

namespace {

namespace json = boost::json;

std::vector<std::string> test_files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(WEIR_SQL_TESTS)) {
    if (entry.path().extension() == ".test" && entry.path().stem() != "sweep")  // sweep_test.cpp
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// One .test file on a DuckDB of its own.
class SqlFile : public testing::TestWithParam<std::string> {
 protected:
  void expect_answer(const Block& block, dialect::Options options) {
    const Engine::Outcome outcome = engine_.ask(block.text(), options);
    if (!outcome.answer) {
      ADD_FAILURE() << outcome.message << "\n"
                    << (outcome.translation ? outcome.translation->sql : "");
      return;
    }
    const Answer& answer = *outcome.answer;
    ASSERT_FALSE(block.tail.empty()) << "nothing is recorded; run tests/sql/record.py";
    expect_columns(block, answer, *outcome.translation);
    std::vector<json::array> expected;
    for (std::size_t i = 1; i < block.tail.size(); ++i) {
      expected.push_back(json::parse(block.tail[i]).as_array());
    }
    const bool same = block.kind != Block::Kind::ordered
                          ? same_bag(answer.rows, expected)
                          : std::equal(answer.rows.begin(), answer.rows.end(), expected.begin(),
                                       expected.end(), same_value);
    EXPECT_TRUE(same) << "Spark:\n"
                      << listed(expected) << "DuckDB:\n"
                      << listed(answer.rows) << outcome.translation->sql;
  }

  static void expect_columns(const Block& block, const Answer& answer,
                             const dialect::Translation& translated) {
    const json::array expected = json::parse(block.tail[0]).as_array();
    ASSERT_EQ(answer.columns.size(), expected.size());
    ASSERT_EQ(translated.columns.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const std::string name(expected[i].at(0).as_string());
      const std::string type(expected[i].at(1).as_string());
      EXPECT_EQ(answer.columns[i].first, name);
      EXPECT_EQ(translated.columns[i].name, name);
      EXPECT_EQ(translated.columns[i].type.spark_name(), type) << name;
      EXPECT_EQ(answer.columns[i].second, held_as(type)) << name;
    }
  }

  /// The name of what DuckDB keeps it in.
  static std::string held_as(std::string type) {
    for (const auto& [spark, held] :
         {std::pair("void", "string"), std::pair("timestamp_ntz", "timestamp"),
          std::pair("interval (year to month|year|month)", "int"),
          std::pair("interval [a-z]+( to [a-z]+)?", "bigint")})
      type = std::regex_replace(type, std::regex(spark), held);
    return type;
  }

  // What Spark refuses may be found out only while it runs; what we refuse never runs.
  void expect_refusal(const Block& block) {
    ASSERT_EQ(block.tail.size(), 1U) << "write the message that is expected behind ----";
    const Engine::Outcome outcome = engine_.ask(block.text());
    const std::string& message = outcome.message;
    if (!outcome.translation) {
      EXPECT_TRUE(message.starts_with("line ")) << message;
    }
    EXPECT_NE(message.find(block.tail[0]), std::string::npos)
        << (message.empty() ? "it was answered" : message);
  }

  Engine engine_;
};

TEST_P(SqlFile, AnswersAsSparkDoes) {
  const std::vector<Block> blocks = read_test_file(GetParam());
  ASSERT_FALSE(blocks.empty()) << GetParam();
  for (const Block& block : blocks) {
    SCOPED_TRACE(std::filesystem::path(GetParam()).filename().string() + ":" +
                 std::to_string(block.line) + " " + block.title);
    switch (block.kind) {
      case Block::Kind::table:
        engine_.load(block);
        break;
      case Block::Kind::query:
      case Block::Kind::ordered:
      case Block::Kind::ours:
        expect_answer(block, {});
        {
          SCOPED_TRACE("with origins");
          expect_answer(block, {.origin = true});
        }
        break;
      case Block::Kind::refused:
      case Block::Kind::error:
        expect_refusal(block);
        break;
      case Block::Kind::swept:
        ADD_FAILURE() << "a swept block belongs into sweep.test";
        break;
    }
  }
}

// People write queries for DuckDB too, and those may call the native functions with anything.
TEST(NativeFunctions, GiveNullForArgumentsThatNoTranslatedQueryHas) {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  ASSERT_EQ(duckdb_open(nullptr, &database), DuckDBSuccess);
  ASSERT_EQ(duckdb_connect(database, &connection), DuckDBSuccess);
  ASSERT_TRUE(engine::add_spark_functions(connection));
  for (const char* call :
       {"spark_decimal_divide(1.0, 2.0, 99, 3)", "spark_decimal_divide(1.0, 2.0, 9, -3)",
        "spark_decimal_add('text', 1.0, 9, 3)", "spark_decimal_multiply(1, 2.5, 9, 500)",
        "spark_decimal_of_text('1', -1, 0)", "spark_decimal_of_text('1', 1000, 0)",
        "spark_decimal_of_fraction(1.5::DOUBLE, 2147483647, 2147483647)",
        "spark_decimal_to_string([1, 2])", "spark_regexp_matches('a', '(')",
        "spark_date_format(TIMESTAMP '2024-01-05 10:11:12', 'G')",
        "spark_pad('a', 2147483647, 'b', true)", "spark_string_to_timestamp('x', now()::TIMESTAMP)",
        "spark_decimal_sum('text')", "spark_round_decimal('text', -2147483648, 'floor')"}) {
    duckdb_result result;
    const std::string sql = std::string("SELECT (") + call + ") IS NULL";
    ASSERT_EQ(duckdb_query(connection, sql.c_str(), &result), DuckDBSuccess)
        << duckdb_result_error(&result);
    EXPECT_EQ(read_answer(result).rows, std::vector<json::array>{{true}}) << call;
    duckdb_destroy_result(&result);
  }
  duckdb_disconnect(&connection);
  duckdb_close(&database);
}

INSTANTIATE_TEST_SUITE_P(Sql, SqlFile, testing::ValuesIn(test_files()), [](const auto& file) {
  return std::filesystem::path(file.param).stem().string();
});

}  // namespace

}  // namespace weir::sql_test
