#include <chrono>

#include <boost/json.hpp>

#include "catalog/runs.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/text.hpp"

/// Ingest jobs: the loading parts of runs (spec/workflows.md 8). A job is no row of its own: it is
/// the run under another name, so the two cannot disagree.
namespace weir::control {
namespace {

namespace json = boost::json;
using catalog::Run;
using catalog::RunKind;
using catalog::RunState;
using catalog::RunTask;

constexpr std::chrono::days window_max{7};
constexpr std::string_view job_prefix = "isj-";
constexpr const char* find_kind = "find-batches";
constexpr const char* load_kind = "load";

std::string job_id_of(const std::string& run_id) {
  return std::string(job_prefix) + run_id.substr(id_prefix::workflow_run.size());
}

Result<Run> find_job(const Call& call) {
  const auto none = [&] {
    return fail(Errc::not_found, "There is no ingest job \"" + call.id + "\" in this tenant.");
  };
  if (!call.id.starts_with(job_prefix)) return none();
  auto run = call.services.catalog.runs().find(
      call.caller.tenant_no,
      std::string(id_prefix::workflow_run) + call.id.substr(job_prefix.size()));
  if (run && run->kind == RunKind::group) return none();
  if (!run && run.error().code == Errc::not_found) return none();
  return run;
}

json::object json_of_job(const Services& services, const Run& run) {
  json::object body{{"id", job_id_of(run.id)},
                    {"run_id", run.id},
                    {"courier_id", run.courier_id},
                    {"name", run.name},
                    {"state", catalog::to_string(run.state)},
                    {"restarts", nullptr},
                    {"started_by", run.started_by},
                    {"warnings", run.warnings},
                    {"created_at", to_string(run.created_at)},
                    {"started_at", json_of(run.started_at)},
                    {"ended_at", json_of(run.ended_at)}};
  if (run.kind == RunKind::ingest_job) body["restarts"] = job_id_of(run.parent);
  if (!run.error.empty()) body["error"] = without_directory(run.error, services.data_directory);
  return body;
}

/// What a load counted, as far as it came.
json::object json_of_feed(const Services& services, const RunTask& task) {
  const json::value inputs = json_of_stored(task.inputs.empty() ? "{}" : task.inputs);
  const json::value detail = json_of_stored(task.detail);
  const auto member = [](const json::value& of, const char* name) {
    const json::value* found = of.is_object() ? of.get_object().if_contains(name) : nullptr;
    return found == nullptr ? json::value(nullptr) : *found;
  };
  json::object feed{{"feed_id", member(inputs, "feed_id")},
                    {"table", task.name},
                    {"state", catalog::to_string(task.state)}};
  for (const char* count : {"read", "errors", "rejected", "inserted", "updated"}) {
    const json::value counted = member(detail, count);
    feed[count] = counted.is_null() ? json::value(0) : counted;
  }
  const json::value files = member(detail, "files");
  feed["files"] = files.is_array() ? files : json::value(json::array());
  if (!task.error.empty()) feed["error"] = without_directory(task.error, services.data_directory);
  return feed;
}

Result<http::Response> answer_job(const Call& call, int status, const Run& run) {
  WEIR_TRY(const auto tasks, call.services.catalog.runs().tasks(run.id));
  json::object body = json_of_job(call.services, run);
  json::array& feeds = body["feeds"].emplace_array();
  for (const RunTask& task : tasks)
    if (task.kind == load_kind) feeds.push_back(json_of_feed(call.services, task));
  return answer(status, body);
}

Result<Time> time_of_query(const http::Request& request, const char* name) {
  const auto text = query_text(request, name);
  if (text)
    if (const auto time = parse_time(*text)) return *time;
  return fail(Errc::bad_request,
              std::string("\"") + name + "\" is missing, or no time such as 2027-03-02T00:00:00Z.");
}

Result<http::Response> list_jobs(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  catalog::RunFilter filter{.loads = true};
  WEIR_TRY(filter.created_from, time_of_query(call.request, "created_from"));
  WEIR_TRY(filter.created_to, time_of_query(call.request, "created_to"));
  if (*filter.created_to <= *filter.created_from ||
      *filter.created_to - *filter.created_from > window_max)
    return fail(Errc::bad_request,
                "\"created_to\" must be after \"created_from\", and at most seven days after.");
  WEIR_TRY(const auto page,
           call.services.catalog.runs().list(call.caller.tenant_no, request, filter));
  return answer_page(page, [&](const Run& run) { return json_of_job(call.services, run); });
}

Result<http::Response> get_job(const Call& call) {
  WEIR_TRY(const auto run, find_job(call));
  return answer_job(call, 200, run);
}

/// A run that has done the finding already, and keeps the settings of now.
Result<http::Response> restart_job(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto run, find_job(call));
  if (run.live)
    return fail(Errc::conflict,
                "It is the job of a courier that each batch starts, whose rounds are tried again "
                "by themselves. Run the courier by hand for the days to load again.");
  if (!is_over(run.state))
    return fail(Errc::conflict, "Ingest job " + call.id + " is still at work: it is " +
                                    std::string(catalog::to_string(run.state)) +
                                    ". Wait for its end, or stop run " + run.id + ".");
  auto& runs = call.services.catalog.runs();
  WEIR_TRY(const auto tasks, runs.tasks(run.id));
  std::vector<RunTask> done;
  for (const RunTask& task : tasks)
    if (task.kind == find_kind && task.state == RunState::succeeded) done.push_back(task);
  if (done.empty())
    return fail(Errc::conflict, "Run " + run.id +
                                    " found no files, so there is nothing to load again. Run the "
                                    "courier, or resolve the run.");
  Run again;
  again.kind = RunKind::ingest_job;
  again.parent = run.id;
  again.courier_id = run.courier_id;
  again.range = run.range;
  again.load_only = run.load_only;
  again.skip_missing = run.skip_missing;
  again.shadow = run.shadow;
  again.only_errors = run.only_errors;
  again.started_by = call.caller.key_id;
  WEIR_TRY(const auto added, runs.add(call.caller.tenant_no, std::move(again), std::move(done)));
  call.services.wake_runs();
  return answer_job(call, 201, added);
}

}  // namespace

void add_ingest_job_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", "/api/v0/ingest/jobs", "listIngestJobs", operate, list_jobs,
                    paged({"created_from", "created_to"})});
  routes.push_back({"GET", "/api/v0/ingest/jobs/{id}", "getIngestJob", operate, get_job});
  routes.push_back(
      {"POST", "/api/v0/ingest/jobs/{id}/restart", "restartIngestJob", operate, restart_job});
}

}  // namespace weir::control
