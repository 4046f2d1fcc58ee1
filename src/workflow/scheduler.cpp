// Both halves ask the catalog for rows that are due, so an idle server reads two indexes a second.
// A group or a run that cannot be looked at does not keep the others waiting.

#include "workflow/scheduler.hpp"

#include <algorithm>
#include <utility>

#include "catalog/run_config.hpp"
#include "workflow/firing.hpp"
#include "workflow/group_run.hpp"
#include "workflow/schedule.hpp"

namespace weir::workflow {

namespace {

using catalog::CourierGroup;
using catalog::FiringsDone;
using catalog::GroupToFire;
using catalog::Run;
using catalog::RunState;
using std::chrono::seconds;

constexpr std::uint32_t runs_at_once = 100;
constexpr std::chrono::hours trim_every{1};
constexpr std::uint32_t trimmed_at_once = 500;  // so that no transaction takes long
constexpr const char* lease_name = "scheduler";

std::string minute_text(Time time) {
  return to_string(time).substr(0, 16) + "Z";
}

/// The notices of a firing, and the run that it makes, or one that says why it makes none.
void add_run(FiringsDone& done, const Due& due, Run run, Time now) {
  run.scheduled_for = due.at;
  run.automatic = true;
  run.started_by = "schedule";
  const std::string at = minute_text(*due.at);
  const auto say = [&](const char* kind, std::string text) {
    done.notices.push_back({now, kind, std::move(text)});
  };
  say("requested", "Courier group run request by the schedule for " + at +
                       (due.late ? ", found late at " + minute_text(now) : ""));
  const auto end = [&] {
    run.state = RunState::skipped;
    run.ended_at = now;
  };
  switch (due.what) {
    case Due::What::nothing:
      return;
    case Due::What::miss:
      end();
      say("missed", std::to_string(due.missed) + " firings from " + minute_text(*due.first_missed) +
                        " to " + at +
                        " were missed, and it is too late to make up for them; the "
                        "next run loads their days");
      break;
    case Due::What::skip:
      end();
      say("missed", "The firing of " + at +
                        " makes no run, since the run before is still at work; the next one loads "
                        "its days");
      break;
    case Due::What::start:
    case Due::What::queue:
      if (due.missed > 0)
        say("missed", std::to_string(due.missed) + " firings since " +
                          minute_text(*due.first_missed) +
                          " were missed; this run loads their days");
      if (due.what == Due::What::queue)
        say("waiting", "Waiting until the group's run before is over");
      break;
  }
  done.run = std::move(run);
}

}  // namespace

Result<GroupConfig> config_of(catalog::Catalog& catalog, const CourierGroup& group) {
  GroupConfig config;
  config.group = group;
  config.group.couriers.clear();
  for (const auto& member : group.couriers) {
    WEIR_TRY(const auto courier, catalog.couriers().find(group.tenant_no, member.courier_id));
    WEIR_TRY(std::string settings, catalog.runs().config_of(group.tenant_no, member.courier_id));
    config.couriers.push_back(
        {member, courier.name, catalog::feeds_of(courier.load_operations), std::move(settings)});
  }
  return config;
}

Result<Run> run_of(catalog::Catalog& catalog, const CourierGroup& group) {
  WEIR_TRY(const GroupConfig config, config_of(catalog, group));
  Run run;
  run.tenant_no = group.tenant_no;
  run.kind = catalog::RunKind::group;
  run.group_id = group.id;
  run.name = group.name;
  run.config = to_json(config);
  run.warn_after_ms = std::uint64_t{group.runtime_alert_s} * 1000;
  return run;
}

Scheduler::Scheduler(catalog::Catalog& catalog, const Clock& clock, Random& random, Files files,
                     Options options)
    : catalog_(catalog),
      clock_(clock),
      random_(random),
      files_(std::move(files)),
      options_(std::move(options)) {}

void Scheduler::report(const std::string& id, const Error& error) const {
  if (options_.on_error) options_.on_error(id, error);
}

Result<Scheduler::Done> Scheduler::tick() {
  Done done;
  WEIR_TRY(done.held, catalog_.leases().hold(lease_name, options_.holder, options_.lease));
  if (!done.held) {
    held_ = false;
    return done;
  }
  if (!std::exchange(held_, true)) WEIR_CHECK(catalog_.courier_groups().forget_next());
  WEIR_CHECK(fire_all(done));
  WEIR_CHECK(step_all(done));
  const Time now = clock_.now();
  if (options_.keep_runs.count() > 0 &&
      (!trimmed_at_ || now < *trimmed_at_ || now - *trimmed_at_ >= trim_every)) {
    WEIR_TRY(done.trimmed, catalog_.runs().trim(now - options_.keep_runs, trimmed_at_once));
    if (done.trimmed < trimmed_at_once) trimmed_at_ = now;
  }
  return done;
}

Result<void> Scheduler::fire_all(Done& done) {
  WEIR_TRY(const auto groups, catalog_.courier_groups().to_fire());
  for (const GroupToFire& due : groups) {
    const auto fired = fire(due, done);
    if (fired) {
      done.fired += *fired ? 1 : 0;
      continue;
    }
    if (fired.error().code == Errc::conflict) continue;  // it is read again at the next look
    report(due.group.id, fired.error());
    const FiringsDone later{.next_fire_at = clock_.now() + std::chrono::minutes(1),
                            .looked_to = due.group.looked_to};
    if (const auto put_off = catalog_.courier_groups().fire(due.group, later);
        !put_off && put_off.error().code != Errc::conflict)
      return fail(put_off.error());
  }
  return {};
}

Result<bool> Scheduler::fire(const GroupToFire& due, Done& done) {
  const CourierGroup& group = due.group;
  const Time now = clock_.now();
  WEIR_TRY(const auto schedule, Schedule::make(group.schedule, group.time_zone));
  // What was dealt with is not dealt with again when the clock goes back.
  const bool was_ahead = group.looked_to > now + catalog::clock_back_max;
  const Time after = was_ahead ? now : group.looked_to;
  const Due found = look(schedule, {.after = after,
                                    .now = now,
                                    .catch_up = seconds(group.catch_up_s),
                                    .overlap = group.overlap,
                                    .runs_open = due.runs_open});
  FiringsDone firings{.next_fire_at = std::nullopt, .looked_to = std::max(after, now)};
  firings.missed = found.missed + (found.what == Due::What::skip ? 1 : 0);
  firings.caught_up = found.late;
  const auto next = schedule.next(firings.looked_to, 1);
  // A schedule that fires no more for decades is looked at again in a year.
  firings.next_fire_at = next.empty() ? now + std::chrono::days(365) : next.front().at;
  if (found.what != Due::What::nothing) {
    WEIR_TRY(Run run, run_of(catalog_, group));
    add_run(firings, found, std::move(run), now);
  }
  WEIR_TRY(const auto run, catalog_.courier_groups().fire(group, firings));
  if (!run || catalog::is_over(run->state)) return false;
  done.lateness = std::max(done.lateness, std::chrono::microseconds(now - *found.at));
  return true;
}

Result<void> Scheduler::step_all(Done& done) {
  std::uint32_t left = options_.steps_max;
  while (left > 0) {
    WEIR_TRY(const auto due, catalog_.group_runs().due(std::min(left, runs_at_once)));
    if (due.empty()) return {};
    left -= static_cast<std::uint32_t>(due.size());
    for (const std::string& run_id : due) {
      const auto stepped = step_one(run_id, done);
      if (stepped || stepped.error().code == Errc::conflict) continue;
      report(run_id, stepped.error());
      WEIR_CHECK(catalog_.group_runs().put_off(run_id, std::chrono::minutes(1)));
    }
  }
  return {};
}

Result<void> Scheduler::step_one(const std::string& run_id, Done& done) {
  WEIR_TRY(const auto view, catalog_.group_runs().view(run_id));
  if (!view) return {};
  const std::uint32_t tenant_no = view->run.tenant_no;
  GroupRunSources sources;
  sources.now = clock_.now();
  sources.files = [&](const std::string& courier_id,
                      const catalog::RunRange& range) -> Result<catalog::SourceHours> {
    WEIR_TRY(const auto courier, catalog_.couriers().find(tenant_no, courier_id));
    return files_(tenant_no, courier, range);
  };
  sources.at_work = [&](const std::string& group_id) {
    return catalog_.group_runs().at_work(group_id);
  };
  sources.covered = [&]() -> Result<std::map<std::string, std::optional<Day>>> {
    WEIR_TRY(const auto group, catalog_.courier_groups().find(tenant_no, view->run.group_id));
    std::map<std::string, std::optional<Day>> covered;
    for (const auto& courier : group.couriers)
      covered[courier.courier_id] = courier.covered_to;
    return covered;
  };
  sources.new_task_id = [&] {
    return catalog::dated_id(random_, id_prefix::workflow_task, sources.now);
  };
  WEIR_TRY(const auto next, step(*view, sources));
  WEIR_CHECK(catalog_.group_runs().save(*view, next));
  ++done.steps;
  done.courier_runs += next.children.size();
  return {};
}

}  // namespace weir::workflow
