#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/commands/workflow.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/workflow/runs";

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  const auto filter = std::make_shared<std::map<std::string, std::string>>();
  const auto unresolved = std::make_shared<bool>(false);
  Command verb =
      add_verb(noun, "list", "All runs, newest first", session,
               [paging, filter, unresolved](Session& s, Api& api) -> Result<void> {
                 std::map<std::string, std::string> query;
                 for (const auto& [name, value] : *filter)
                   if (!value.empty()) query.emplace(name, value);
                 if (*unresolved) query.emplace("unresolved", "true");
                 WEIR_TRY(const json::value list, fetch_list(api, path, std::move(query), *paging));
                 print_list(s, list,
                            {{"ID", "id"},
                             {"KIND", "kind"},
                             {"NAME", "name"},
                             {"STATE", "state"},
                             {"BY", "started_by_name"},
                             {"CREATED", "created_at"},
                             {"ENDED", "ended_at"},
                             {"ERROR", "error"}},
                            "no runs yet; weir courier run ID --day DAY starts one");
                 return {};
               });
  verb.option("--state", (*filter)["state"], "In this state only, as in failed");
  verb.option("--kind", (*filter)["kind"], "courier, group or ingest_job")
      .one_of({"courier", "group", "ingest_job"});
  verb.option("--started-by", (*filter)["started_by"], "schedule, or a key, tak-...");
  verb.option("--courier", (*filter)["courier_id"], "Of this courier, cr-...");
  verb.option("--group", (*filter)["group_id"], "Of this group, cg-...");
  verb.option("--parent", (*filter)["parent"], "That this run of a group made, wf-...");
  verb.option("--ended-from", (*filter)["ended_from"], "Over not before then, RFC 3339");
  verb.option("--ended-to", (*filter)["ended_to"], "Over before then");
  verb.flag("--unresolved", *unresolved, "Failed, and nothing has succeeded since");
  add_paging(verb, *paging);
}

void add_resolve(Command noun, const SessionPtr& session) {
  struct Options {
    std::string id, resolution, task;
    std::optional<std::uint64_t> threshold;
    bool wait = false;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "resolve", "Put one that failed or was stopped back to work; show tells what applies",
      session, [options](Session& s, Api& api) -> Result<void> {
        json::object body{{"resolution", options->resolution}};
        if (!options->task.empty()) body["task_id"] = options->task;
        if (options->threshold) body["error_threshold"] = *options->threshold;
        WEIR_TRY(const json::value run,
                 api.post(path + "/" + percent_encode(options->id) + "/resolve", body));
        return print_started(s, api, run, options->wait,
                             options->id + " is " + text_of(run, "state"));
      });
  verb.option("ID", options->id, "Run id, wf-...").required();
  verb.option("RESOLUTION", options->resolution, "What to do")
      .required()
      .one_of({"ignore_missing_file", "restart_workflow", "retry_task", "skip_task",
               "update_error_threshold"});
  verb.option("--task", options->task, "Of this task (the first to which it applies)");
  verb.option("--error-threshold", options->threshold, "Percent, for update_error_threshold");
  verb.flag("--wait", options->wait, "Wait until it is done and show what was loaded");
}

void add_batches(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto paging = std::make_shared<Paging>();
  Command verb = add_verb(
      noun, "batches", "The batches that it loads", session,
      [id, paging](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value list,
                 fetch_list(api, path + "/" + percent_encode(*id) + "/batches", {}, *paging));
        print_list(s, list,
                   {{"PATH", "path"},
                    {"DAY", "day"},
                    {"HOUR", "hour", true},
                    {"RECORDS", "records", true},
                    {"BYTES", "bytes", true}},
                   "it has not looked for its batches yet, or found none");
        return {};
      });
  verb.option("ID", *id, "Run id, wf-...").required();
  add_paging(verb, *paging);
}

void add_verbs(Command noun, const SessionPtr& session) {
  add_list(noun, session);
  const auto id = std::make_shared<std::string>();
  const auto wait = std::make_shared<bool>(false);
  Command show =
      add_verb(noun, "show", "One run with its tasks", session,
               [id, wait](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const json::value run, *wait ? wait_for_run(s.terminal, api, *id)
                                                       : api.get(path + "/" + percent_encode(*id)));
                 print_run(s, run);
                 return {};
               });
  show.option("ID", *id, "Run id, wf-...").required();
  show.flag("--wait", *wait, "Wait until it is done");
  add_verb(noun, "stop", "Ask it to stop", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value run,
                      api.post(path + "/" + percent_encode(*id) + "/stop", json::object{}));
             print_done(s, run, *id + " is " + text_of(run, "state"));
             return {};
           })
      .option("ID", *id, "Run id, wf-...")
      .required();
  add_resolve(noun, session);
  add_batches(noun, session);
  add_run_error_commands(noun, session);
}

}  // namespace

void add_run_commands(Command app, const SessionPtr& session) {
  add_verbs(add_noun(app, "run", "Workflow runs: what couriers are doing and have done"), session);
  add_verbs(add_noun(app, "workflow", "The same as weir run"), session);
}

}  // namespace weir::cli
