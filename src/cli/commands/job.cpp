#include <memory>

#include <boost/json.hpp>

#include "base/time.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/commands/workflow.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/ingest/jobs";
constexpr std::chrono::days window_max{7};

struct Window {
  std::string from, to;
  Paging paging;
};

/// Whole days; without any, the last seven until now.
Result<std::map<std::string, std::string>> query_of(const Window& window, Time now) {
  for (const std::string* day : {&window.from, &window.to})
    if (!day->empty() && !parse_day(*day))
      return fail(Errc::bad_request, "\"" + *day + "\" is no day; write it as 2027-03-02");
  const Time to = window.to.empty() ? now + std::chrono::seconds(1) : Time(*parse_day(window.to));
  const Time from = window.from.empty() ? to - window_max : Time(*parse_day(window.from));
  return std::map<std::string, std::string>{{"created_from", to_string(from)},
                                            {"created_to", to_string(to)}};
}

void add_list(Command noun, const SessionPtr& session) {
  const auto window = std::make_shared<Window>();
  Command verb = add_verb(noun, "list", "Ingest jobs of at most seven days, newest first", session,
                          [window](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(auto query, query_of(*window, s.terminal.now()));
                            WEIR_TRY(const json::value list,
                                     fetch_list(api, path, std::move(query), window->paging));
                            print_list(s, list,
                                       {{"ID", "id"},
                                        {"NAME", "name"},
                                        {"STATE", "state"},
                                        {"RESTARTS", "restarts"},
                                        {"CREATED", "created_at"},
                                        {"ENDED", "ended_at"},
                                        {"ERROR", "error"}},
                                       "no ingest jobs in this time");
                            return {};
                          });
  verb.option("--from", window->from, "Made on this UTC day or later (the last seven days)");
  verb.option("--to", window->to, "Made before this UTC day");
  add_paging(verb, window->paging);
}

void print_job(Session& session, const json::value& job) {
  if (session.json || !job.is_object()) return print_item(session, job);
  json::object head;
  json::array feeds;
  json::array files;
  for (const auto& [name, value] : job.as_object())
    if (name != "feeds" && !value.is_null()) head[name] = value;
  if (const json::value* listed = job.as_object().if_contains("feeds"))
    for (const json::value& feed : listed->as_array()) {
      feeds.push_back(feed);
      if (const json::value* read = feed.as_object().if_contains("files"))
        for (const json::value& file : read->as_array())
          files.push_back(file);
    }
  print_item(session, head);
  print_list(session, json::object{{"items", feeds}},
             {{"FEED", "feed_id"},
              {"TABLE", "table"},
              {"STATE", "state"},
              {"READ", "read", true},
              {"ERRORS", "errors", true},
              {"REJECTED", "rejected", true},
              {"INSERTED", "inserted", true},
              {"UPDATED", "updated", true},
              {"ERROR", "error"}},
             "it loads into no feed");
  if (!files.empty())
    print_list(session, json::object{{"items", files}},
               {{"FILE", "file"}, {"READ", "read", true}, {"ERRORS", "errors", true}}, "");
}

}  // namespace

void add_job_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "job", "Ingest jobs: what runs loaded, by feed and file");
  add_list(noun, session);
  const auto id = std::make_shared<std::string>();
  const auto wait = std::make_shared<bool>(false);
  add_verb(noun, "show", "One job with its feeds and files", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value job, api.get(path + "/" + percent_encode(*id)));
             print_job(s, job);
             return {};
           })
      .option("ID", *id, "Job id, isj-...")
      .required();
  Command restart = add_verb(
      noun, "restart", "Load its files again with the feeds and queries as they are now", session,
      [id, wait](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value job,
                 api.post(path + "/" + percent_encode(*id) + "/restart", json::object{}));
        if (!*wait) {
          print_done(s, job, text_of(job, "id") + "  " + text_of(job, "state"));
          return {};
        }
        WEIR_TRY(const json::value over, wait_for_run(s.terminal, api, text_of(job, "run_id")));
        print_run(s, over);
        return {};
      });
  restart.option("ID", *id, "Job id, isj-...").required();
  restart.flag("--wait", *wait, "Wait until it is done and show what was loaded");
}

}  // namespace weir::cli
