#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/run_records.hpp"
#include "catalog/runs.hpp"

namespace weir::catalog {
class Catalog;
}

/// What a person can decide about a run that failed or was stopped (spec/workflows.md 6). Pure, but
/// for the settings of now.
namespace weir::workflow {

enum class Resolution : std::uint8_t {
  ignore_missing_file,     // goes on without it, this time
  restart_workflow,        // from the failed task, with the settings as they are now
  retry_task,              // the same inputs again
  skip_task,               // goes on without the task
  update_error_threshold,  // of this run only
};

std::string_view to_string(Resolution resolution);
std::optional<Resolution> parse_resolution(std::string_view text);

/// One that applies; `task_id` is empty where the run failed in none of its tasks.
struct Offer {
  Resolution resolution;
  std::string task_id;
  bool operator==(const Offer&) const = default;
};

/// Those that apply to a run now, those of the first task that did not go well first. None to a run
/// that is at work or went well, nor to a live run, whose rounds are tried again by themselves.
std::vector<Offer> offers(const catalog::Run& run, const std::vector<catalog::RunTask>& tasks);

struct Choice {
  Resolution resolution = Resolution::retry_task;
  std::string task_id{};                 // empty: the first task to which it applies
  std::optional<int> error_threshold{};  // percent; for that resolution, and only for it
};

/// The run as the choice puts it back to work, with a notice; the caller adds the settings of now
/// where `restarts`. bad_request: the choice is not whole; conflict: it does not apply, with those
/// that do.
struct Resolved {
  catalog::RunResumption resumption;
  bool restarts = false;
  std::vector<std::pair<catalog::Run, catalog::RunResumption>> children = {};  // Runs::resume
};
Result<Resolved> resolve(const catalog::Run& run, const std::vector<catalog::RunTask>& tasks,
                         const Choice& choice);

/// Of a restart: the settings as they are now. A group's run takes those of its group, and the runs
/// of its couriers that did not go well restart with it. A courier that the group does not name any
/// more is left out, with a warning; one that was added since comes with the next run.
Result<void> take_settings_of_now(catalog::Catalog& catalog, const catalog::Run& run,
                                  Resolved& resolved);

}  // namespace weir::workflow
