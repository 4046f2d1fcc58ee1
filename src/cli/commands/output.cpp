#include "cli/commands/output.hpp"

#include <algorithm>
#include <cctype>
#include <ostream>
#include <sstream>

#include <boost/json.hpp>

#include "base/time.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t cell_width_max = 60;

const json::value* find(const json::value& item, const std::string& member) {
  return item.is_object() ? item.as_object().if_contains(member) : nullptr;
}

/// "2027-03-02T08:00:00.000123Z" -> "2027-03-02 08:00:00Z"
std::string shown_time(const std::string& text) {
  if (text.size() < 20 || text[4] != '-' || text[10] != 'T') return text;
  const auto time = parse_time(text);
  if (!time) return text;
  std::string shown = to_string(*time).substr(0, 19) + "Z";
  shown[10] = ' ';
  return shown;
}

bool all_scalars(const json::array& values) {
  for (const json::value& value : values)
    if (value.is_structured()) return false;
  return true;
}

/// Indented JSON, for what has a structure of its own.
void pretty(std::ostream& out, const json::value& value, const std::string& indent) {
  const std::string deeper = indent + "  ";
  const char* separator = "\n";
  if (value.is_object() && !value.as_object().empty()) {
    out << "{";
    for (const auto& [name, member] : value.as_object()) {
      out << separator << deeper << json::serialize(json::value(name)) << ": ";
      pretty(out, member, deeper);
      separator = ",\n";
    }
    out << "\n" << indent << "}";
  } else if (value.is_array() && !all_scalars(value.as_array())) {
    out << "[";
    for (const json::value& element : value.as_array()) {
      out << separator << deeper;
      pretty(out, element, deeper);
      separator = ",\n";
    }
    out << "\n" << indent << "]";
  } else {
    out << json::serialize(value);
  }
}

/// A list of flat objects, each a row.
bool is_list_of_rows(const json::value& value) {
  if (!value.is_array() || value.as_array().empty()) return false;
  for (const json::value& element : value.as_array()) {
    if (!element.is_object()) return false;
    for (const auto& member : element.as_object()) {
      const json::value& cell = member.value();
      if (cell.is_object() || (cell.is_array() && !all_scalars(cell.as_array()))) return false;
    }
  }
  return true;
}

/// A column for each member that has a value somewhere.
std::string rows_text(const json::array& items) {
  std::vector<std::string> members;
  for (const json::value& item : items) {
    for (const auto& member : item.as_object()) {
      const bool is_new = std::find(members.begin(), members.end(), member.key()) == members.end();
      if (is_new && !cell_text(member.value()).empty()) members.emplace_back(member.key());
    }
  }
  TextTable table;
  for (const std::string& member : members) {
    std::string header = member;
    for (char& c : header)
      c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    table.columns.push_back({header, false});
  }
  for (const json::value& item : items) {
    std::vector<std::string> row;
    for (const std::string& member : members) {
      const json::value* cell = find(item, member);
      row.push_back(cell == nullptr ? "" : cell_text(*cell));
    }
    table.rows.push_back(std::move(row));
  }
  std::string text = render(table);
  text.pop_back();  // the last line's end
  return text;
}

std::string full_text(const json::value& value) {
  if (is_list_of_rows(value)) return rows_text(value.as_array());
  const bool structured = value.is_object() || (value.is_array() && !all_scalars(value.as_array()));
  if (!structured) return cell_text(value);
  std::ostringstream out;
  pretty(out, value, "");
  return out.str();
}

/// As the engine names its types: BIGINT, DECIMAL(38,2), DOUBLE, but not BIGINT[] or STRUCT(n
/// BIGINT).
bool is_number_type(const std::string& type) {
  if (type.find('[') != std::string::npos) return false;
  const std::string name = type.substr(0, type.find('('));
  for (const char* word : {"INT", "DECIMAL", "DOUBLE", "FLOAT"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

/// A value of a table as it is: data is not prettified.
std::string data_text(const json::value& value) {
  if (value.is_null()) return "NULL";
  return value.is_string() ? json::value_to<std::string>(value) : json::serialize(value);
}

}  // namespace

std::string cell_text(const json::value& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return shown_time(json::value_to<std::string>(value));
  if (value.is_bool()) return value.as_bool() ? "yes" : "no";
  if (value.is_array() && all_scalars(value.as_array())) {
    std::string out;
    for (const json::value& element : value.as_array())
      out += (out.empty() ? "" : ", ") + cell_text(element);
    return out;
  }
  return json::serialize(value);
}

std::string text_of(const json::value& item, const std::string& member) {
  const json::value* found = find(item, member);
  if (found == nullptr) return "";
  return found->is_string() ? json::value_to<std::string>(*found) : cell_text(*found);
}

void print_list(Session& session, const json::value& list, const std::vector<ListColumn>& columns,
                const std::string& when_empty) {
  std::ostream& out = session.terminal.out;
  if (session.json) {
    out << json::serialize(list) << "\n";
    return;
  }
  TextTable table;
  for (const ListColumn& column : columns)
    table.columns.push_back({column.header, column.right});
  if (const json::value* items = find(list, "items"); items != nullptr && items->is_array()) {
    for (const json::value& item : items->as_array()) {
      std::vector<std::string> row;
      for (const ListColumn& column : columns) {
        const json::value* member = find(item, column.member);
        // Paths and ids are there to be copied: only prose is cut, where something follows it.
        const std::string text = member == nullptr ? "" : cell_text(*member);
        const bool is_last = row.size() + 1 == columns.size();
        const bool is_whole = is_last || text.find(' ') == std::string::npos;
        row.push_back(is_whole ? text : shorten(text, cell_width_max));
      }
      table.rows.push_back(std::move(row));
    }
  }
  if (table.rows.empty()) {
    out << when_empty << "\n";
  } else {
    out << render(table);
  }
  if (const std::string before = text_of(list, "previous_token"); !before.empty())
    out << "before: --previous-token " << before << "\n";
  if (const std::string next = text_of(list, "next_token"); !next.empty())
    out << "more: --next-token " << next << "\n";
}

void print_item(Session& session, const json::value& item) {
  std::ostream& out = session.terminal.out;
  if (session.json || !item.is_object()) {
    out << json::serialize(item) << "\n";
    return;
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : item.as_object())
    pairs.emplace_back(std::string(name), full_text(value));
  out << render_pairs(pairs);
}

void print_done(Session& session, const json::value& answer, const std::string& sentence) {
  if (!session.json) {
    session.terminal.out << visible(sentence) << "\n";
  } else if (!answer.is_null()) {
    session.terminal.out << json::serialize(answer) << "\n";
  }
}

Result<void> print_rows(Session& session, const std::string& answer_body) {
  std::ostream& out = session.terminal.out;
  WEIR_TRY(const json::value answer, parse_exact(answer_body));
  const json::value* columns = find(answer, "columns");
  const json::value* rows = find(answer, "rows");
  const bool readable =
      columns != nullptr && columns->is_array() && rows != nullptr && rows->is_array();
  if (session.json || !readable) {
    out << answer_body << "\n";
    return {};
  }
  TextTable table;
  for (const json::value& column : columns->as_array())
    table.columns.push_back({text_of(column, "name"), is_number_type(text_of(column, "type"))});
  for (const json::value& row : rows->as_array()) {
    if (!row.is_array()) continue;
    std::vector<std::string> cells;
    for (const json::value& value : row.as_array()) {
      cells.push_back(shorten(data_text(value), cell_width_max));
    }
    table.rows.push_back(std::move(cells));
  }
  out << render(table) << grouped(table.rows.size()) << (table.rows.size() == 1 ? " row" : " rows");
  if (const json::value* cut = find(answer, "truncated");
      cut != nullptr && cut->is_bool() && cut->as_bool())
    out << " (there are more: add a LIMIT and an OFFSET)";
  out << "\n";
  if (const json::value* misfits = find(answer, "misfits"); misfits != nullptr)
    out << data_text(*misfits) << " values did not fit the schema: --json shows the first ones\n";
  return {};
}

}  // namespace weir::cli
