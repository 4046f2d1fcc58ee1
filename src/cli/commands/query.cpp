#include "cli/commands/query.hpp"

#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/ingest-queries";

struct Options {
  std::string id, name, description, sql, file;
};

Result<std::string> sql_of(const Options& options, Terminal& terminal) {
  return read_sql(terminal, options.sql, options.file);
}

void add_sql_options(Command verb, Options& options) {
  verb.option("--description", options.description, "What it makes of what");
  Option sql = verb.option("--sql", options.sql, "The query, Spark SQL");
  verb.option("--file", options.file, "A file that holds it; - is standard input").excludes(sql);
}

void add_changes(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command create =
      add_verb(noun, "create", "Add an ingest query", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const std::string sql, sql_of(*options, s.terminal));
                 WEIR_TRY(const json::value query,
                          api.post(path, json::object{{"name", options->name},
                                                      {"description", options->description},
                                                      {"sql", sql}}));
                 print_done(s, query, text_of(query, "id"));
                 return {};
               });
  create.option("--name", options->name, "Name; load operations find it by").required();
  add_sql_options(create, *options);

  Command update = add_verb(noun, "update", "Replace its SQL or description", session,
                            [options](Session& s, Api& api) -> Result<void> {
                              const std::string one = path + "/" + percent_encode(options->id);
                              WEIR_TRY(const json::value before, api.get(one));
                              json::object body{{"description", text_of(before, "description")},
                                                {"sql", text_of(before, "sql")}};
                              if (!options->description.empty())
                                body["description"] = options->description;
                              if (!options->sql.empty() || !options->file.empty()) {
                                WEIR_TRY(body["sql"], sql_of(*options, s.terminal));
                              }
                              const json::value value(std::move(body));
                              WEIR_TRY(const json::value query, api.call("PUT", one, &value));
                              print_done(s, query, options->id + " is updated");
                              return {};
                            });
  update.option("ID", options->id, "Ingest query id, iq-...").required();
  add_sql_options(update, *options);
}

void add_looks(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command list = add_verb(noun, "list", "All ingest queries", session,
                          [paging](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value all, fetch_list(api, path, {}, *paging));
                            print_list(s, all,
                                       {{"ID", "id"},
                                        {"NAME", "name"},
                                        {"DESCRIPTION", "description"},
                                        {"CREATED", "created_at"}},
                                       "no ingest queries yet");
                            return {};
                          });
  add_paging(list, *paging);

  const auto id = std::make_shared<std::string>();
  add_verb(noun, "show", "One ingest query with its SQL", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value query, api.get(path + "/" + percent_encode(*id)));
             print_item(s, query);
             return {};
           })
      .option("ID", *id, "Ingest query id, iq-...")
      .required();
  add_verb(noun, "delete", "Remove it", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value answer,
                      api.call("DELETE", path + "/" + percent_encode(*id)));
             print_done(s, answer, *id + " is deleted");
             return {};
           })
      .option("ID", *id, "Ingest query id, iq-...")
      .required();
}

}  // namespace

Result<std::string> read_sql(Terminal& terminal, const std::string& sql, const std::string& file) {
  if (!sql.empty()) return sql;
  if (!file.empty()) return read_text(terminal, file);
  return fail(Errc::bad_request, "give the query's SQL with --sql or --file");
}

void add_query_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "query", "Ingest queries: SQL between a file and its feed");
  add_changes(noun, session);
  add_looks(noun, session);
  add_query_previews(noun, session);
  add_query_versions(noun, session);
}

}  // namespace weir::cli
