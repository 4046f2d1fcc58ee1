#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "catalog/run_records.hpp"

/// The tasks of a run as a graph (spec/workflows.md 5). Pure.
namespace weir::workflow {

using catalog::RunState;
using catalog::RunTask;

/// Indices of the tasks that can be done now: not over, all they need succeeded or was skipped, and
/// all they come after is over. `needs` and `after` name tasks by their position.
std::vector<std::size_t> ready(const std::vector<RunTask>& tasks);

/// Indices of the tasks that can never be done: something they need failed, or was stopped or
/// canceled.
std::vector<std::size_t> blocked(const std::vector<RunTask>& tasks);

bool all_over(const std::vector<RunTask>& tasks);

/// What the run of these tasks ends as: stopped where one was stopped, failed where one failed,
/// canceled where one was canceled for no failure of another, else succeeded.
RunState outcome(const std::vector<RunTask>& tasks);

/// The last notice of a run that ends in that state: "Completed in 5 minutes 12 seconds".
std::string ending_text(RunState state, const catalog::Run& run, Time now);

}  // namespace weir::workflow
