#include "catalog/runs.hpp"

#include <algorithm>
#include <string>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "catalog/audit.hpp"
#include "catalog/run_config.hpp"
#include "control/answers.hpp"
#include "control/batch_json.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/run_json.hpp"
#include "control/stream_names.hpp"
#include "control/text.hpp"
#include "workflow/attribution.hpp"
#include "workflow/resolutions.hpp"

/// Workflow runs: what couriers have done and are doing (spec/workflows.md 5).
namespace weir::control {
namespace {

namespace json = boost::json;

json::value json_of_task(const Services& services, const catalog::RunTask& task,
                         const std::string& attribution) {
  json::object body{{"id", task.id},
                    {"kind", task.kind},
                    {"name", task.name},
                    {"state", to_string(task.state)},
                    {"detail", json_of_stored(task.detail)},
                    {"started_at", json_of(task.started_at)},
                    {"ended_at", json_of(task.ended_at)}};
  if (!task.stage.empty()) {
    body["stage"] = task.stage;
    body["inputs"] = json_of_stored(task.inputs.empty() ? "{}" : task.inputs);
    body["outputs"] = json_of_stored(task.outputs.empty() ? "{}" : task.outputs);
    body["attempt"] = task.attempt;
    body["not_before"] = json_of(task.not_before);
  }
  if (!task.error.empty()) body["error"] = without_directory(task.error, services.data_directory);
  if (!attribution.empty()) body["attribution"] = attribution;
  if (json::object* detail = body["detail"].if_object()) detail->erase("attribution");
  return body;
}

/// Whether a load is a task's: into its table, or the shadow of it.
bool is_of(const engine::LoadRecord& load, const json::value& task) {
  const auto& table = task.at("name").as_string();
  return load.table == table || load.table == "shadow:" + std::string(table);
}

/// What is true of the run's loads since: a task tells what its load did, and not that it was
/// undone. A run is shown also while its tables cannot be asked.
void note_undone(const Call& call, const std::string& run_id, json::array& tasks) {
  const auto counts = [](json::value& task) -> json::object* {
    json::object* detail = task.as_object()["detail"].if_object();
    return detail != nullptr && detail->contains("load") ? detail : nullptr;
  };
  if (std::none_of(tasks.begin(), tasks.end(), counts)) return;
  const auto loads = call.services.engine.ledger(call.caller.tenant,
                                                 {.run = run_id, .most = limits::page_items_max});
  if (!loads) return;
  for (json::value& task : tasks) {
    json::object* detail = counts(task);
    if (detail == nullptr) continue;
    json::array undone;
    for (const engine::LoadRecord& load : *loads)
      if (load.state == engine::LoadState::undone && is_of(load, task))
        undone.emplace_back(load.counts.load);
    if (!undone.empty()) (*detail)["undone_loads"] = std::move(undone);
  }
}

Result<http::Response> answer_run(const Call& call, const catalog::Run& run) {
  WEIR_TRY(const auto tasks, call.services.catalog.runs().tasks(run.id));
  json::array items;
  WEIR_TRY(const auto attributions, workflow::attributions_of(call.services.catalog, tasks));
  for (std::size_t i = 0; i < tasks.size(); ++i)
    items.push_back(json_of_task(call.services, tasks[i], attributions[i]));
  note_undone(call, run.id, items);
  json::object body = json_of_run(call.services, run);
  body["tasks"] = std::move(items);
  if (run.state == catalog::RunState::failed)
    body["attribution"] = workflow::attribution_of_run(attributions);
  json::array& offers = body["resolutions"].emplace_array();
  for (const auto& offer : workflow::offers(run, tasks))
    offers.push_back(json::object{{"resolution", workflow::to_string(offer.resolution)},
                                  {"task_id", offer.task_id}});
  WEIR_TRY(const auto told, call.services.catalog.runs().notices(run.id));
  json::array& notices = body["notices"].emplace_array();
  for (const catalog::RunNotice& notice : told)
    notices.push_back(
        json::object{{"at", to_string(notice.at)},
                     {"kind", notice.kind},
                     {"text", without_directory(notice.text, call.services.data_directory)}});
  return answer(200, body);
}

Result<catalog::RunFilter> filter_of(const http::Request& request) {
  catalog::RunFilter filter;
  const auto given = [&](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  if (const std::string state = given("state"); !state.empty()) {
    filter.state = catalog::parse_run_state(state);
    if (!filter.state)
      return fail(Errc::bad_request,
                  "\"state\" is a state of runs such as failed, not \"" + state + "\".");
  }
  if (const std::string kind = given("kind"); !kind.empty()) {
    filter.kind = catalog::parse_run_kind(kind);
    if (!filter.kind)
      return fail(Errc::bad_request,
                  "\"kind\" is courier, group or ingest_job, not \"" + kind + "\".");
  }
  filter.started_by = given("started_by");
  filter.group_id = given("group_id");
  filter.parent = given("parent");
  filter.courier_id = given("courier_id");
  WEIR_TRY(filter.created_from, query_time(request, "created_from"));
  WEIR_TRY(filter.created_to, query_time(request, "created_to"));
  WEIR_TRY(filter.ended_from, query_time(request, "ended_from"));
  WEIR_TRY(filter.ended_to, query_time(request, "ended_to"));
  WEIR_TRY(filter.unresolved, query_flag(request, "unresolved", false));
  return filter;
}

Result<http::Response> list_runs(const Call& call) {
  WEIR_TRY(auto request, page_request(call.request));
  if (request.text.empty()) request.text = query_text(call.request, "text").value_or("");
  WEIR_TRY(const auto filter, filter_of(call.request));
  WEIR_TRY(const bool with_total, query_flag(call.request, "with_total", false));
  auto& runs = call.services.catalog.runs();
  WEIR_TRY(const auto page, runs.list(call.caller.tenant_no, request, filter));
  json::array items;
  for (const catalog::Run& run : page.items) {
    json::object& item = items.emplace_back(json_of_run(call.services, run)).as_object();
    if (run.state != catalog::RunState::failed) continue;
    WEIR_TRY(const auto tasks, runs.tasks(run.id));
    WEIR_TRY(const auto attributions, workflow::attributions_of(call.services.catalog, tasks));
    item["attribution"] = workflow::attribution_of_run(attributions);
  }
  json::object body{{"items", std::move(items)},
                    {"next_token", text_or_null(page.next_token)},
                    {"previous_token", text_or_null(page.previous_token)}};
  if (with_total) {
    WEIR_TRY(body["total"], runs.count(call.caller.tenant_no, request.text, filter));
  }
  return answer(200, body);
}

Result<http::Response> get_run(const Call& call) {
  WEIR_TRY(const auto run, call.services.catalog.runs().find(call.caller.tenant_no, call.id));
  return answer_run(call, run);
}

Result<http::Response> stop_run(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto run, call.services.catalog.runs().stop(call.caller.tenant_no, call.id));
  call.services.wake_runs();
  return answer_run(call, run);
}

/// As the documents name these events (spec/users.md 4), and the others alike.
std::string audit_type_of(workflow::Resolution resolution) {
  switch (resolution) {
    case workflow::Resolution::retry_task:
      return "workflow/retry";
    case workflow::Resolution::skip_task:
      return "workflow/skip";
    default:
      break;
  }
  std::string type = "workflow/" + std::string(workflow::to_string(resolution));
  std::replace(type.begin(), type.end(), '_', '-');
  return type;
}

Result<http::Response> resolve_run(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"resolution", "task_id", "error_threshold"}));
  WEIR_TRY(const std::string name, body.text("resolution"));
  const auto resolution = workflow::parse_resolution(name);
  if (!resolution)
    return fail(Errc::bad_request,
                "\"resolution\" is ignore_missing_file, restart_workflow, retry_task, skip_task or "
                "update_error_threshold, not \"" +
                    name + "\".");
  workflow::Choice choice{.resolution = *resolution};
  WEIR_TRY(choice.task_id, body.text_or("task_id", ""));
  if (body.has("error_threshold")) {
    WEIR_TRY(choice.error_threshold, body.number_or("error_threshold", 0, 0, 100));
  }
  auto& runs = call.services.catalog.runs();
  WEIR_TRY(const auto run, runs.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto tasks, runs.tasks(run.id));
  WEIR_TRY(auto resolved, workflow::resolve(run, tasks, choice));
  resolved.resumption.notice += ", by " + call.caller.key_id;
  if (resolved.restarts)
    WEIR_CHECK(workflow::take_settings_of_now(call.services.catalog, run, resolved));
  call.act->type = audit_type_of(*resolution);
  WEIR_TRY(const auto resumed, runs.resume(run, resolved.resumption, resolved.children));
  call.services.wake_runs();
  return answer_run(call, resumed);
}

/// Those that its task found, or is to find: none before.
Result<http::Response> list_run_batches(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  auto& catalog = call.services.catalog;
  WEIR_TRY(const auto run, catalog.runs().find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto tasks, catalog.runs().tasks(run.id));
  for (const catalog::RunTask& task : tasks) {
    if (task.kind != "find-batches" || task.outputs.empty()) continue;
    WEIR_TRY(const auto chosen, catalog::parse_batch_filter(task.outputs));
    WEIR_TRY(const auto page, catalog.batches().list(run.tenant_no, chosen, request));
    StreamNames names(catalog.streams());
    json::array items;
    for (const catalog::Batch& batch : page.items) {
      WEIR_TRY(const std::string stream_id, names.id_of(batch.stream));
      items.push_back(json_of_batch(batch, stream_id));
    }
    return answer_items(std::move(items), page.next_token, page.previous_token);
  }
  return answer_items({}, "", "");
}

Result<catalog::RunRange> range_of(const Fields& body) {
  WEIR_TRY(const auto day, body.day("day"));
  WEIR_TRY(const auto from, body.day("range_from"));
  WEIR_TRY(const auto to, body.day("range_to"));
  WEIR_TRY(const bool all, body.flag_or("all", false));
  if (int{day.has_value()} + int{from || to} + int{all} != 1)
    return fail(
        Errc::bad_request,
        "Say what to load, in one way: {\"day\": \"2027-03-02\"}, {\"range_from\": "
        "\"2027-03-01\", \"range_to\": \"2027-03-08\"} (not included), or {\"all\": true}.");
  if (all) return catalog::RunRange{};
  if (day) return catalog::RunRange{day, *day + std::chrono::days(1)};
  if (!from)
    return fail(Errc::bad_request, "\"range_to\" needs \"range_from\", the first day to load.");
  const Day end = to.value_or(*from + std::chrono::days(1));
  if (end <= *from)
    return fail(Errc::bad_request,
                "\"range_to\" must be after \"range_from\": it is the first day not to load.");
  return catalog::RunRange{from, end};
}

/// As the public pages start one: by the id of what is to run.
Result<http::Response> start_run(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"config_id", "range_from", "range_to", "run_mode"}));
  WEIR_TRY(const std::string id, body.text("config_id"));
  WEIR_TRY(const std::string mode, body.text_or("run_mode", "source"));
  if (mode != "source" && mode != "full")
    return fail(Errc::bad_request,
                "\"run_mode\" is source, which loads, or full, which is the same here: nothing is "
                "downstream of a load. It is not \"" +
                    mode + "\".");
  const bool is_group = id.starts_with(id_prefix::courier_group);
  catalog::Run asked;
  asked.load_only = mode == "source";
  asked.automatic = is_group && !body.has("range_from") && !body.has("range_to");
  if (!asked.automatic) {
    WEIR_TRY(asked.range, range_of(body));
  }
  return is_group ? start_group(call, id, asked) : start_courier(call, id, asked);
}

}  // namespace

Result<catalog::Run> group_run_of(const http::Request& request) {
  WEIR_TRY(const auto body, Fields::of_body(request, {"day", "range_from", "range_to", "all",
                                                      "load_only", "skip_missing", "shadow"}));
  catalog::Run run;
  run.automatic =
      !body.has("day") && !body.has("range_from") && !body.has("range_to") && !body.has("all");
  if (!run.automatic) {
    WEIR_TRY(run.range, range_of(body));
  }
  WEIR_TRY(run.load_only, body.flag_or("load_only", false));
  WEIR_TRY(run.skip_missing, body.flag_or("skip_missing", false));
  WEIR_TRY(run.shadow, body.flag_or("shadow", false));
  return run;
}

Result<catalog::Run> run_of(const http::Request& request) {
  WEIR_TRY(const auto body, Fields::of_body(request, {"day", "range_from", "range_to", "all",
                                                      "load_only", "skip_missing", "shadow"}));
  catalog::Run run;
  WEIR_TRY(run.range, range_of(body));
  WEIR_TRY(run.load_only, body.flag_or("load_only", false));
  WEIR_TRY(run.skip_missing, body.flag_or("skip_missing", false));
  WEIR_TRY(run.shadow, body.flag_or("shadow", false));
  return run;
}

json::object json_of_run(const Services& services, const catalog::Run& run) {
  json::object body{{"id", run.id},
                    {"courier_id", run.courier_id},
                    {"kind", to_string(run.kind)},
                    {"parent", run.parent},
                    {"group_id", run.group_id},
                    {"started_by", run.started_by},
                    {"started_by_name", run.started_by_name},
                    {"scheduled_for", json_of(run.scheduled_for)},
                    {"warnings", run.warnings},
                    {"name", run.name},
                    {"state", to_string(run.state)},
                    {"range_from", json_of(run.range.from)},
                    {"range_to", json_of(run.range.to)},
                    {"load_only", run.load_only},
                    {"skip_missing", run.skip_missing},
                    {"shadow", run.shadow},
                    {"only_errors", run.only_errors},
                    {"created_at", to_string(run.created_at)},
                    {"started_at", json_of(run.started_at)},
                    {"ended_at", json_of(run.ended_at)}};
  if (run.live) body["rounds"] = run.rounds;
  if (!run.error.empty()) body["error"] = without_directory(run.error, services.data_directory);
  return body;
}

void add_run_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", "/api/v0/workflow/runs", "listRuns", operate, list_runs,
                    paged({"q", "text", "state", "kind", "started_by", "courier_id", "group_id",
                           "parent", "created_from", "created_to", "ended_from", "ended_to",
                           "unresolved", "with_total"})});
  routes.push_back({"POST", "/api/v0/workflow/runs", "startRun", operate, start_run});
  routes.push_back({"GET", "/api/v0/workflow/runs/{id}", "getRun", operate, get_run});
  routes.push_back({"POST", "/api/v0/workflow/runs/{id}/stop", "stopRun", operate, stop_run});
  routes.push_back(
      {"POST", "/api/v0/workflow/runs/{id}/resolve", "resolveRun", operate, resolve_run});
  routes.push_back({"GET", "/api/v0/workflow/runs/{id}/batches", "listRunBatches", operate,
                    list_run_batches, paged()});
}

}  // namespace weir::control
