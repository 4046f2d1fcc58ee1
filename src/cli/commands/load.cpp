#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/loads";

void add_list(Command noun, const SessionPtr& session) {
  struct Options {
    std::string table, run;
    Paging paging;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "list", "Loads and other changes of tables, newest first", session,
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value list,
                 fetch_list(api, path, {{"table", options->table}, {"run_id", options->run}},
                            options->paging));
        print_list(s, list,
                   {{"LOAD", "number", true},
                    {"AT", "at"},
                    {"KIND", "kind"},
                    {"TABLE", "table"},
                    {"STATE", "state"},
                    {"INSERTED", "inserted", true},
                    {"UPDATED", "updated", true},
                    {"REJECTED", "rejected", true},
                    {"ERRORS", "errors", true},
                    {"DELETED", "deleted", true},
                    {"RUN", "run_id"}},
                   "nothing was loaded yet");
        return {};
      });
  verb.option("--table", options->table, "Of this table, Source:Feed");
  verb.option("--run", options->run, "Of this run, wf-...");
  add_paging(verb, options->paging);
}

std::string numbers_of(const json::value& answer, const std::string& member) {
  const json::value* list = answer.is_object() ? answer.as_object().if_contains(member) : nullptr;
  std::string out;
  if (list == nullptr || !list->is_array()) return out;
  for (const json::value& each : list->as_array())
    out += (out.empty() ? "" : ", ") + cell_text(each);
  return out;
}

std::string sentence_of(const json::value& undone, const std::string& load, bool dry_run) {
  const std::string would = dry_run ? " would be" : " are";
  std::string out = dry_run ? "load " + load + ": " : "load " + load + " is undone: ";
  out += text_of(undone, "back") + " rows" + would + " there again, " + text_of(undone, "changed") +
         " as they were, " + text_of(undone, "deleted") + " gone";
  const std::string rejecting = numbers_of(undone, "rejecting");
  if (!rejecting.empty())
    out += "\nlater loads rejected rows: " + rejecting +
           ". What they rejected because of this one is there when their files are loaded again.";
  return out;
}

void add_undo(Command noun, const SessionPtr& session) {
  struct Options {
    std::string number;
    bool dry_run = false, yes = false;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "undo", "Make the table what it would be without a load, or a removal of rows", session,
      [options](Session& s, Api& api) -> Result<void> {
        const std::string target = path + "/" + percent_encode(options->number) + "/undo";
        const json::object dry{{"dry_run", true}};
        WEIR_TRY(json::value answer, api.post(target, dry));
        if (!options->dry_run) {
          WEIR_CHECK(confirm(s, options->yes, sentence_of(answer, options->number, true) + "\n"));
          WEIR_TRY(answer, api.post(target, json::object{}));
        }
        print_done(s, answer, sentence_of(answer, options->number, options->dry_run));
        return {};
      });
  verb.option("LOAD", options->number, "Its number, as weir load list shows it").required();
  verb.flag("--dry-run", options->dry_run, "Only say what would change");
  verb.flag("--yes", options->yes, "Do not ask");
  verb.footer("Example: weir load undo 42 --dry-run");
}

}  // namespace

void add_load_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "load", "Loads: what changed tables, and how to undo it");
  add_list(noun, session);
  add_undo(noun, session);
}

}  // namespace weir::cli
