#include "engine.hpp"

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/dialect/parser.hpp"
#include "engine/dialect/type.hpp"
#include "engine/functions/spark_functions.hpp"
#include "engine/spark/schema_json.hpp"

namespace weir::sql_test {

Engine::Engine() {
  EXPECT_EQ(duckdb_open(nullptr, &database_), DuckDBSuccess);
  EXPECT_EQ(duckdb_connect(database_, &connection_), DuckDBSuccess);
  EXPECT_TRUE(engine::add_spark_functions(connection_));
}

Engine::~Engine() {
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
  if (!rows_path_.empty()) std::filesystem::remove(rows_path_);
}

void Engine::run(const std::string& sql) {
  run(sql, connection_);
}

void Engine::run(const std::string& sql, duckdb_connection connection) {
  duckdb_result result;
  EXPECT_EQ(duckdb_query(connection, sql.c_str(), &result), DuckDBSuccess)
      << duckdb_result_error(&result) << "\n"
      << sql;
  duckdb_destroy_result(&result);
}

void Engine::load(const Block& table) {
  const auto type = spark::parse_schema_json(table.schema);
  ASSERT_TRUE(type) << type.error().message;
  std::string columns;
  std::vector<std::string> names;
  for (const spark::Field& field : type->fields()) {
    names.push_back(field.name);
    columns += (columns.empty() ? "" : ", ") + dialect::quoted_identifier(field.name) + ": " +
               dialect::quoted_string(field.type.duckdb_name());
  }
  rows_path_ = std::filesystem::temp_directory_path() /
               ("weir-sql-" + std::to_string(::getpid()) + ".ndjson");
  std::ofstream(rows_path_) << table.text();
  // The origin counts the rows.
  std::string hidden;
  for (const auto& [column, value] :
       {std::pair(dialect::Hidden::origin, "\"the number\"::UHUGEINT"),
        std::pair(dialect::Hidden::file, "'a.ndjson'"),
        std::pair(dialect::Hidden::row, "\"the number\""),
        std::pair(dialect::Hidden::received_at,
                  "TIMESTAMP '2024-01-01 00:00:00' + to_seconds(\"the number\")"),
        std::pair(dialect::Hidden::request_id, "'r' || \"the number\"")}) {
    hidden += std::string(", ") + value + " AS " + dialect::hidden_name(column, names);
  }
  create(table.title, type->spark_ddl(),
         "SELECT * EXCLUDE \"the number\"" + hidden +
             " FROM (SELECT row_number() OVER () AS \"the number\", * FROM read_json(" +
             dialect::quoted_string(rows_path_.string()) +
             ", format = 'newline_delimited', columns = {" + columns + "}))");
}

void Engine::create(const std::string& tag, const std::string& ddl, const std::string& sql) {
  run("CREATE OR REPLACE TABLE " + dialect::quoted_identifier(tag) + " AS " + sql);
  std::erase_if(relations_, [&](const auto& known) { return known.tag == tag; });
  const auto type = dialect::parse_type_ddl(ddl);
  ASSERT_TRUE(type) << type.error().message;
  relations_.push_back({tag, *type});
}

Engine::Outcome Engine::ask(const std::string& query, dialect::Options options) {
  Outcome out;
  auto translated = dialect::translate(query, relations_, options);
  if (!translated) {
    EXPECT_EQ(translated.error().code, Errc::bad_request);
    out.message = translated.error().message;
    return out;
  }
  out.translation = *std::move(translated);
  duckdb_connection connection = nullptr;  // a new one has no macros but those the query brings
  EXPECT_EQ(duckdb_connect(database_, &connection), DuckDBSuccess);
  const std::string macros = dialect::prelude_of(out.translation->sql);
  if (!macros.empty()) run(macros, connection);
  duckdb_result result;
  if (duckdb_query(connection, out.translation->sql.c_str(), &result) == DuckDBSuccess) {
    out.answer = read_answer(result);
    if (options.origin) {
      EXPECT_FALSE(out.answer->columns.empty());
      out.answer->columns.pop_back();
      for (boost::json::array& row : out.answer->rows) {
        out.origins.push_back(row.back());
        row.pop_back();
      }
    }
  } else {
    out.message = duckdb_result_error(&result);
  }
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  return out;
}

std::string Engine::digest(const std::string& query, dialect::Options options) {
  const auto translated = dialect::translate(query, relations_, options);
  EXPECT_TRUE(translated) << query << "\n" << translated.error().message;
  if (!translated) return "";
  run("SELECT 1;" + dialect::prelude_of(translated->sql));
  duckdb_result result;
  const std::string sql =
      "SELECT count(*), CAST(sum(hash(q)) AS VARCHAR) FROM (" + translated->sql + ") AS q";
  std::string text;
  if (duckdb_query(connection_, sql.c_str(), &result) == DuckDBSuccess) {
    text = listed(read_answer(result).rows);
  } else {
    ADD_FAILURE() << duckdb_result_error(&result) << "\n" << sql;
  }
  duckdb_destroy_result(&result);
  return text;
}

bool same_bag(std::vector<boost::json::array> left, const std::vector<boost::json::array>& right) {
  if (left.size() != right.size()) return false;
  for (const boost::json::array& row : right) {
    const auto found = std::find_if(left.begin(), left.end(),
                                    [&](const auto& other) { return same_value(other, row); });
    if (found == left.end()) return false;
    left.erase(found);
  }
  return true;
}

std::string listed(const std::vector<boost::json::array>& rows) {
  std::string out;
  for (const boost::json::array& row : rows)
    out += "  " + boost::json::serialize(row) + "\n";
  return out;
}

}  // namespace weir::sql_test
