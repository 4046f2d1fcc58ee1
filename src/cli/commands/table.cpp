#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/tables";

void add_looks(Command noun, const SessionPtr& session) {
  add_verb(noun, "list", "All domain tables", session, [](Session& s, Api& api) -> Result<void> {
    WEIR_TRY(const json::value list, api.list_all(path, {}));
    print_list(s, list, {{"NAME", "name"}, {"ROWS", "rows", true}},
               "no domain tables yet; a feed's table is made when the feed is activated");
    return {};
  });
  const auto name = std::make_shared<std::string>();
  add_verb(noun, "show", "One domain table with its columns", session,
           [name](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value table, api.get(path + "/" + percent_encode(*name)));
             print_item(s, table);
             return {};
           })
      .option("NAME", *name, "Its name, Source:Feed")
      .required();
}

}  // namespace

void add_table_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "table", "Domain tables: what the feeds have become");
  add_looks(noun, session);
  add_table_change_commands(noun, session);
  const auto sql = std::make_shared<std::string>();
  add_verb(noun, "query", "Read domain tables", session,
           [sql](Session& s, Api& api) -> Result<void> {
             std::string text = *sql;
             if (text == "-") {
               WEIR_TRY(text, read_text(s.terminal, "-"));
             }
             WEIR_CHECK(api.post("/api/v0/query", json::object{{"sql", text}}));
             return print_rows(s, api.answer_body());
           })
      .option("SQL", *sql, "SELECT * FROM \"Source:Feed\" LIMIT 5; - is standard input")
      .required();
}

}  // namespace weir::cli
