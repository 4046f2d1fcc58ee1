#include "cli/commands/workflow.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "cli/commands/output.hpp"
#include "cli/commands/run_progress.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> final_states{"succeeded", "failed", "stopped", "skipped",
                                                       "canceled"};

/// Each task with what its detail counts beside its own members.
json::array with_details(const json::array& tasks) {
  json::array out;
  for (const json::value& task : tasks) {
    json::object row = task.is_object() ? task.as_object() : json::object();
    const json::value* detail = row.if_contains("detail");
    const json::object counts =
        detail != nullptr && detail->is_object() ? detail->as_object() : json::object();
    for (const auto& [name, value] : counts)
      row.emplace(name, value);
    out.push_back(std::move(row));
  }
  return out;
}

bool has_any(const json::array& tasks, const std::string& member) {
  return std::any_of(tasks.begin(), tasks.end(), [&member](const json::value& task) {
    return task.as_object().contains(member);
  });
}

/// What a run that succeeded should still be looked at for.
void print_warnings(Session& session, const json::array& tasks) {
  bool first = true;
  for (const json::value& task : tasks) {
    const json::value* warnings = task.as_object().if_contains("warnings");
    if (warnings == nullptr || !warnings->is_array()) continue;
    for (const json::value& each : warnings->as_array())
      session.terminal.out << (std::exchange(first, false) ? "\n" : "")
                           << "warning: " << visible(text_of(task, "name")) << ": "
                           << visible(cell_text(each)) << "\n";
  }
}

/// What counts no more: the numbers above them are of what the loads did.
void print_undone(Session& session, const json::array& tasks) {
  for (const json::value& task : tasks) {
    const json::value* undone = task.as_object().if_contains("undone_loads");
    if (undone == nullptr || !undone->is_array()) continue;
    std::string numbers;
    for (const json::value& each : undone->as_array())
      numbers += (numbers.empty() ? "" : ", ") + cell_text(each);
    session.terminal.out << "\nundone: " << visible(text_of(task, "name")) << ": load " << numbers
                         << "\n";
  }
}

/// What a run is without: most are of no group and have no options.
bool says_nothing(const json::value& value) {
  if (value.is_string()) return value.as_string().empty();
  return value.is_null() || value == false || value == 0;
}

}  // namespace

bool is_final(const std::string& state) {
  return std::find(final_states.begin(), final_states.end(), state) != final_states.end();
}

Result<json::value> wait_for_run(Terminal& terminal, Api& api, const std::string& id) {
  RunProgress progress(terminal);
  while (true) {
    auto run = api.get("/api/v0/workflow/runs/" + percent_encode(id));
    if (!run) progress.end();
    if (!run) return run;
    progress.show(*run);
    if (is_final(text_of(*run, "state"))) {
      progress.end();
      return run;
    }
    terminal.sleep(std::chrono::milliseconds(500));
  }
}

void print_run(Session& session, const json::value& run) {
  const std::string state = text_of(run, "state");
  if (is_final(state) && state != "succeeded" && state != "skipped")
    session.terminal.exit_code = outcome_of(Errc::internal).exit_code;
  if (session.json || !run.is_object()) return print_item(session, run);
  json::object head;
  json::value tasks;
  json::value notices;
  json::value resolutions;
  for (const auto& [name, value] : run.as_object()) {
    if (name == "tasks")
      tasks = value;
    else if (name == "notices")
      notices = value;
    else if (name == "resolutions")
      resolutions = value;
    else if (!says_nothing(value))
      head[name] = value;
  }
  print_item(session, head);
  if (notices.is_array() && !notices.as_array().empty()) {
    session.terminal.out << "\n";
    print_list(session, json::object{{"items", notices}},
               {{"AT", "at"}, {"NOTICE", "kind"}, {"TEXT", "text"}}, "");
  }
  if (!tasks.is_array() || tasks.as_array().empty()) return;
  session.terminal.out << "\n";
  const json::array rows = with_details(tasks.as_array());
  std::vector<ListColumn> columns{{"TASK", "kind"},
                                  {"OF", "name"},
                                  {"STATE", "state"},
                                  {"RECORDS", "records", true},
                                  {"READ", "read", true},
                                  {"INSERTED", "inserted", true},
                                  {"UPDATED", "updated", true},
                                  {"REJECTED", "rejected", true}};
  for (const ListColumn& rare :
       {ListColumn{"DELETED", "deleted", true}, ListColumn{"TAKEN BACK", "taken_back", true}}) {
    if (has_any(rows, rare.member)) columns.push_back(rare);
  }
  columns.insert(columns.end(), {{"ERRORS", "errors", true}, {"ERROR", "error"}});
  print_list(session, json::object{{"items", rows}}, columns, "");
  print_warnings(session, rows);
  print_undone(session, rows);
  if (!resolutions.is_array() || resolutions.as_array().empty()) return;
  session.terminal.out << "\nweir run resolve " << text_of(run, "id") << " with one of these:\n";
  print_list(session, json::object{{"items", resolutions}},
             {{"RESOLUTION", "resolution"}, {"TASK", "task_id"}}, "");
}

Result<void> print_started(Session& session, Api& api, const json::value& run, bool wait,
                           const std::string& sentence) {
  if (!wait) {
    print_done(session, run, sentence);
    return {};
  }
  WEIR_TRY(const json::value over, wait_for_run(session.terminal, api, text_of(run, "id")));
  print_run(session, over);
  return {};
}

}  // namespace weir::cli
