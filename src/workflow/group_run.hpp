#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/result.hpp"
#include "catalog/batches.hpp"
#include "catalog/group_runs.hpp"
#include "catalog/records.hpp"

/// What a group's run does next (spec/workflows.md 3 to 5).
namespace weir::workflow {

/// How often files that are missing are looked for.
inline constexpr std::chrono::seconds look_for_files_every{60};
/// How long a courier waits for hours to be sealed, at the least.
inline constexpr std::chrono::hours sealing_waited_for{1};

/// What a step asks the rest of the server. Every function is set.
struct GroupRunSources {
  Time now;
  /// The hours of a courier's range that have files.
  std::function<Result<catalog::SourceHours>(const std::string& courier_id,
                                             const catalog::RunRange& range)>
      files;
  std::function<Result<bool>(const std::string& group_id)> at_work;
  /// Days before which the group's couriers have loaded all.
  std::function<Result<std::map<std::string, std::optional<Day>>>()> covered;
  std::function<std::string()> new_task_id;
};

/// The step of a run, as it was read, at a moment. It writes nothing: the caller saves it, and a
/// step that was lost is worked out again from the same rows. Errors are those of the sources, or
/// corrupt.
Result<catalog::GroupRunStep> step(const catalog::GroupRunView& view,
                                   const GroupRunSources& sources);

}  // namespace weir::workflow
