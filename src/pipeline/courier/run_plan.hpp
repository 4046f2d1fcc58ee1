#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/run_config.hpp"
#include "catalog/runs.hpp"

/// The tasks of a courier's run (spec/workflows.md 5), written ahead. Pure.
namespace weir::courier {

inline constexpr const char* find_kind = "find-batches";
inline constexpr const char* operations_kind = "load-operations";
inline constexpr const char* load_kind = "load";

/// The tasks that the run has not yet, in their order. Each needs the one before: feeds are loaded
/// in sequence.
std::vector<catalog::RunTask> plan(const catalog::Run& run, const catalog::RunConfig& config,
                                   const std::vector<catalog::RunTask>& tasks);

/// Of a task that finds batches: whether it may find none.
bool skips_missing(const catalog::RunTask& task);

/// Of a task that loads.
struct LoadInputs {
  std::string feed_id;
  std::optional<int> error_threshold{};  // of this run only
};
Result<LoadInputs> load_inputs(const catalog::RunTask& task);

}  // namespace weir::courier
