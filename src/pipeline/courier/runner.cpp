#include "pipeline/courier/runner.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include <boost/json.hpp>

#include "base/internal_error.hpp"
#include "pipeline/courier/courier.hpp"
#include "pipeline/feed/feed.hpp"
#include "pipeline/feed/plan_operations.hpp"

namespace weir::courier {
namespace {

namespace json = boost::json;
using catalog::Run;
using catalog::RunState;
using catalog::RunTask;
using feed::Operation;
using SteadyClock = std::chrono::steady_clock;  // a lease is waited for, whatever the time of day

constexpr std::size_t row_errors_shown = 20;

enum class Ending : std::uint8_t { none, stop, time, shutdown, lost };

/// Calls `work` again and again until a stop is requested.
void every(std::chrono::milliseconds time, const std::stop_token& stop,
           const std::function<void()>& work) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, time, [&] { return stop.stop_requested(); }))
    work();
}

/// Watches a claimed run during its execution: renews its lease, and ends its load when a stop is
/// requested, its time is over, the process is stopping, another runner has claimed the run, or
/// another may do so because the lease could not be renewed in its time. A call of the catalog may
/// wait for longer than a lease lasts, so the times are kept by a thread that makes no such call.
class RunKeeper {
 public:
  /// `claimed_at`: before the claim was asked for.
  RunKeeper(catalog::Catalog& catalog, const catalog::ClaimedRun& claimed, Runner::Options options,
            SteadyClock::time_point claimed_at, const std::stop_token& shutdown)
      : catalog_(catalog),
        claimed_(claimed),
        options_(std::move(options)),
        begun_(claimed_at),
        held_until_(claimed_at + options_.lease),
        on_shutdown_(shutdown, [this] { end(Ending::shutdown); }),
        clock_thread_([this](const std::stop_token& stop) {
          every(options_.look_every, stop, [this] { look_at_clock(); });
        }),
        catalog_thread_([this](const std::stop_token& stop) {
          every(options_.look_every, stop, [this] { look_at_catalog(); });
        }) {}

  /// Whether the run is still ours; if so, its lease starts anew.
  Result<void> renew() {
    const auto asked = SteadyClock::now();
    auto renewed = catalog_.runs().renew(claimed_.lease, options_.lease);
    if (renewed)
      held_until_.store(asked + options_.lease, std::memory_order_release);
    else if (renewed.error().code == Errc::conflict)
      end(Ending::lost);
    return renewed;
  }

  Ending ending() const { return ending_.load(std::memory_order_acquire); }
  std::stop_token token() const { return load_.get_token(); }

 private:
  SteadyClock::time_point held_until() const { return held_until_.load(std::memory_order_acquire); }

  void look_at_clock() {
    const auto now = SteadyClock::now();
    if (options_.time_max.count() > 0 && now - begun_ >= options_.time_max) end(Ending::time);
    if (now >= held_until()) end(Ending::lost);
  }

  void look_at_catalog() {
    const auto run = catalog_.runs().find(claimed_.run.tenant_no, claimed_.run.id);
    if (run && run->state == RunState::stopping) end(Ending::stop);
    // A renewal that fails is tried again at the next look.
    if (held_until() - SteadyClock::now() < options_.lease * 2 / 3) static_cast<void>(renew());
  }

  void end(Ending why) {
    Ending none = Ending::none;
    if (ending_.compare_exchange_strong(none, why, std::memory_order_acq_rel)) load_.request_stop();
  }

  catalog::Catalog& catalog_;
  const catalog::ClaimedRun& claimed_;
  const Runner::Options options_;
  const SteadyClock::time_point begun_;
  std::atomic<SteadyClock::time_point> held_until_;
  std::atomic<Ending> ending_{Ending::none};
  std::stop_source load_;
  std::stop_callback<std::function<void()>> on_shutdown_;
  std::jthread clock_thread_;
  std::jthread catalog_thread_;
};

json::array errors_json(const std::vector<engine::RowError>& errors) {
  json::array out;
  for (const auto& one : errors) {
    if (out.size() == row_errors_shown) break;
    out.push_back({{"file", one.file},
                   {"row", one.row},
                   {"field", one.field},
                   {"value", one.value},
                   {"reason", one.reason}});
  }
  return out;
}

json::object counts_json(const engine::LoadCounts& counts) {
  json::object out{{"load", counts.load},       {"records", counts.records},
                   {"read", counts.read},       {"inserted", counts.inserted},
                   {"updated", counts.updated}, {"rejected", counts.rejected},
                   {"errors", counts.errors}};
  if (counts.taken_back > 0) out["taken_back"] = counts.taken_back;
  if (counts.deleted > 0) out["deleted"] = counts.deleted;
  if (counts.repeated) out["done_before"] = true;
  if (!counts.warnings.empty())
    out["warnings"] = json::array(counts.warnings.begin(), counts.warnings.end());
  if (!counts.row_errors.empty()) out["row_errors"] = errors_json(counts.row_errors);
  if (counts.misfits.count > 0) {
    out["misfits"] = counts.misfits.count;
    out["first_misfits"] = errors_json(counts.misfits.first);
  }
  return out;
}

/// Adds the sums over all rounds of a live run to what a task says of its last round. `before`:
/// what the task said before this round; if that is of this round too, since a process died after
/// it wrote it, the round is not added again.
json::object with_sums(json::object detail, const std::string& before, const Run& run) {
  boost::system::error_code unreadable;
  const json::value said = json::parse(before, unreadable);
  json::object sums;
  const json::object* earlier = unreadable ? nullptr : said.if_object();
  if (const json::value* held = earlier ? earlier->if_contains("all_rounds") : nullptr)
    if (held->is_object()) sums = held->get_object();
  const json::value* last = earlier ? earlier->if_contains("round") : nullptr;
  if (last == nullptr || last->to_number<std::uint64_t>(unreadable) != run.round.to)
    for (const auto& [name, value] : detail)
      if (value.is_number() && name != "load") {
        const json::value* sum = sums.if_contains(name);
        sums[name] = (sum != nullptr ? sum->to_number<std::uint64_t>() : 0) +
                     value.to_number<std::uint64_t>();
      }
  detail["round"] = run.round.to;
  detail["all_rounds"] = std::move(sums);
  return detail;
}

std::string range_text(const catalog::RunRange& range) {
  if (!range.from && !range.to) return "at all";
  if (range.from && range.to && *range.to == *range.from + std::chrono::days(1))
    return "of " + to_string(*range.from);
  return "from " + (range.from ? to_string(*range.from) : std::string("the first day")) + " to " +
         (range.to ? to_string(*range.to) + " (exclusive)" : std::string("today"));
}

}  // namespace

struct Runner::Work {
  Run run;
  catalog::RunLease lease;
  RunKeeper* keeper = nullptr;
  catalog::Courier courier;
  std::string tenant;
  feed::Files files;
  catalog::BatchFilter chosen;
  std::uint64_t committed = 0;  // batches before the search for them
  int tasks = 0;
  std::vector<RunTask> earlier;  // the tasks of a live run's round before

  /// What the task said after the round before, and goes on saying until this round is done.
  std::string earlier_detail(const std::string& kind, const std::string& name) const {
    for (const RunTask& task : earlier)
      if (task.kind == kind && task.name == name) return task.detail;
    return "";
  }

  std::string detail(json::object said, const RunTask& task) const {
    if (run.live) said = with_sums(std::move(said), task.detail, run);
    return json::serialize(said);
  }

  RunTask task(std::string kind, std::string name, Time now) {
    ++tasks;
    RunTask task;
    task.id = std::string(id_prefix::workflow_task) +
              run.id.substr(id_prefix::workflow_run.size()) + "-" + std::to_string(tasks);
    task.run_id = run.id;
    task.position = tasks;
    task.kind = std::move(kind);
    task.name = std::move(name);
    task.detail = earlier_detail(task.kind, task.name);
    task.state = RunState::running;
    task.started_at = now;
    return task;
  }
};

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

Result<void> Runner::end(const catalog::ClaimedRun& claimed, const Result<RunState>& done) {
  const std::string error = done ? "" : text_for_callers(done.error());
  if (!claimed.run.live || (done && *done == RunState::stopped))
    return catalog_.runs().finish(claimed.lease, done ? *done : RunState::failed, error);
  if (done) return catalog_.live_runs().finish_round(claimed.lease);
  return catalog_.live_runs().fail_round(claimed.lease, error);
}

Result<bool> Runner::run_next(const std::stop_token& shutdown) {
  const auto claimed_at = SteadyClock::now();
  WEIR_TRY(const auto claimed, claim());
  if (!claimed) return false;
  Work work;
  work.run = claimed->run;
  work.lease = claimed->lease;
  Result<RunState> done;
  Ending ending = Ending::none;
  {
    RunKeeper keeper(catalog_, *claimed, options_, claimed_at, shutdown);
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
  // Refused if another runner has claimed the run: then the error is not the run's failure.
  if (!done && done.error().code == Errc::internal && options_.on_internal_error)
    options_.on_internal_error(claimed->run.id, done.error().message);
  WEIR_CHECK(end(*claimed, done));
  return true;
}

Result<RunState> Runner::perform(Work& work) {
  const Run& run = work.run;
  WEIR_TRY(work.courier, catalog_.couriers().find(run.tenant_no, run.courier_id));
  WEIR_TRY(const auto stream, catalog_.streams().find(run.tenant_no, work.courier.stream_id));
  WEIR_TRY(const auto view, catalog_.streams().view(stream.no));
  if (!view) return fail(Errc::not_found, "Stream " + stream.id + " is gone.");
  work.tenant = view->tenant;
  if (run.live) {
    WEIR_TRY(work.earlier, catalog_.runs().tasks(run.id));
  }
  WEIR_CHECK(find_batches(work));
  return load_feeds(work);
}

Result<void> Runner::find_batches(Work& work) {
  RunTask task = work.task("find-batches", work.courier.stream_id, clock_.now());
  WEIR_CHECK(catalog_.runs().save_task(work.lease, task));
  work.chosen = filter_of(work.courier, work.run);
  WEIR_TRY(work.committed, catalog_.loads().committed());
  if (work.run.live) work.committed = work.run.round.to;
  const auto batches = catalog_.batches().find(work.run.tenant_no, work.chosen);
  if (!batches) return fail(batches.error());
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  for (const catalog::Batch& batch : *batches) {
    if (batch.records == 0) continue;  // all of its records are quarantined or duplicates
    work.files.files.push_back(feed::file_of(batch, store_.uri(batch.path)));
    records += batch.records;
    bytes += batch.bytes;
  }
  work.files.format = feed::format_of(work.courier);
  const bool missing = work.files.files.empty() && !work.run.skip_missing && !work.run.live;
  task.state = missing ? RunState::failed : RunState::succeeded;
  if (missing)
    task.error = "Stream " + work.courier.stream_id + " has no batches " +
                 range_text(work.run.range) +
                 (work.courier.file_pattern_prefix.empty()
                      ? std::string()
                      : " in hour " + work.courier.file_pattern_prefix) +
                 ". Send data and wait for its batch (or flush the stream), choose another day, or "
                 "run with skip_missing.";
  task.detail = work.detail(
      {{"batches", work.files.files.size()}, {"records", records}, {"bytes", bytes}}, task);
  task.ended_at = clock_.now();
  WEIR_CHECK(catalog_.runs().save_task(work.lease, task));
  if (missing) return fail(Errc::not_found, task.error);
  return {};
}

Result<RunState> Runner::load_feeds(Work& work) {
  WEIR_TRY(const auto all, feed::parse_load_operations(work.courier.load_operations));
  std::vector<catalog::Feed> feeds;
  std::string missing;
  for (const auto& one : all) {
    auto found = catalog_.feeds().find(work.run.tenant_no, one.feed_id);
    if (found) {
      feeds.push_back(*std::move(found));
    } else if (found.error().code == Errc::not_found) {
      missing += (missing.empty() ? "\"" : ", \"") + one.feed_id + "\"";
    } else {
      return fail(std::move(found).error());
    }
  }
  if (!missing.empty()) return fail(Errc::not_found, "Cannot find required feeds: " + missing);
  // An owner that was suspended and has not heard yet that the run is ours commits nothing more.
  if (!all.empty()) WEIR_CHECK(engine_.fence(work.tenant, work.run.id, work.lease.epoch));
  for (std::size_t i = 0; i < all.size(); ++i) {
    WEIR_TRY(const Run now, catalog_.runs().find(work.run.tenant_no, work.run.id));
    if (now.state == RunState::stopping) return RunState::stopped;
    WEIR_TRY(const RunState state, load_one(work, feeds[i], all[i].operations));
    if (state != RunState::succeeded) return state;
  }
  return RunState::succeeded;
}

Result<RunState> Runner::load_one(Work& work, const catalog::Feed& feed,
                                  const std::vector<Operation>& operations) {
  RunTask task = work.task("load", feed.table(), clock_.now());
  WEIR_CHECK(catalog_.runs().save_task(work.lease, task));
  auto loaded = load_feed(work, feed, operations, task);
  const Ending ending = work.keeper->ending();
  if (!loaded && (ending == Ending::shutdown || ending == Ending::lost))
    return fail(std::move(loaded).error());
  if (!loaded && ending == Ending::time)
    loaded = fail(Errc::bad_request,
                  "The run took longer than the " +
                      std::to_string(options_.time_max / std::chrono::seconds(1)) +
                      " s that the setting runs.time_s gives it, so it was ended and nothing of "
                      "this load was kept. Make the query cheaper, run over fewer days, or raise "
                      "the setting.");
  const bool stopped = !loaded && ending == Ending::stop;
  task.state = stopped ? RunState::stopped : loaded ? RunState::succeeded : RunState::failed;
  task.error = loaded || stopped ? "" : text_for_callers(loaded.error());
  task.ended_at = clock_.now();
  WEIR_CHECK(catalog_.runs().save_task(work.lease, task));
  if (stopped) return RunState::stopped;
  if (!loaded) return fail_while("Loading " + feed.table(), loaded.error());
  return RunState::succeeded;
}

Result<void> Runner::load_feed(Work& work, const catalog::Feed& feed,
                               const std::vector<Operation>& operations, RunTask& task) {
  if (!feed.active)
    return fail(Errc::conflict, "Feed " + feed.id + " is not active: activate it first.");
  WEIR_TRY(engine::Load load, plan_load(work, feed, operations));
  if (load.operations.empty() && !load.truncate) return {};
  WEIR_CHECK(work.keeper->renew());  // fails if another runner has claimed the run
  load.allowance.stop = work.keeper->token();
  WEIR_TRY(const engine::LoadCounts counts, engine_.load(load));
  task.detail = work.detail(counts_json(counts), task);
  if (counts.over_threshold) return fail(engine::over_threshold_error(load, counts));
  if (load.shadow) return {};       // no receipt's record is in the table by that
  if (load.only_errors) return {};  // of which records, the first run's entry tells
  return note_load(work, load);
}

/// For receipts. A crash before this does no harm: the run is executed again, and the engine tells
/// of the loads that were done.
Result<void> Runner::note_load(const Work& work, const engine::Load& load) {
  return catalog_.loads().add(work.lease, {.tenant_no = work.run.tenant_no,
                                           .table = load.table,
                                           .chosen = work.chosen,
                                           .committed = work.committed,
                                           .truncates = load.truncate,
                                           .fills = !load.operations.empty()});
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
      load, operations, work.files, [&](const std::string& name) -> Result<std::string> {
        WEIR_TRY(auto query, catalog_.ingest_queries().find_by_name(work.run.tenant_no, name));
        return std::move(query.sql);
      }));
  if (load.only_errors) load.truncate = false;
  return load;
}

}  // namespace weir::courier
