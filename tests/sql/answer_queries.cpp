// Answers queries as they come, for compare.py: a line of standard input is a query as a JSON
// string, or a table as an object with `table`, `schema` and `rows`; a line of standard output is
// what becomes of a query.

#include <iostream>
#include <string>

#include <boost/json.hpp>

#include "engine.hpp"

namespace {

namespace json = boost::json;
using weir::sql_test::Engine;

json::object answered(const Engine::Outcome& outcome) {
  if (!outcome.translation) return {{"refused", outcome.message}};
  if (!outcome.answer) return {{"failed", outcome.message}};
  json::array columns;
  for (const auto& column : outcome.translation->columns)
    columns.push_back(json::array{column.name, column.type.spark_name()});
  json::array rows;
  for (const json::array& row : outcome.answer->rows)
    rows.push_back(row);
  return {{"columns", std::move(columns)}, {"rows", std::move(rows)}};
}

weir::sql_test::Block table_of(const json::object& object) {
  weir::sql_test::Block block;
  block.kind = weir::sql_test::Block::Kind::table;
  block.title = object.at("table").as_string();
  block.schema = json::serialize(object.at("schema"));
  for (const json::value& row : object.at("rows").as_array())
    block.head.emplace_back(row.as_string());
  return block;
}

}  // namespace

int main() {
  Engine engine;
  for (std::string line; std::getline(std::cin, line);) {
    const json::value value = json::parse(line);
    if (value.is_object()) {
      engine.load(table_of(value.get_object()));
    } else {
      std::cout << json::serialize(answered(engine.ask(std::string(value.as_string())))) << '\n'
                << std::flush;
    }
  }
  return 0;
}
