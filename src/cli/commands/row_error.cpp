#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/commands/workflow.hpp"

namespace weir::cli {

namespace {

namespace json = boost::json;

const std::string runs = "/api/v0/workflow/runs/";
const std::string errors = "/api/v0/row-errors/";

struct Shown {
  std::string run;
  std::string state;
  bool csv = false;
  bool kinds = false;
  Paging paging;
};

Result<void> print_csv(Session& s, Api& api, const Shown& shown) {
  WEIR_TRY(
      const std::string csv,
      api.get_text(with_query(runs + percent_encode(shown.run) + "/errors.csv",
                              {{"level", shown.kinds ? "feed" : "file"}, {"state", shown.state}})));
  s.terminal.out << csv;
  return {};
}

Result<void> print_kinds(Session& s, Api& api, const Shown& shown) {
  WEIR_TRY(const json::value list,
           api.get(with_query(runs + percent_encode(shown.run) + "/error-kinds",
                              {{"state", shown.state}})));
  print_list(s, list,
             {{"TABLE", "table"},
              {"FIELD", "field"},
              {"ERROR", "kind"},
              {"COUNT", "count", true},
              {"OPEN", "open", true}},
             "the run has no row errors");
  return {};
}

Result<void> print_errors(Session& s, Api& api, const Shown& shown) {
  if (shown.csv) return print_csv(s, api, shown);
  if (shown.kinds) return print_kinds(s, api, shown);
  WEIR_TRY(const json::value list, fetch_list(api, runs + percent_encode(shown.run) + "/errors",
                                              {{"state", shown.state}}, shown.paging));
  print_list(s, list,
             {{"ID", "id"},
              {"STATE", "state"},
              {"TABLE", "table"},
              {"FILE", "file"},
              {"ROW", "row", true},
              {"FIELD", "field"},
              {"REASON", "reason"}},
             "the run has no row errors");
  return {};
}

void add_show(Command noun, const SessionPtr& session) {
  struct Options {
    std::string id;
    bool record = false;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "show", "One row error with its record", session,
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value error, api.get(errors + percent_encode(options->id)));
        if (!options->record) {
          print_item(s, error);
          return {};
        }
        const std::string mended = text_of(error, "mended_record");
        s.terminal.out << (mended.empty() ? text_of(error, "stored_record") : mended) << "\n";
        return {};
      });
  verb.option("ID", options->id, "As weir run errors shows it, 12.345").required();
  verb.flag("--record", options->record, "Print the record and nothing else, for a file to mend");
}

void add_mend(Command noun, const SessionPtr& session) {
  struct Options {
    std::string id;
    std::string file;
    bool undo = false;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "mend", "Give a mended record, which loads take from now on", session,
      [options](Session& s, Api& api) -> Result<void> {
        if (options->file.empty() != options->undo)
          return fail(Errc::bad_request, "give --file FILE with the mended record, or --undo");
        json::object body{{"record", ""}};
        if (!options->undo) {
          WEIR_TRY(const std::string text, read_text(s.terminal, options->file));
          body["record"] = text;
        }
        WEIR_TRY(const json::value error,
                 api.post(errors + percent_encode(options->id) + "/mend", body));
        print_done(s, error,
                   options->undo ? "the stored record counts again"
                                 : "the record is mended; weir run load-errors " +
                                       text_of(error, "run_id") + " loads it");
        return {};
      });
  verb.option("ID", options->id, "As weir run errors shows it, 12.345").required();
  verb.option("--file", options->file,
              "The mended record as JSON, or as XML if it came so; - is standard input");
  verb.flag("--undo", options->undo, "Take the mending back");
}

void add_dismiss(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  add_verb(noun, "dismiss", "Give a row error up; it counts as open no more", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value error,
                      api.post(errors + percent_encode(*id) + "/dismiss", json::object()));
             print_done(s, error, *id + " is dismissed");
             return {};
           })
      .option("ID", *id, "As weir run errors shows it, 12.345")
      .required();
}

}  // namespace

void add_run_error_commands(Command noun, const SessionPtr& session) {
  const auto shown = std::make_shared<Shown>();
  Command verb =
      add_verb(noun, "errors", "The rows that its loads could not take, and why", session,
               [shown](Session& s, Api& api) { return print_errors(s, api, *shown); });
  verb.option("ID", shown->run, "Run id, wf-...").required();
  verb.option("--state", shown->state, "open, mended, repeated or dismissed; all by default");
  verb.flag("--kinds", shown->kinds, "The kinds and how often");
  verb.flag("--csv", shown->csv, "As CSV");
  add_paging(verb, shown->paging);

  struct Again {
    std::string run;
    bool wait = false;
  };
  const auto again = std::make_shared<Again>();
  Command load = add_verb(
      noun, "load-errors", "Load its rows in error again, under the feeds as they are now", session,
      [again](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value run,
                 api.post(runs + percent_encode(again->run) + "/load-errors", json::object()));
        return print_started(s, api, run, again->wait,
                             text_of(run, "id") + " loads the rows in error of " + again->run);
      });
  load.option("ID", again->run, "Run id, wf-...").required();
  load.flag("--wait", again->wait, "Wait until it is done");
}

void add_row_error_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "row-error", "Row errors: records to mend, see weir run errors");
  add_show(noun, session);
  add_mend(noun, session);
  add_dismiss(noun, session);
}

}  // namespace weir::cli
