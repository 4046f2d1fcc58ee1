#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/errc.hpp"
#include "base/result.hpp"
#include "catalog/run_records.hpp"

namespace weir::catalog {
class Catalog;
}

/// Whose an error of a run is to mend (spec/workflows.md 5): "customer", who sends the data and
/// makes the settings, or "installation", who runs the server.
namespace weir::workflow {

std::string_view attribution_of(Errc code);

/// Notes in the task whose its error is.
void attribute(catalog::RunTask& task, Errc code);

/// Of the errors of the tasks, by their places; "" where a task has none. The error of a group's
/// load is that of the run that it made. Errors are the catalog's.
Result<std::vector<std::string>> attributions_of(catalog::Catalog& catalog,
                                                 const std::vector<catalog::RunTask>& tasks);

/// Of the error of a run that failed. One that the installation has to mend goes first: the others
/// may come of it. Where no task failed, the run could not be worked on.
std::string attribution_of_run(const std::vector<std::string>& of_tasks);

}  // namespace weir::workflow
