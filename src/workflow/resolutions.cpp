// A resolution is an edit of the run's tasks: what is temporary is written into the inputs of a
// task of this run and nowhere else. What was canceled behind the failed task is to be done again,
// and what went well stays done. A restart drops the tasks that are planned from settings, so that
// the runner plans them anew; the ledger of loads answers for feeds that this run has loaded.

#include "workflow/resolutions.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "catalog/catalog.hpp"
#include "workflow/group_config.hpp"
#include "workflow/scheduler.hpp"

namespace weir::workflow {
namespace {

namespace json = boost::json;
using catalog::Run;
using catalog::RunKind;
using catalog::RunState;
using catalog::RunTask;

constexpr std::array all_resolutions{Resolution::ignore_missing_file, Resolution::restart_workflow,
                                     Resolution::retry_task, Resolution::skip_task,
                                     Resolution::update_error_threshold};

bool finds(const RunTask& task) {
  return task.kind == "find-batches" || task.kind == "find-files";
}

json::object object_of(const std::string& text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text.empty() ? "{}" : text, error);
  return error || !parsed.is_object() ? json::object() : parsed.as_object();
}

bool is_over_threshold(const RunTask& task) {
  return task.state == RunState::failed && object_of(task.detail).contains("over_threshold");
}

/// Where the run came to a halt: tasks that failed or were stopped, or else the first that was not
/// begun.
std::vector<const RunTask*> halts(const std::vector<RunTask>& tasks) {
  std::vector<const RunTask*> found;
  for (const RunTask& task : tasks)
    if (task.state == RunState::failed || task.state == RunState::stopped) found.push_back(&task);
  if (!found.empty()) return found;
  const auto first = std::find_if(tasks.begin(), tasks.end(), [](const RunTask& task) {
    return task.state == RunState::canceled;
  });
  if (first != tasks.end()) found.push_back(&*first);
  return found;
}

void offer_for(std::vector<Offer>& out, const Run& run, const RunTask& task) {
  const auto add = [&](Resolution resolution) { out.push_back({resolution, task.id}); };
  const bool of_group = run.kind == RunKind::group;
  const bool failed = task.state == RunState::failed;
  // A group's load failed because the run of its courier did: what is to be retried is that.
  const bool is_child = of_group && task.kind == "load";
  if (finds(task) && failed) add(Resolution::ignore_missing_file);
  if (is_over_threshold(task)) add(Resolution::update_error_threshold);
  if (!is_child) add(Resolution::retry_task);
  if (failed) add(Resolution::skip_task);
  add(Resolution::restart_workflow);
}

std::string text_of(const std::vector<Offer>& offers) {
  std::string text;
  for (const Offer& one : offers) {
    const std::string name(to_string(one.resolution));
    if (text.find(name) == std::string::npos) text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

void reset(RunTask& task) {
  task.state = RunState::scheduled;
  task.error.clear();
  task.ended_at.reset();
  task.not_before.reset();
}

void skip(RunTask& task) {
  task.state = RunState::skipped;
  task.ended_at.reset();  // whoever goes on with the run notes when, and warns
  task.detail = json::serialize(json::object{
      {"warnings",
       json::array{"skipped" + (task.error.empty() ? std::string() : ": " + task.error)}}});
}

Result<void> apply(const Choice& choice, RunTask& task, std::vector<RunTask>& tasks) {
  json::object inputs = object_of(task.inputs);
  switch (choice.resolution) {
    case Resolution::ignore_missing_file:
      inputs[task.kind == "find-files" ? "ignore_missing" : "skip_missing"] = true;
      break;
    case Resolution::update_error_threshold:
      inputs["error_threshold"] = *choice.error_threshold;
      break;
    case Resolution::skip_task:
      skip(task);
      // Without files there is nothing to load: a truncate alone would empty the table.
      for (RunTask& other : tasks)
        if (finds(task) && other.kind != task.kind &&
            (task.kind == "find-batches" ||
             std::find(other.needs.begin(), other.needs.end(), task.position) != other.needs.end()))
          skip(other);
      return {};
    case Resolution::retry_task:
    case Resolution::restart_workflow:
      break;
  }
  task.inputs = json::serialize(inputs);
  reset(task);
  return {};
}

}  // namespace

std::string_view to_string(Resolution resolution) {
  switch (resolution) {
    case Resolution::ignore_missing_file:
      return "ignore_missing_file";
    case Resolution::restart_workflow:
      return "restart_workflow";
    case Resolution::retry_task:
      return "retry_task";
    case Resolution::skip_task:
      return "skip_task";
    case Resolution::update_error_threshold:
      return "update_error_threshold";
  }
  return "";
}

std::optional<Resolution> parse_resolution(std::string_view text) {
  for (const Resolution resolution : all_resolutions)
    if (to_string(resolution) == text) return resolution;
  return std::nullopt;
}

std::vector<Offer> offers(const Run& run, const std::vector<RunTask>& tasks) {
  std::vector<Offer> out;
  if (run.live || (run.state != RunState::failed && run.state != RunState::stopped)) return out;
  for (const RunTask* task : halts(tasks))
    offer_for(out, run, *task);
  if (out.empty() && run.kind != RunKind::group) out.push_back({Resolution::restart_workflow, ""});
  return out;
}

Result<Resolved> resolve(const Run& run, const std::vector<RunTask>& tasks, const Choice& choice) {
  const bool about_threshold = choice.resolution == Resolution::update_error_threshold;
  if (about_threshold != choice.error_threshold.has_value())
    return fail(Errc::bad_request,
                "\"error_threshold\", a percentage from 0 to 100, goes with "
                "update_error_threshold and with no other resolution.");
  if (about_threshold && (*choice.error_threshold < 0 || *choice.error_threshold > 100))
    return fail(Errc::bad_request, "\"error_threshold\" is a percentage from 0 to 100.");
  const auto all = offers(run, tasks);
  const auto chosen = std::find_if(all.begin(), all.end(), [&](const Offer& one) {
    return one.resolution == choice.resolution &&
           (choice.task_id.empty() || choice.task_id == one.task_id);
  });
  if (chosen == all.end())
    return fail(Errc::conflict,
                std::string(to_string(choice.resolution)) + " does not apply to run " + run.id +
                    (all.empty() ? ": nothing does, since it is " +
                                       std::string(catalog::to_string(run.state)) + "."
                                 : ". What does: " + text_of(all) + "."));
  Resolved out;
  out.resumption.tasks = tasks;
  std::vector<RunTask>& now = out.resumption.tasks;
  const auto at = std::find_if(now.begin(), now.end(),
                               [&](const RunTask& task) { return task.id == chosen->task_id; });
  std::string name = at == now.end() ? "" : " of " + at->kind + " " + at->name;
  out.restarts = choice.resolution == Resolution::restart_workflow;
  if (out.restarts && run.kind == RunKind::group) {
    for (RunTask& task : now)
      if (task.state != RunState::succeeded && task.state != RunState::skipped) reset(task);
  } else if (out.restarts) {
    // Those that found its files keep what they found.
    std::erase_if(now, [](const RunTask& task) { return !finds(task); });
    for (RunTask& task : now)
      if (task.state != RunState::succeeded && task.state != RunState::skipped) reset(task);
  } else {
    WEIR_CHECK(apply(choice, *at, now));
    for (RunTask& task : now)
      if (task.state == RunState::canceled) reset(task);
  }
  out.resumption.notice = std::string(to_string(choice.resolution)) + name;
  if (choice.error_threshold)
    out.resumption.notice += ", " + std::to_string(*choice.error_threshold) + " %";
  return out;
}

namespace {

Result<void> take_groups_settings(catalog::Catalog& catalog, const Run& run, Resolved& resolved) {
  WEIR_TRY(const auto group, catalog.courier_groups().find(run.tenant_no, run.group_id));
  WEIR_TRY(const GroupConfig config, config_of(catalog, group));
  resolved.resumption.config = to_json(config);
  WEIR_TRY(const auto view,
           catalog.runs().list(run.tenant_no, {limits::page_items_max, ""}, {.parent = run.id}));
  for (RunTask& task : resolved.resumption.tasks) {
    const json::object inputs = object_of(task.inputs);
    const auto* courier = inputs.if_contains("courier_id");
    if (courier == nullptr || catalog::is_over(task.state)) continue;
    const std::string courier_id(courier->as_string());
    const bool is_member =
        std::any_of(config.couriers.begin(), config.couriers.end(),
                    [&](const auto& one) { return one.courier.courier_id == courier_id; });
    if (!is_member) {
      task.error = "the group does not name its courier any more";
      skip(task);
      continue;
    }
    const auto child = std::find_if(view.items.begin(), view.items.end(),
                                    [&](const Run& one) { return one.courier_id == courier_id; });
    if (task.kind != "load" || child == view.items.end()) continue;
    // The run of its courier goes on, and puts the task to work in the same transaction.
    task.state = child->state;
    task.ended_at = child->ended_at;
    task.outputs = json::serialize(json::object{{"run_id", child->id}});
    if (child->state != RunState::failed && child->state != RunState::stopped) continue;
    WEIR_TRY(const auto tasks, catalog.runs().tasks(child->id));
    WEIR_TRY(auto restarted, resolve(*child, tasks, {Resolution::restart_workflow}));
    restarted.resumption.notice += ", with the run of its group";
    WEIR_TRY(restarted.resumption.config,
             catalog.runs().config_of(child->tenant_no, child->courier_id));
    resolved.children.emplace_back(*child, std::move(restarted.resumption));
  }
  return {};
}

}  // namespace

Result<void> take_settings_of_now(catalog::Catalog& catalog, const Run& run, Resolved& resolved) {
  if (run.kind == RunKind::group) return take_groups_settings(catalog, run, resolved);
  WEIR_TRY(resolved.resumption.config, catalog.runs().config_of(run.tenant_no, run.courier_id));
  return {};
}

}  // namespace weir::workflow
