// Graphs of a run have tens of tasks, so each question walks them all; no index is kept that could
// disagree with the states.

#include "workflow/graph.hpp"

#include <algorithm>
#include <chrono>

#include "catalog/runs.hpp"

namespace weir::workflow {

namespace {

const RunTask* at(const std::vector<RunTask>& tasks, int position) {
  const auto found = std::find_if(tasks.begin(), tasks.end(),
                                  [&](const RunTask& task) { return task.position == position; });
  return found == tasks.end() ? nullptr : &*found;
}

bool went_well(const RunTask* task) {
  return task == nullptr || task->state == RunState::succeeded || task->state == RunState::skipped;
}

bool is_done(const RunTask* task) {
  return task == nullptr || catalog::is_over(task->state);
}

bool any(const std::vector<RunTask>& tasks, RunState state) {
  return std::any_of(tasks.begin(), tasks.end(),
                     [&](const RunTask& task) { return task.state == state; });
}

}  // namespace

std::vector<std::size_t> ready(const std::vector<RunTask>& tasks) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const RunTask& task = tasks[i];
    const bool may = std::all_of(task.needs.begin(), task.needs.end(),
                                 [&](int need) { return went_well(at(tasks, need)); }) &&
                     std::all_of(task.after.begin(), task.after.end(),
                                 [&](int other) { return is_done(at(tasks, other)); });
    if (!catalog::is_over(task.state) && may) found.push_back(i);
  }
  return found;
}

std::vector<std::size_t> blocked(const std::vector<RunTask>& tasks) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const RunTask& task = tasks[i];
    const bool never = std::any_of(task.needs.begin(), task.needs.end(), [&](int need) {
      const RunTask* needed = at(tasks, need);
      return is_done(needed) && !went_well(needed);
    });
    if (!catalog::is_over(task.state) && never) found.push_back(i);
  }
  return found;
}

bool all_over(const std::vector<RunTask>& tasks) {
  return std::all_of(tasks.begin(), tasks.end(),
                     [](const RunTask& task) { return catalog::is_over(task.state); });
}

RunState outcome(const std::vector<RunTask>& tasks) {
  for (const RunState state : {RunState::stopped, RunState::failed, RunState::canceled})
    if (any(tasks, state)) return state;
  return RunState::succeeded;
}

std::string ending_text(RunState state, const catalog::Run& run, Time now) {
  const auto took =
      std::chrono::floor<std::chrono::seconds>(now - run.started_at.value_or(run.created_at));
  return (state == RunState::succeeded ? "Completed in "
                                       : "Ended as " + std::string(to_string(state)) + " after ") +
         std::to_string(took / std::chrono::minutes(1)) + " minutes " +
         std::to_string((took % std::chrono::minutes(1)).count()) + " seconds";
}

}  // namespace weir::workflow
