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

/// The largest integer up to which doubles are whole numbers without gaps, and its length.
constexpr std::string_view exact_max = "9007199254740991";

bool fits_a_double(std::string_view digits, bool in_decimal) {
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.find_first_of("eE") != std::string_view::npos) return true;
  constexpr std::size_t exact_digits = 15;
  if (digits.find('.') != std::string_view::npos)
    return !in_decimal || digits.size() <= exact_digits + 1;
  return digits.size() < exact_max.size() ||
         (digits.size() == exact_max.size() && digits <= exact_max);
}

/// A value of the engine as JSON that a reader of doubles keeps exact: a decimal is a string, and
/// so is an integer beyond 2^53 - 1, also within arrays and objects.
void append_exact(std::string& out, std::string_view cell, const std::string& type) {
  const bool is_decimal = type.starts_with("DECIMAL");
  const bool in_decimal = type.find("DECIMAL") != std::string::npos;
  while (!cell.empty()) {
    if (cell.front() == '"') {
      std::size_t end = 1;
      while (end < cell.size() && cell[end] != '"')
        end += cell[end] == '\\' ? 2 : 1;
      out += cell.substr(0, end + 1);
      cell.remove_prefix(std::min(cell.size(), end + 1));
      continue;
    }
    const bool is_number = cell.front() == '-' || (cell.front() >= '0' && cell.front() <= '9');
    if (!is_number) {
      out += cell.front();
      cell.remove_prefix(1);
      continue;
    }
    const std::string_view number = cell.substr(0, cell.find_first_not_of("+-0123456789.eE"));
    const bool as_it_is = !is_decimal && fits_a_double(number, in_decimal);
    out.append(as_it_is ? "" : "\"").append(number).append(as_it_is ? "" : "\"");
    cell.remove_prefix(number.size());
  }
}

std::string rows_json(const engine::Table& table) {
  std::string body =
      "\"columns\":" + boost::json::serialize(json_of_columns(table.columns)) + ",\"rows\":[";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    body += i == 0 ? "[" : ",[";
    for (std::size_t j = 0; j < table.rows[i].size(); ++j) {
      if (j > 0) body += ',';
      append_exact(body, table.rows[i][j], table.columns[j].type);
    }
    body += ']';
  }
  body.append("],\"truncated\":").append(table.truncated ? "true" : "false");
  return body;
}

}  // namespace

std::string text_of_table(const engine::Table& table) {
  std::string body = "{" + rows_json(table);
  if (table.misfits.count > 0)
    body.append(",\"misfits\":" + std::to_string(table.misfits.count) + ",\"first_misfits\":" +
                boost::json::serialize(json_of_row_errors(table.misfits.first)));
  body += '}';
  return body;
}

http::Response answer_table(const engine::Table& table) {
  http::Response response;
  response.body = text_of_table(table);
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
