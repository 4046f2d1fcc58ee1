#include "engine.hpp"

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/dialect/type.hpp"
#include "engine/functions/number_functions.hpp"
#include "engine/functions/text_functions.hpp"

namespace weir::sql_test {

Engine::Engine() {
  EXPECT_EQ(duckdb_open(nullptr, &database_), DuckDBSuccess);
  EXPECT_EQ(duckdb_connect(database_, &connection_), DuckDBSuccess);
  EXPECT_TRUE(engine::add_number_functions(connection_));
  EXPECT_TRUE(engine::add_text_functions(connection_));
  run(std::string(dialect::prelude()));
}

Engine::~Engine() {
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
  if (!rows_path_.empty()) std::filesystem::remove(rows_path_);
}

void Engine::run(const std::string& sql) {
  duckdb_result result;
  EXPECT_EQ(duckdb_query(connection_, sql.c_str(), &result), DuckDBSuccess)
      << duckdb_result_error(&result) << "\n"
      << sql;
  duckdb_destroy_result(&result);
}

void Engine::load(const Block& table) {
  const auto type = dialect::parse_type_json(table.schema);
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

Engine::Outcome Engine::ask(const std::string& query) {
  Outcome out;
  auto translated = dialect::translate(query, relations_);
  if (!translated) {
    EXPECT_EQ(translated.error().code, Errc::bad_request);
    out.message = translated.error().message;
    return out;
  }
  out.translation = *std::move(translated);
  duckdb_result result;
  if (duckdb_query(connection_, out.translation->sql.c_str(), &result) == DuckDBSuccess) {
    out.answer = read_answer(result);
  } else {
    out.message = duckdb_result_error(&result);
  }
  duckdb_destroy_result(&result);
  return out;
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
