#include <fstream>
#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/tables";

std::string path_of(const std::string& table, const std::string& action = "") {
  return path + "/" + percent_encode(table) + action;
}

void add_looks(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command list = add_verb(
      noun, "list", "All domain tables, by name", session,
      [paging](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value tables, fetch_list(api, path, {}, *paging));
        print_list(s, tables, {{"NAME", "name"}, {"ROWS", "rows", true}},
                   "no domain tables yet; a feed's table is made when the feed is activated");
        return {};
      });
  add_paging(list, *paging);
  list.footer("Example: weir table list --text Shop --limit 20");
  const auto name = std::make_shared<std::string>();
  add_verb(noun, "show", "One domain table with its columns", session,
           [name](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value table, api.get(path_of(*name)));
             print_item(s, table);
             return {};
           })
      .option("NAME", *name, "Its name, Source:Feed")
      .required();
}

void add_query(Command noun, const SessionPtr& session) {
  struct Options {
    std::string sql;
    std::uint32_t as_of = 0;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(noun, "query", "Read domain tables", session,
                          [options](Session& s, Api& api) -> Result<void> {
                            json::object body{{"sql", options->sql}};
                            if (options->sql == "-") {
                              WEIR_TRY(body["sql"], read_text(s.terminal, "-"));
                            }
                            if (options->as_of > 0) body["as_of"] = options->as_of;
                            WEIR_CHECK(api.post("/api/v0/query", body));
                            return print_rows(s, api.answer_body());
                          });
  verb.option("SQL", options->sql, "SELECT * FROM \"Source:Feed\" LIMIT 5; - is standard input")
      .required();
  verb.option("--as-of", options->as_of,
              "The tables as they were after this load (weir load list)");
}

struct Difference {
  std::string table, next_token;
  std::uint32_t since = 0, limit = 100;
};

/// One page, with the counts of all before it.
Result<void> print_changes(Session& s, Api& api, const std::string& target,
                           const Difference& options) {
  std::map<std::string, std::string> query{{"limit", std::to_string(options.limit)},
                                           {"next_token", options.next_token}};
  if (options.since > 0) query["since"] = std::to_string(options.since);
  WEIR_TRY(const json::value answer, api.get(with_query(target, query)));
  if (!s.json)
    s.terminal.out << text_of(answer, "added") << " added, " << text_of(answer, "changed")
                   << " changed, " << text_of(answer, "removed") << " removed\n";
  WEIR_CHECK(print_rows(s, api.answer_body()));
  const std::string next = text_of(answer, "next_token");
  if (!s.json && !next.empty()) s.terminal.out << "the next rows: --next-token '" << next << "'\n";
  return {};
}

void add_page(Command verb, Difference& options) {
  verb.option("TABLE", options.table, "Its name, Source:Feed").required();
  verb.option("--limit", options.limit, "Rows shown, 100 without it");
  verb.option("--next-token", options.next_token, "Rows behind this key");
}

void add_changes(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Difference>();
  Command verb =
      add_verb(noun, "changes", "What changed since a load: each key once", session,
               [options](Session& s, Api& api) {
                 return print_changes(s, api, path_of(options->table, "/changes"), *options);
               });
  add_page(verb, *options);
  verb.option("--since", options->since, "Since this load (weir load list)").required();
  verb.footer("Example: weir table changes Shop:Orders --since 42");
}

/// The file in parts; whole at its name, or not there.
Result<void> fetch(Api& api, const std::string& id, const std::string& file) {
  const std::string begun = file + ".part";
  std::ofstream out(begun, std::ios::binary | std::ios::trunc);
  for (std::uint64_t part = 0; out; ++part) {
    WEIR_TRY(const std::string bytes,
             api.get_text("/api/v0/exports/" + id + "?part=" + std::to_string(part)));
    if (bytes.empty()) break;
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  out.close();
  if (!out || std::rename(begun.c_str(), file.c_str()) != 0)
    return fail(Errc::io, "cannot write the file \"" + file + "\"");
  return {};
}

void add_export(Command noun, const SessionPtr& session) {
  struct Options {
    std::string table, file;
    std::uint32_t as_of = 0, since = 0;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "export", "Write a table to a Parquet or CSV file", session,
      [options](Session& s, Api& api) -> Result<void> {
        const bool parquet = options->file.ends_with(".parquet");
        if (!parquet && !options->file.ends_with(".csv"))
          return fail(Errc::bad_request,
                      "the file's name says its format: end it with .parquet or .csv");
        json::object body{{"format", parquet ? "parquet" : "csv"}};
        if (options->as_of > 0) body["as_of"] = options->as_of;
        if (options->since > 0) body["since"] = options->since;
        WEIR_TRY(const json::value made, api.post(path_of(options->table, "/exports"), body));
        const std::string id = text_of(made, "id");
        auto fetched = fetch(api, id, options->file);
        WEIR_CHECK(api.call("DELETE", "/api/v0/exports/" + id));
        WEIR_CHECK(fetched);
        print_done(s, made, options->file + ": " + text_of(made, "bytes") + " bytes");
        return {};
      });
  verb.option("TABLE", options->table, "Its name, Source:Feed").required();
  verb.option("FILE", options->file, "orders.parquet or orders.csv").required();
  Option as_of = verb.option("--as-of", options->as_of, "As it was after this load");
  verb.option("--since", options->since, "What changed since this load instead").excludes(as_of);
  verb.footer("Example: weir table export Shop:Orders orders.parquet");
}

void add_shadow(Command noun, const SessionPtr& session) {
  const auto table = std::make_shared<std::string>();
  const auto add = [&](const std::string& name, const std::string& meaning, Act act) {
    Command verb = add_verb(noun, name, meaning, session, std::move(act));
    verb.option("TABLE", *table, "Its name, Source:Feed").required();
    return verb;
  };
  add("shadow", "Make a copy of a table its shadow, for runs with --shadow",
      [table](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value answer, api.post(path_of(*table, "/shadow"), json::object{}));
        print_done(s, answer, "\"shadow:" + *table + "\" is a copy of \"" + *table + "\"");
        return {};
      });
  const auto options = std::make_shared<Difference>();
  Command diff =
      add_verb(noun, "diff", "How a table's shadow differs from it", session,
               [options](Session& s, Api& api) {
                 return print_changes(s, api, path_of(options->table, "/shadow"), *options);
               });
  add_page(diff, *options);
  add("swap", "Make the shadow the table, and the table the shadow, at once",
      [table](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value answer, api.post(path_of(*table, "/swap"), json::object{}));
        print_done(s, answer,
                   "\"" + *table + "\" is what its shadow was; the rows before are in \"shadow:" +
                       *table + "\". Swap again to go back, or drop the shadow.");
        return {};
      });
  const auto yes = std::make_shared<bool>(false);
  add("drop-shadow", "Remove a table's shadow", [table, yes](Session& s, Api& api) -> Result<void> {
    WEIR_CHECK(confirm(s, *yes, "The shadow of \"" + *table + "\" goes."));
    WEIR_TRY(const json::value answer, api.call("DELETE", path_of(*table, "/shadow")));
    print_done(s, answer, "\"" + *table + "\" has no shadow");
    return {};
  }).flag("--yes", *yes, "Do not ask");
}

void add_lineage(Command noun, const SessionPtr& session) {
  const auto table = std::make_shared<std::string>();
  const auto row = std::make_shared<std::string>();
  Command verb =
      add_verb(noun, "lineage", "The record that a row is of, and its receipt", session,
               [table, row](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const json::value found,
                          api.get(path_of(*table, "/lineage?row=" + percent_encode(*row))));
                 const json::value* record = found.as_object().if_contains("record");
                 print_item(s, s.json || record == nullptr ? found : *record);
                 return {};
               });
  verb.option("TABLE", *table, "Its name, Source:Feed").required();
  verb.option("ROW", *row, "The row's _pk or _uuid_pk").required();
}

}  // namespace

void add_table_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "table", "Domain tables: what the feeds have become");
  add_looks(noun, session);
  add_table_change_commands(noun, session);
  add_query(noun, session);
  add_changes(noun, session);
  add_export(noun, session);
  add_shadow(noun, session);
  add_lineage(noun, session);
}

}  // namespace weir::cli
