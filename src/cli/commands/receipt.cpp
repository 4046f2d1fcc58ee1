#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const json::array& array_of(const json::value& item, const char* member) {
  static const json::array none;
  const json::value* found = item.is_object() ? item.as_object().if_contains(member) : nullptr;
  return found != nullptr && found->is_array() ? found->as_array() : none;
}

/// What there is to say of a row beside its state: what is wrong with it, or whose row stands.
std::string what_of(const json::value& row) {
  std::string what;
  for (const json::value& error : array_of(row, "errors")) {
    const std::string field = text_of(error, "field");
    what +=
        (what.empty() ? "" : "; ") + (field.empty() ? "" : field + ": ") + text_of(error, "reason");
  }
  const json::value* winner = row.is_object() ? row.as_object().if_contains("lost_to") : nullptr;
  if (winner == nullptr) return what;
  const std::string receipt = text_of(*winner, "receipt");
  const std::string file = text_of(*winner, "file");
  if (!receipt.empty()) return "to receipt " + receipt;
  if (!file.empty()) return "to row " + text_of(*winner, "row") + " of " + file;
  return "to a record whose file is not known any more";
}

/// A line for each row of each table; for a table without one, its own.
json::array lines_of(const json::array& tables) {
  json::array lines;
  for (const json::value& table : tables) {
    const auto line = [&](const json::value& of, const std::string& what) {
      lines.push_back({{"table", text_of(table, "table")},
                       {"state", text_of(of, "state")},
                       {"row", text_of(of, "_pk")},
                       {"run", text_of(table, "run_id")},
                       {"what", what}});
    };
    const json::array& rows = array_of(table, "rows");
    for (const json::value& row : rows)
      line(row, what_of(row));
    if (rows.empty()) line(table, "");
  }
  return lines;
}

void print_receipt(Session& session, const json::value& receipt) {
  const json::array& tables = array_of(receipt, "tables");
  if (session.json || !receipt.is_object()) return print_item(session, receipt);
  json::object head = receipt.as_object();
  head.erase("tables");
  print_item(session, head);
  if (tables.empty()) return;
  session.terminal.out << "\n";
  print_list(
      session, json::object{{"items", lines_of(tables)}},
      {{"TABLE", "table"}, {"STATE", "state"}, {"ROW", "row"}, {"RUN", "run"}, {"WHAT", "what"}},
      "");
  for (const json::value& table : tables) {
    const std::string why = text_of(table, "why");
    if (!why.empty())
      session.terminal.out << visible(text_of(table, "table")) << ": " << visible(why) << "\n";
  }
}

}  // namespace

void add_receipt_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "receipt", "Receipts: what became of one payload");
  const auto id = std::make_shared<std::string>();
  add_verb(noun, "show",
           "Where the payload of a receipt is now, and what became of it in the tables", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value result, api.get("/api/v0/receipts/" + percent_encode(*id)));
             print_receipt(s, result);
             return {};
           })
      .option("RECEIPT", *id, "The request_id its 202 carried")
      .required();
}

}  // namespace weir::cli
