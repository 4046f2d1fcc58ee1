#include <charconv>
#include <memory>
#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

/// What is done to a domain table by its name: rows deleted, the table renamed or purged.
namespace weir::cli {
namespace {

namespace json = boost::json;

std::string path_of(const std::string& table, const std::string& action = "") {
  return "/api/v0/tables/" + percent_encode(table) + action;
}

struct Rows {
  std::string table, column, older_than, from, to;
  std::vector<std::string> value;  // one; an empty text is a value, too
  bool dry_run = false, yes = false;
};

/// "90d" is an age; anything else is a date.
Result<void> add_age(json::object& body, const std::string& text) {
  if (!text.ends_with('d')) {
    body["to"] = text;
    return {};
  }
  int days = 0;
  const char* end = text.data() + text.size() - 1;
  const auto read = std::from_chars(text.data(), end, days);
  if (read.ec != std::errc() || read.ptr != end || text.size() == 1)
    return fail(Errc::bad_request,
                "--older-than \"" + text + "\" must be days, as in 90d, or a date");
  body["older_than_days"] = days;
  return {};
}

Result<json::object> body_of(const Rows& rows) {
  json::object body{{"column", rows.column}};
  if (!rows.older_than.empty()) WEIR_CHECK(add_age(body, rows.older_than));
  if (!rows.from.empty()) body["from"] = rows.from;
  if (!rows.to.empty()) body["to"] = rows.to;
  if (!rows.value.empty()) body["value"] = rows.value.back();
  if (body.size() == 1)
    return fail(Errc::bad_request,
                "say which rows: --older-than 90d, --from and --to, or --value (weir table "
                "delete-rows --help)");
  return body;
}

std::uint64_t rows_in(const json::value& answer) {
  const json::value* rows = answer.is_object() ? answer.as_object().if_contains("rows") : nullptr;
  return rows != nullptr && rows->is_int64() && rows->get_int64() > 0
             ? static_cast<std::uint64_t>(rows->get_int64())
             : 0;
}

std::string so_many(std::uint64_t rows) {
  return grouped(rows) + (rows == 1 ? " row" : " rows");
}

/// The member "first" of an answer, as text, so that numbers keep their digits. It is the last one.
Result<void> print_first(Session& session, const std::string& answer) {
  constexpr std::string_view name = ",\"first\":";
  const std::size_t at = answer.find(name);
  if (at == std::string::npos || !answer.ends_with('}')) return {};
  const std::size_t begin = at + name.size();
  return print_rows(session, answer.substr(begin, answer.size() - begin - 1));
}

/// A look at the rows first, also to delete no more than what was looked at.
Result<void> delete_rows(const Rows& rows, Session& session, Api& api) {
  const std::string path = path_of(rows.table, "/delete-rows");
  WEIR_TRY(json::object body, body_of(rows));
  body["dry_run"] = true;
  WEIR_TRY(const json::value preview, api.post(path, body));
  const std::uint64_t count = rows_in(preview);
  if (count == 0 || (rows.dry_run && session.json)) {
    print_done(session, preview, "no row of \"" + rows.table + "\" is like that");
    return {};
  }
  if (!session.json) WEIR_CHECK(print_first(session, api.answer_body()));
  if (rows.dry_run) {
    print_done(session, preview, so_many(count) + " would be deleted");
    return {};
  }
  WEIR_CHECK(confirm(session, rows.yes, so_many(count) + " of \"" + rows.table + "\" go."));
  body.erase("dry_run");
  body["expected"] = count;
  WEIR_TRY(const json::value done, api.post(path, body));
  print_done(session, done, so_many(rows_in(done)) + " deleted");
  return {};
}

void add_delete_rows(Command noun, const SessionPtr& session) {
  const auto rows = std::make_shared<Rows>();
  Command verb =
      add_verb(noun, "delete-rows", "Delete rows by age, period or value, after a look", session,
               [rows](Session& s, Api& api) { return delete_rows(*rows, s, api); });
  verb.option("NAME", rows->table, "Its name, Source:Feed").required();
  verb.option("--column", rows->column, "Column that says which").required();
  Option older = verb.option("--older-than", rows->older_than,
                             "Rows from before so many days ago (90d), or before a date");
  Option from = verb.option("--from", rows->from, "Rows from this date, moment or number on");
  Option to = verb.option("--to", rows->to, "Rows before this one");
  Option value = verb.option("--value", rows->value, "Rows that have this value");
  from.excludes(older);
  to.excludes(older);
  value.excludes(older).excludes(from).excludes(to);
  verb.flag("--dry-run", rows->dry_run, "Only look");
  verb.flag("--yes", rows->yes, "Do not ask");
  verb.footer(
      "Rows without a value in the column stay. The batch files stay, too: loading them again\n"
      "brings the rows back.\n"
      "Examples:\n"
      "  weir table delete-rows Shop:Orders --column at --older-than 90d --dry-run\n"
      "  weir table delete-rows Shop:Orders --column at --from 2027-03-01 --to 2027-03-08\n"
      "  weir table delete-rows Shop:Orders --column email --value a@example.org");
}

struct Names {
  std::string table, to;
  bool yes = false;
};

void add_rename(Command noun, const SessionPtr& session) {
  const auto names = std::make_shared<Names>();
  Command verb = add_verb(
      noun, "rename", "Rename one that no active feed fills", session,
      [names](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value answer,
                 api.post(path_of(names->table, "/rename"), json::object{{"name", names->to}}));
        print_done(s, answer, "\"" + names->table + "\" is \"" + names->to + "\" now");
        return {};
      });
  verb.option("NAME", names->table, "Its name, Source:Feed").required();
  verb.option("NEW-NAME", names->to, "The name that it gets").required();
  verb.footer(
      "A feed's table is renamed with the feed: weir feed edit --rename-table.\n"
      "Example: weir table rename Shop:Orders Archive:Orders-2026");
}

void add_purge(Command noun, const SessionPtr& session) {
  const auto names = std::make_shared<Names>();
  Command verb = add_verb(
      noun, "purge", "Remove one that no active feed fills", session,
      [names](Session& s, Api& api) -> Result<void> {
        WEIR_CHECK(confirm(s, names->yes,
                           "The table \"" + names->table + "\" goes with all of its rows."));
        WEIR_TRY(const json::value answer, api.call("DELETE", path_of(names->table)));
        print_done(s, answer, "\"" + names->table + "\" is gone");
        return {};
      });
  verb.option("NAME", names->table, "Its name, Source:Feed").required();
  verb.flag("--yes", names->yes, "Do not ask");
  verb.footer(
      "A feed's table is purged through the feed: weir feed purge.\n"
      "Example: weir table purge Shop:Orders");
}

}  // namespace

void add_table_change_commands(Command noun, const SessionPtr& session) {
  add_delete_rows(noun, session);
  add_rename(noun, session);
  add_purge(noun, session);
}

}  // namespace weir::cli
