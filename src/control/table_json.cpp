#include "control/table_json.hpp"

#include <boost/json.hpp>

namespace weir::control {

boost::json::array json_of_columns(const std::vector<engine::Column>& columns) {
  boost::json::array array;
  for (const engine::Column& column : columns)
    array.push_back({{"name", column.name}, {"type", column.type}});
  return array;
}

namespace {

boost::json::array json_of_row_errors(const std::vector<engine::RowError>& errors) {
  boost::json::array array;
  for (const engine::RowError& one : errors)
    array.push_back({{"file", one.file},
                     {"row", one.row},
                     {"field", one.field},
                     {"value", one.value},
                     {"reason", one.reason}});
  return array;
}

}  // namespace

namespace {

std::string rows_json(const engine::Table& table) {
  std::string body =
      "\"columns\":" + boost::json::serialize(json_of_columns(table.columns)) + ",\"rows\":[";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    body += i == 0 ? "[" : ",[";
    for (std::size_t j = 0; j < table.rows[i].size(); ++j)
      body.append(j == 0 ? "" : ",").append(table.rows[i][j]);
    body += ']';
  }
  body.append("],\"truncated\":").append(table.truncated ? "true" : "false");
  return body;
}

}  // namespace

http::Response answer_table(const engine::Table& table) {
  http::Response response;
  std::string& body = response.body;
  body = "{" + rows_json(table);
  if (table.misfits.count > 0)
    body.append(",\"misfits\":" + std::to_string(table.misfits.count) + ",\"first_misfits\":" +
                boost::json::serialize(json_of_row_errors(table.misfits.first)));
  body += '}';
  return response;
}

http::Response answer_changes(const engine::Changes& changes) {
  constexpr std::size_t key = 1;  // `_pk`, a text of JSON
  http::Response response;
  boost::json::value next;
  if (changes.rows.truncated && !changes.rows.rows.empty())
    next = boost::json::parse(changes.rows.rows.back()[key]);
  response.body = "{\"added\":" + std::to_string(changes.added) +
                  ",\"changed\":" + std::to_string(changes.changed) +
                  ",\"removed\":" + std::to_string(changes.removed) + "," +
                  rows_json(changes.rows) + ",\"next_token\":" + boost::json::serialize(next) + "}";
  return response;
}

}  // namespace weir::control
