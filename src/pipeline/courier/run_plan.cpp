// A run's tasks follow from the settings that it keeps, so they can all be written before the first
// is begun, and a runner that takes the run over reads where it is. A plan of a run that has its
// first tasks, such as an ingest job, adds the others.

#include "pipeline/courier/run_plan.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "pipeline/feed/load_operations.hpp"

namespace weir::courier {
namespace {

namespace json = boost::json;
using catalog::RunTask;

json::object inputs_of(const RunTask& task) {
  boost::system::error_code error;
  json::value parsed = json::parse(task.inputs.empty() ? "{}" : task.inputs, error);
  return error || !parsed.is_object() ? json::object() : parsed.as_object();
}

}  // namespace

std::vector<RunTask> plan(const catalog::Run& run, const catalog::RunConfig& config,
                          const std::vector<RunTask>& tasks) {
  std::vector<RunTask> planned;
  int position = 0;
  const auto add = [&](const char* stage, const char* kind, std::string name,
                       const json::object& inputs) {
    ++position;
    const bool is_there = std::any_of(
        tasks.begin(), tasks.end(), [&](const RunTask& task) { return task.position == position; });
    if (is_there) return;
    RunTask& task = planned.emplace_back();
    task.id = catalog::task_id(run, position);
    task.run_id = run.id;
    task.position = position;
    task.stage = stage;
    task.kind = kind;
    task.name = std::move(name);
    task.detail = "{}";
    task.inputs = json::serialize(inputs);
    if (position > 1) task.needs = {position - 1};
  };
  const bool lands = config.courier.reads_files();
  add("pull", find_kind, lands ? config.courier.name : config.courier.stream_id,
      {{"skip_missing", run.skip_missing}});
  add("ingest", operations_kind, config.courier.name, {});
  // What cannot be read makes the task before it fail.
  const auto operations = feed::parse_load_operations(config.courier.load_operations);
  if (!operations) return planned;
  for (const auto& one : *operations) {
    const catalog::Feed* feed = config.feed(one.feed_id);
    add("ingest", load_kind, feed == nullptr ? one.feed_id : feed->table(),
        {{"feed_id", one.feed_id}});
  }
  return planned;
}

bool skips_missing(const RunTask& task) {
  const json::object inputs = inputs_of(task);
  const json::value* skips = inputs.if_contains("skip_missing");
  return skips != nullptr && skips->is_bool() && skips->get_bool();
}

Result<LoadInputs> load_inputs(const RunTask& task) {
  const json::object inputs = inputs_of(task);
  const json::value* feed = inputs.if_contains("feed_id");
  if (feed == nullptr || !feed->is_string())
    return fail(Errc::corrupt, "The inputs of task " + task.id + " name no feed.");
  LoadInputs read{.feed_id = std::string(feed->get_string())};
  if (const json::value* threshold = inputs.if_contains("error_threshold"))
    if (threshold->is_int64()) read.error_threshold = static_cast<int>(threshold->get_int64());
  return read;
}

}  // namespace weir::courier
