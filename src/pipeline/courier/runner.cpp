// What a task did is written with the beginning of the next one, or with the run's end: a commit
// for each task, and a crash before it repeats that task alone. A task that failed for a cause that
// may pass by itself is tried again later; meanwhile its run is nobody's, and holds no thread. Any
// other failure is for a person to resolve (workflow/resolutions.hpp).

#include "pipeline/courier/runner.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>

#include "base/internal_error.hpp"
#include "catalog/run_config.hpp"
#include "pipeline/courier/courier.hpp"
#include "pipeline/courier/run_keeper.hpp"
#include "pipeline/courier/run_plan.hpp"
#include "pipeline/courier/run_report.hpp"
#include "pipeline/feed/feed.hpp"
#include "pipeline/feed/plan_operations.hpp"
#include "workflow/attribution.hpp"
#include "workflow/graph.hpp"

namespace weir::courier {

namespace json = boost::json;
using catalog::Run;
using catalog::RunState;
using catalog::RunTask;
using feed::Operation;

struct Runner::Work {
  Run run;
  catalog::RunLease lease;
  RunKeeper* keeper = nullptr;
  catalog::RunConfig config;
  std::string tenant;
  std::vector<RunTask> tasks;
  catalog::RunStep step;  // what is to be written next
  /// Which batches are loaded; none before they were found.
  std::optional<catalog::BatchFilter> chosen;
  std::optional<feed::FilesByTag> files;
  bool fenced = false;
  bool again = false;  // a task of it is to be tried again

  std::string detail(json::object said, const RunTask& task) const {
    if (run.live) said = with_sums(std::move(said), task.detail, run);
    return json::serialize(said);
  }
  void change(const RunTask& task) {
    std::erase_if(step.tasks, [&](const RunTask& other) { return other.id == task.id; });
    step.tasks.push_back(task);
  }
  /// A live run has a round a second, and tells none.
  void notice(Time at, const char* kind, std::string text) {
    if (!run.live) step.notices.push_back({at, kind, std::move(text)});
  }
};

namespace {

/// "1 file", "2 files".
std::string counted(std::uint64_t amount, std::string_view one) {
  return std::to_string(amount) + " " + std::string(one) + (amount == 1 ? "" : "s");
}

Result<void> write(catalog::Catalog& catalog, const catalog::RunLease& lease,
                   catalog::RunStep& step) {
  WEIR_CHECK(catalog.runs().save(lease, step));
  step = {};
  return {};
}

Error time_is_over(std::chrono::milliseconds time_max) {
  return {Errc::bad_request,
          "The run took longer than the " + std::to_string(time_max / std::chrono::seconds(1)) +
              " s that the setting runs.time_s gives it, so it was ended and nothing of this load "
              "was kept. Make the query cheaper, run over fewer days, or raise the setting."};
}

std::string stage_text(const engine::Progress& progress) {
  switch (progress.stage.load()) {
    case engine::Progress::Stage::waiting:
      return "waiting";
    case engine::Progress::Stage::reading:
      return "reading";
    case engine::Progress::Stage::writing:
      return "writing";
    case engine::Progress::Stage::done:
      return "done";
  }
  return "";
}

/// How many it is to read: a file that two of its operations read counts twice.
std::uint64_t records_of(const engine::Load& load) {
  std::uint64_t records = 0;
  for (const auto& operation : load.operations)
    for (const auto& source : operation.sources)
      for (const auto& file : source.files)
        records += file.records;
  return records;
}

void add_landed(json::object& detail, const LandCounts& landed) {
  detail["files"] = landed.files;
  detail["known"] = landed.known;
  detail["unreadable"] = landed.unreadable;
}

/// How long after which try a task is tried again. The one after the last is for a person to ask
/// for; then as many follow.
constexpr std::array retry_after{std::chrono::seconds(5), std::chrono::seconds(20),
                                 std::chrono::seconds(80), std::chrono::seconds(320)};

/// Whether the same inputs may do later what they did not now.
bool may_pass(Errc code) {
  return code == Errc::unavailable || code == Errc::overloaded || code == Errc::disk_full ||
         code == Errc::throttled;
}

/// nullopt: not by itself.
std::optional<std::chrono::seconds> tried_again_after(const RunTask& task, const Error& error) {
  const std::size_t tries = static_cast<std::size_t>(task.attempt - 1) % (retry_after.size() + 1);
  if (!may_pass(error.code) || tries == retry_after.size()) return std::nullopt;
  return retry_after[tries];
}

/// Which state the run has while it does the task.
RunState state_during(const RunTask& task) {
  return task.kind == load_kind ? RunState::running : RunState::in_progress;
}

}  // namespace

Runner::Runner(catalog::Catalog& catalog, engine::Engine& engine, store::ObjectStore& store,
               const Clock& clock, Options options)
    : catalog_(catalog),
      engine_(engine),
      store_(store),
      clock_(clock),
      options_(std::move(options)) {}

/// Runs that somebody waits for go first; live rounds have a thread of their own besides.
Result<std::optional<catalog::ClaimedRun>> Runner::claim() {
  if (!options_.live_only) {
    WEIR_TRY(auto claimed, catalog_.runs().claim(options_.owner, options_.lease));
    if (claimed) return claimed;
  }
  return catalog_.live_runs().claim(options_.owner, options_.lease);
}

Result<void> Runner::end(Work& work, const Result<RunState>& done) {
  const RunState state = done ? *done : RunState::failed;
  const std::string error = done ? "" : text_for_callers(done.error());
  if (!work.run.live || state == RunState::stopped) {
    work.step.state.reset();
    work.step.warnings = warnings_of(work.tasks);
    if (state == RunState::failed) work.notice(clock_.now(), "failed", error);
    work.notice(clock_.now(), state == RunState::stopped ? "stopped" : "completed",
                workflow::ending_text(state, work.run, clock_.now()));
    return catalog_.runs().finish(work.lease, state, error, work.step);
  }
  WEIR_CHECK(write(catalog_, work.lease, work.step));
  if (done) return catalog_.live_runs().finish_round(work.lease);
  return catalog_.live_runs().fail_round(work.lease, error);
}

Result<bool> Runner::run_next(const std::stop_token& shutdown) {
  const auto claimed_at = RunKeeper::SteadyClock::now();
  WEIR_TRY(const auto claimed, claim());
  if (!claimed) return false;
  Work work;
  work.run = claimed->run;
  work.lease = claimed->lease;
  Result<RunState> done;
  Ending ending = Ending::none;
  {
    RunKeeper keeper(catalog_, *claimed,
                     {.lease = options_.lease,
                      .time_max = options_.time_max,
                      .look_every = options_.look_every,
                      .tell_every = options_.tell_every},
                     claimed_at, shutdown);
    work.keeper = &keeper;
    done = perform(work);
    ending = keeper.ending();
  }
  if (!done && ending == Ending::shutdown) {
    // Its lease ends now, so that another process can take the run over at once.
    WEIR_CHECK(catalog_.runs().renew(claimed->lease, std::chrono::milliseconds(0)));
    return true;
  }
  if (!done && ending == Ending::lost) {
    // For the next runner at once, if the catalog takes it; it refuses where there is one already.
    static_cast<void>(catalog_.runs().renew(claimed->lease, std::chrono::milliseconds(0)));
    return fail_while("Run " + claimed->run.id +
                          " was left to the next runner, since its lease of " +
                          std::to_string(options_.lease.count()) + " ms was not renewed",
                      done.error());
  }
  if (work.again) {
    work.step.state = RunState::scheduled;  // with which the lease is given back
    WEIR_CHECK(write(catalog_, claimed->lease, work.step));
    return true;
  }
  // Refused if another runner has claimed the run: then the error is not the run's failure.
  if (!done && done.error().code == Errc::internal && options_.on_internal_error)
    options_.on_internal_error(claimed->run.id, done.error().message);
  const Time stood = clock_.now();
  WEIR_CHECK(end(work, done));
  const bool loaded = done && *done == RunState::succeeded && work.files;
  if (work.run.live && loaded && options_.on_live_batch)
    for (const engine::SourceFile& file : work.files->at(work.config.courier.file_tag).files)
      options_.on_live_batch(work.run.courier_id, stood - file.first_received_at);
  return true;
}

/// Reads what the run keeps, or lets it keep what there is now. The rounds of a live courier each
/// take its settings as they are.
Result<void> Runner::prepare(Work& work) {
  const Run& run = work.run;
  std::string kept = run.config;
  if (kept.empty()) {
    WEIR_TRY(kept, catalog_.runs().config_of(run.tenant_no, run.courier_id));
    if (!run.live) work.step.config = kept;
  }
  WEIR_TRY(work.config, catalog::parse_run_config(kept));
  WEIR_TRY(work.tasks, catalog_.runs().tasks(run.id));
  const auto earlier = run.live ? std::exchange(work.tasks, {}) : std::vector<RunTask>();
  for (RunTask& task : plan(run, work.config, work.tasks)) {
    // What a live run's task said of the round before it goes on saying until this one is done.
    for (const RunTask& before : earlier)
      if (before.kind == task.kind && before.name == task.name) task.detail = before.detail;
    work.change(task);
    work.tasks.push_back(std::move(task));
  }
  for (RunTask& task : work.tasks)
    if (task.state == RunState::skipped && !task.ended_at) {
      task.ended_at = clock_.now();
      work.change(task);
      work.notice(clock_.now(), "warning", task.kind + " " + task.name + " is skipped");
    }
  WEIR_TRY(const auto tenant, catalog_.tenants().find(run.tenant_no));
  work.tenant = tenant.name;
  return {};
}

Result<RunState> Runner::perform(Work& work) {
  WEIR_CHECK(prepare(work));
  auto done = do_tasks(work);
  const Ending ending = work.keeper->ending();
  if (!done && (ending == Ending::shutdown || ending == Ending::lost)) return done;
  if (work.again) return done;
  // What comes after a task that did not go well is not done.
  for (RunTask& task : work.tasks) {
    if (is_over(task.state)) continue;
    task.state = RunState::canceled;
    task.ended_at = clock_.now();
    work.change(task);
  }
  return done;
}

Result<RunState> Runner::do_tasks(Work& work) {
  while (true) {
    const auto ready = workflow::ready(work.tasks);
    if (ready.empty()) break;
    WEIR_TRY(const Run now, catalog_.runs().find(work.run.tenant_no, work.run.id));
    if (now.state == RunState::stopping) return RunState::stopped;
    RunTask& task = work.tasks[ready.front()];
    WEIR_CHECK(begin(work, task));
    const auto done = do_task(work, task);
    if (!done) {
      WEIR_TRY(const RunState state, over(work, task, done.error()));
      return state;
    }
    task.state = RunState::succeeded;
    task.error.clear();
    task.ended_at = clock_.now();
    work.change(task);
  }
  work.notice(clock_.now(), "committing", "All tasks are over");
  return workflow::outcome(work.tasks);
}

Result<void> Runner::begin(Work& work, RunTask& task) {
  task.state = RunState::running;
  task.started_at = clock_.now();
  task.ended_at.reset();
  task.error.clear();
  task.not_before.reset();
  ++task.attempt;
  work.change(task);
  if (!work.run.live) work.step.state = state_during(task);
  if (task.kind == find_kind)
    work.notice(clock_.now(), "waiting",
                "Looking for source data of " + task.name + " " + range_text(work.run.range));
  if (task.kind == load_kind) work.notice(clock_.now(), "loading", "Loading " + task.name);
  return write(catalog_, work.lease, work.step);
}

Result<void> Runner::do_task(Work& work, RunTask& task) {
  if (task.kind == find_kind) return find_batches(work, task);
  if (task.kind == operations_kind) return check_operations(work);
  if (task.kind == load_kind) return load_feed(work, task);
  return fail(Errc::corrupt, "Task " + task.id + " is of a kind that this weir does not know: \"" +
                                 task.kind + "\".");
}

/// Of a task that did not go well: the state that the run ends in, or the run's error.
Result<RunState> Runner::over(Work& work, RunTask& task, const Error& error) {
  const Ending ending = work.keeper->ending();
  if (ending == Ending::shutdown || ending == Ending::lost) return fail(error);
  const bool stopped = ending == Ending::stop;
  const Error why = ending == Ending::time ? time_is_over(options_.time_max) : error;
  const auto wait = ending == Ending::none && !work.run.live
                        ? tried_again_after(task, why)
                        : std::optional<std::chrono::seconds>();
  if (wait) {
    work.again = true;
    task.state = RunState::scheduled;
    task.error = text_for_callers(why);
    workflow::attribute(task, why.code);
    task.not_before = clock_.now() + *wait;
    work.change(task);
    work.notice(clock_.now(), "retry",
                task.kind + " " + task.name + ": " + task.error + " It is tried again in " +
                    std::to_string(wait->count()) + " s");
    return fail(why);
  }
  task.state = stopped ? RunState::stopped : RunState::failed;
  task.error = stopped ? "" : text_for_callers(why);
  if (!stopped) workflow::attribute(task, why.code);
  task.ended_at = clock_.now();
  work.change(task);
  if (stopped) return RunState::stopped;
  if (task.kind != load_kind) return fail(why);
  return fail_while("Loading " + task.name, why);
}

Result<void> Runner::find_batches(Work& work, RunTask& task) {
  const bool lands = work.config.courier.reads_files();
  LandCounts landed;
  if (lands) {
    WEIR_TRY(landed, land(catalog_, store_, options_.open_folder,
                          {.courier = work.config.courier,
                           .tenant = work.tenant,
                           .run = work.run,
                           .lease = work.lease,
                           .skip_missing = skips_missing(task),
                           .stop = work.keeper->token()}));
  }
  work.chosen = filter_of(work.config.courier, work.run);
  if (!work.run.live) {
    WEIR_TRY(const std::uint64_t committed, catalog_.loads().committed());
    work.chosen->committed = {0, committed};
  }
  work.files.reset();
  task.outputs = catalog::to_json(*work.chosen);
  WEIR_CHECK(know_files(work));
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  for (const auto& [tag, files] : *work.files)
    for (const auto& file : files.files) {
      ++batches;
      records += file.records;
      bytes += file.bytes;
    }
  json::object detail{{"batches", batches}, {"records", records}, {"bytes", bytes}};
  if (lands) add_landed(detail, landed);
  const bool none = batches == 0 && !work.run.live && !lands;
  const std::string prefix = work.config.courier.file_pattern_prefix;
  const std::string missing = "Stream " + task.name + " has no batches " +
                              range_text(work.run.range) +
                              (prefix.empty() ? std::string() : " in hour " + prefix);
  if (none && skips_missing(task)) detail["warnings"] = {missing};
  task.detail = work.detail(std::move(detail), task);
  if (none && !skips_missing(task))
    return fail(Errc::not_found, missing +
                                     ". Send data and wait for its batch (or flush the stream), "
                                     "choose another day, or run with skip_missing.");
  work.notice(clock_.now(), "found",
              none ? missing : counted(batches, "file") + " with " + counted(records, "record"));
  return {};
}

/// The files of the batches that were found, also where another process, or another run, found
/// them.
Result<void> Runner::know_files(Work& work) {
  if (work.files) return {};
  if (!work.chosen) {
    const auto find = std::find_if(work.tasks.begin(), work.tasks.end(),
                                   [](const RunTask& task) { return task.kind == find_kind; });
    if (find == work.tasks.end())
      return fail(Errc::corrupt, "Run " + work.run.id + " has no task that finds its batches.");
    WEIR_TRY(work.chosen, catalog::parse_batch_filter(find->outputs));
  }
  WEIR_TRY(const auto batches, catalog_.batches().find(work.run.tenant_no, *work.chosen));
  if (work.config.courier.reads_files()) {
    WEIR_TRY(work.files, landed_files(catalog_, store_, work.config.courier, batches));
    return {};
  }
  feed::Files files;
  files.format = feed::format_of(work.config.courier);
  if (!batches.empty()) files.stream = batches.front().stream;
  for (const catalog::Batch& batch : batches)
    if (batch.records > 0)  // else all of its records are quarantined or duplicates
      files.files.push_back(feed::file_of(batch, store_.uri(batch.path)));
  work.files = feed::FilesByTag{{work.config.courier.file_tag, std::move(files)}};
  return {};
}

Result<void> Runner::check_operations(Work& work) {
  WEIR_TRY(const auto all, feed::parse_load_operations(work.config.courier.load_operations));
  std::string missing;
  for (const auto& one : all) {
    const auto found = catalog_.feeds().find(work.run.tenant_no, one.feed_id);
    if (!found && found.error().code != Errc::not_found) return fail(found.error());
    if (found && work.config.feed(one.feed_id) != nullptr) continue;
    missing += (missing.empty() ? "\"" : ", \"") + one.feed_id + "\"";
  }
  if (missing.empty()) return {};
  return fail(Errc::not_found, "Cannot find required feeds: " + missing);
}

Result<void> Runner::load_feed(Work& work, RunTask& task) {
  WEIR_TRY(const LoadInputs inputs, load_inputs(task));
  WEIR_TRY(const auto all, feed::parse_load_operations(work.config.courier.load_operations));
  const auto mine = std::find_if(all.begin(), all.end(), [&](const feed::FeedOperations& one) {
    return one.feed_id == inputs.feed_id;
  });
  const catalog::Feed* kept = work.config.feed(inputs.feed_id);
  if (mine == all.end() || kept == nullptr)
    return fail(Errc::not_found, "Cannot find required feeds: \"" + inputs.feed_id + "\"");
  // Its table may have another name by now.
  WEIR_TRY(const auto now, catalog_.feeds().find(work.run.tenant_no, inputs.feed_id));
  catalog::Feed feed = *kept;
  feed.source = now.source;
  feed.name = now.name;
  task.name = feed.table();
  if (!now.active)
    return fail(Errc::conflict, "Feed " + feed.id + " is not active: activate it first.");
  WEIR_CHECK(know_files(work));
  WEIR_TRY(engine::Load load, plan_load(work, feed, mine->operations));
  if (inputs.error_threshold) load.error_threshold = *inputs.error_threshold;
  if (load.operations.empty() && !load.truncate) return {};
  // An owner that was suspended and has not heard yet that the run is ours commits nothing more.
  if (!work.fenced) WEIR_CHECK(engine_.fence(work.tenant, work.run.id, work.lease.epoch));
  work.fenced = true;
  WEIR_CHECK(work.keeper->renew());  // fails if another runner has claimed the run
  load.allowance.stop = work.keeper->token();
  engine::Progress progress;
  load.progress = &progress;
  if (!work.run.live)
    work.keeper->tell(
        [this, &progress, lease = work.lease, so_far = task, records = records_of(load)] {
          RunTask told = so_far;
          told.detail = json::serialize(json::object{{"stage", stage_text(progress)},
                                                     {"records", records},
                                                     {"rows_read", progress.rows_read.load()}});
          static_cast<void>(catalog_.runs().save(lease, {.tasks = {std::move(told)}}));
        });
  const auto loaded = engine_.load(load);
  work.keeper->tell(nullptr);
  if (!loaded) return fail(loaded.error());
  task.detail = work.detail(counts_json(*loaded), task);
  if (!work.run.live) tell_loaded(work.step.notices, clock_.now(), load.table, *loaded);
  if (loaded->over_threshold) return fail(engine::over_threshold_error(load, *loaded));
  if (load.shadow) return {};       // no receipt's record is in the table by that
  if (load.only_errors) return {};  // of which records, the first run's entry tells
  return note_load(work, load);
}

/// For receipts. A crash before this does no harm: the task is done again, and the engine tells
/// of the loads that were done.
Result<void> Runner::note_load(const Work& work, const engine::Load& load) {
  catalog::BatchFilter chosen = *work.chosen;
  const std::uint64_t committed = chosen.committed ? chosen.committed->to : 0;
  if (!work.run.live) chosen.committed.reset();
  std::vector<catalog::BatchFilter> filters{std::move(chosen)};
  if (work.config.courier.reads_files()) {
    WEIR_TRY(filters, landed_filters(catalog_, work.config.courier, work.run.range));
  }
  bool truncates = load.truncate;
  for (catalog::BatchFilter& of_stream : filters) {
    WEIR_CHECK(catalog_.loads().add(work.lease, {.tenant_no = work.run.tenant_no,
                                                 .table = load.table,
                                                 .chosen = std::move(of_stream),
                                                 .committed = committed,
                                                 .truncates = truncates,
                                                 .fills = !load.operations.empty()}));
    truncates = false;  // else each would say of the one before that it is gone
  }
  return {};
}

/// A live round is a load of its own for the engine's ledger, and sets its error rows aside
/// whatever their share: a threshold over the records of a second means nothing (spec/couriers.md
/// 11).
Result<engine::Load> Runner::plan_load(const Work& work, const catalog::Feed& feed,
                                       const std::vector<Operation>& operations) {
  WEIR_TRY(engine::Load load, feed::plan(feed, work.tenant));
  load.id = {work.run.id, feed.id, work.lease.epoch};
  load.shadow = work.run.shadow;
  load.only_errors = work.run.only_errors;
  if (work.run.live) {
    load.id.round = work.run.round.to;
    load.error_threshold = 100;
  }
  WEIR_CHECK(feed::add_operations(
      load, operations, *work.files,
      [&](const std::string& name) -> Result<std::string> {
        if (const auto* query = work.config.query(name)) return query->sql;
        return fail(Errc::not_found, "There is no ingest query \"" + name + "\" in this tenant.");
      },
      feed::known_fields(catalog_)));
  if (load.only_errors) load.truncate = false;
  return load;
}

}  // namespace weir::courier
