#include <cstdio>

#include "catalog/runs.hpp"

// States are words in the database and at the API, and switches here have no default: a new state
// does not compile until each of them has decided about it.
namespace weir::catalog {

std::string_view to_string(RunState state) {
  switch (state) {
    case RunState::scheduled:
      return "scheduled";
    case RunState::started:
      return "started";
    case RunState::in_progress:
      return "in_progress";
    case RunState::running:
      return "running";
    case RunState::finalizing:
      return "finalizing";
    case RunState::stopping:
      return "stopping";
    case RunState::stopped:
      return "stopped";
    case RunState::succeeded:
      return "succeeded";
    case RunState::failed:
      return "failed";
    case RunState::skipped:
      return "skipped";
    case RunState::canceled:
      return "canceled";
  }
  return "unknown";
}

std::optional<RunState> parse_run_state(std::string_view text) {
  for (const RunState state :
       {RunState::scheduled, RunState::started, RunState::in_progress, RunState::running,
        RunState::finalizing, RunState::stopping, RunState::stopped, RunState::succeeded,
        RunState::failed, RunState::skipped, RunState::canceled})
    if (to_string(state) == text) return state;
  return std::nullopt;
}

bool is_over(RunState state) {
  switch (state) {
    case RunState::scheduled:
    case RunState::started:
    case RunState::in_progress:
    case RunState::running:
    case RunState::finalizing:
    case RunState::stopping:
      return false;
    case RunState::stopped:
    case RunState::succeeded:
    case RunState::failed:
    case RunState::skipped:
    case RunState::canceled:
      return true;
  }
  return true;
}

std::string_view to_string(RunKind kind) {
  switch (kind) {
    case RunKind::courier:
      return "courier";
    case RunKind::group:
      return "group";
    case RunKind::ingest_job:
      return "ingest_job";
  }
  return "unknown";
}

std::optional<RunKind> parse_run_kind(std::string_view text) {
  for (const RunKind kind : {RunKind::courier, RunKind::group, RunKind::ingest_job})
    if (to_string(kind) == text) return kind;
  return std::nullopt;
}

std::string dated_id(Random& random, std::string_view prefix, Time now) {
  std::uint32_t number = 0;
  random.fill({reinterpret_cast<char*>(&number), sizeof number});
  char digits[6];
  std::snprintf(digits, sizeof digits, "%05u", number % 100'000);
  std::string day = weir::to_string(day_of(now));
  std::erase(day, '-');
  return random_id(random, std::string(prefix) + day + "-" + digits + "-", 6);
}

}  // namespace weir::catalog
