#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <duckdb.h>
#include <gtest/gtest.h>

#include "answers.hpp"
#include "engine/dialect/dialect.hpp"
#include "engine/dialect/type.hpp"
#include "engine/functions/number_functions.hpp"
#include "engine/functions/text_functions.hpp"
#include "test_file.hpp"

namespace weir::sql_test {

namespace {

namespace json = boost::json;

std::vector<std::string> test_files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(WEIR_SQL_TESTS)) {
    if (entry.path().extension() == ".test") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string listed(const std::vector<json::array>& rows) {
  std::string out;
  for (const json::array& row : rows) {
    out += "  " + json::serialize(row) + "\n";
  }
  return out;
}

// Each row of one has its like in the other. Fractions are equal but for rounding, so that sorting
// both sides would not do.
bool same_bag(std::vector<json::array> left, const std::vector<json::array>& right) {
  if (left.size() != right.size()) return false;
  for (const json::array& row : right) {
    const auto found = std::find_if(
        left.begin(), left.end(), [&](const json::array& other) { return same_value(other, row); });
    if (found == left.end()) return false;
    left.erase(found);
  }
  return true;
}

/// One .test file on a DuckDB of its own.
class SqlFile : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    ASSERT_EQ(duckdb_open(nullptr, &database_), DuckDBSuccess);
    ASSERT_EQ(duckdb_connect(database_, &connection_), DuckDBSuccess);
    ASSERT_TRUE(engine::add_number_functions(connection_));
    ASSERT_TRUE(engine::add_text_functions(connection_));
    run(std::string(dialect::prelude()));
  }
  void TearDown() override {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
    if (!rows_path_.empty()) std::filesystem::remove(rows_path_);
  }

  void run(const std::string& sql) {
    duckdb_result result;
    EXPECT_EQ(duckdb_query(connection_, sql.c_str(), &result), DuckDBSuccess)
        << duckdb_result_error(&result) << "\n"
        << sql;
    duckdb_destroy_result(&result);
  }

  void load(const Block& table) {
    auto type = dialect::parse_type_json(table.schema);
    ASSERT_TRUE(type) << type.error().message;
    std::string columns;
    for (const dialect::Field& field : type->fields()) {
      columns += (columns.empty() ? "" : ", ") + dialect::quoted_identifier(field.name) + ": " +
                 dialect::quoted_string(field.type.duckdb_name());
    }
    rows_path_ = std::filesystem::temp_directory_path() /
                 ("weir-sql-" + std::to_string(::getpid()) + ".ndjson");
    std::ofstream(rows_path_) << table.text();
    run("CREATE OR REPLACE TABLE " + dialect::quoted_identifier(table.title) +
        " AS SELECT * FROM read_json(" + dialect::quoted_string(rows_path_.string()) +
        ", format = 'newline_delimited', columns = {" + columns + "})");
    std::erase_if(relations_, [&](const auto& known) { return known.tag == table.title; });
    relations_.push_back({table.title, table.schema});
  }

  void expect_answer(const Block& block) {
    const auto translated = dialect::translate(block.text(), relations_);
    if (!translated) {
      ADD_FAILURE() << translated.error().message;
      return;
    }
    duckdb_result result;
    if (duckdb_query(connection_, translated->sql.c_str(), &result) != DuckDBSuccess) {
      ADD_FAILURE() << duckdb_result_error(&result) << "\n" << translated->sql;
      duckdb_destroy_result(&result);
      return;
    }
    const Answer answer = read_answer(result);
    duckdb_destroy_result(&result);
    ASSERT_FALSE(block.tail.empty()) << "nothing is recorded; run tests/sql/record.py";
    expect_columns(block, answer, *translated);
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
                      << listed(answer.rows) << translated->sql;
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
      EXPECT_EQ(translated.columns[i].type, type) << name;
      std::string held = type;  // a column of nothing is a VARCHAR in DuckDB
      for (std::size_t at = held.find("void"); at != std::string::npos; at = held.find("void")) {
        held.replace(at, 4, "string");
      }
      EXPECT_EQ(answer.columns[i].second, held) << name;
    }
  }

  // What Spark refuses may be found out only while it runs; what we refuse never runs.
  void expect_refusal(const Block& block) {
    ASSERT_EQ(block.tail.size(), 1U) << "write the message that is expected behind ----";
    const auto translated = dialect::translate(block.text(), relations_);
    std::string message = translated ? "" : translated.error().message;
    if (!translated) {
      EXPECT_EQ(translated.error().code, Errc::bad_request);
      EXPECT_TRUE(message.starts_with("line ")) << message;
    } else {
      duckdb_result result;
      if (duckdb_query(connection_, translated->sql.c_str(), &result) != DuckDBSuccess) {
        message = duckdb_result_error(&result);
      }
      duckdb_destroy_result(&result);
    }
    EXPECT_NE(message.find(block.tail[0]), std::string::npos)
        << (message.empty() ? "it was answered" : message);
  }

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  dialect::Relations relations_;
  std::filesystem::path rows_path_;
};

TEST_P(SqlFile, AnswersAsSparkDoes) {
  const std::vector<Block> blocks = read_test_file(GetParam());
  ASSERT_FALSE(blocks.empty()) << GetParam();
  for (const Block& block : blocks) {
    SCOPED_TRACE(std::filesystem::path(GetParam()).filename().string() + ":" +
                 std::to_string(block.line) + " " + block.title);
    switch (block.kind) {
      case Block::Kind::table:
        load(block);
        break;
      case Block::Kind::query:
      case Block::Kind::ordered:
      case Block::Kind::ours:
        expect_answer(block);
        break;
      case Block::Kind::refused:
      case Block::Kind::error:
        expect_refusal(block);
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
  ASSERT_TRUE(engine::add_number_functions(connection));
  for (const char* call :
       {"spark_decimal_divide(1.0, 2.0, 99, 3)", "spark_decimal_divide(1.0, 2.0, 9, -3)",
        "spark_decimal_add('text', 1.0, 9, 3)", "spark_decimal_multiply(1, 2.5, 9, 500)",
        "spark_decimal_of_text('1', -1, 0)", "spark_decimal_of_text('1', 1000, 0)",
        "spark_decimal_of_fraction(1.5::DOUBLE, 2147483647, 2147483647)",
        "spark_decimal_to_string([1, 2])", "spark_decimal_sum('text')",
        "spark_round_decimal('text', -2147483648)"}) {
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
