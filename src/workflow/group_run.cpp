// One function of rows to rows, so that a crash between two steps needs no recovery of its own, and
// a test can turn the clock. The first step writes all tasks ahead with the days of each courier;
// later ones look at each task that is ready until nothing changes. A run waits in its
// `not_before`, in no thread.

#include "workflow/group_run.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/json.hpp>

#include "catalog/runs.hpp"
#include "workflow/attribution.hpp"
#include "workflow/calendar.hpp"
#include "workflow/firing.hpp"
#include "workflow/graph.hpp"
#include "workflow/group_config.hpp"

namespace weir::workflow {

namespace {

namespace json = boost::json;
using catalog::GroupRunStep;
using catalog::GroupRunView;
using catalog::Run;
using catalog::RunKind;
using std::chrono::seconds;

constexpr const char* wait_kind = "wait-for-group";
constexpr const char* find_kind = "find-files";
constexpr const char* load_kind = "load";
constexpr std::size_t days_named = 5;
constexpr seconds look_again{60};  // at what tells by itself when it is over

/// What a courier's tasks were planned with.
struct Plan {
  std::string courier_id;
  Days days;
  Time wait_until;
  bool ignores_missing = false;  // by a resolution
};

std::string text_of(const std::optional<Day>& day) {
  return day ? to_string(*day) : std::string();
}

std::string inputs_of(const Plan& plan) {
  return json::serialize(json::object{{"courier_id", plan.courier_id},
                                      {"from", text_of(plan.days.from)},
                                      {"to", text_of(plan.days.to)},
                                      {"wait_until", to_string(plan.wait_until)}});
}

Result<Plan> plan_of(const RunTask& task) {
  try {
    const json::value inputs = json::parse(task.inputs);
    const auto text = [&](const char* name) { return std::string(inputs.at(name).as_string()); };
    Plan plan{text("courier_id"), {parse_day(text("from")), parse_day(text("to"))}, {}};
    if (const auto until = parse_time(text("wait_until"))) plan.wait_until = *until;
    plan.ignores_missing = inputs.as_object().contains("ignore_missing");
    return plan;
  } catch (const std::exception& error) {
    return fail(Errc::corrupt,
                "The inputs of task " + task.id + " cannot be read: " + error.what());
  }
}

/// The days of the range that have no hour among `hours`.
std::vector<Day> missing_days(const Days& days, const std::vector<Time>& hours,
                              const Calendar& calendar) {
  std::set<Day> there;
  for (const Time hour : hours)
    there.insert(calendar.day_of(hour));
  std::vector<Day> missing;
  for (Day day = *days.from; day < *days.to; day += std::chrono::days(1))
    if (!there.contains(day)) missing.push_back(day);
  return missing;
}

std::string text_of(const std::vector<Day>& days) {
  std::string text;
  for (std::size_t i = 0; i < std::min(days.size(), days_named); ++i)
    text += (i > 0 ? ", " : "") + to_string(days[i]);
  if (days.size() > days_named)
    text += " and " + std::to_string(days.size() - days_named) + " more days";
  return text;
}

std::string text_of(const Days& days) {
  if (!days.from || !days.to) return "all there is";
  const Day last = *days.to - std::chrono::days(1);
  return to_string(*days.from) + (last > *days.from ? " to " + to_string(last) : "");
}

class Step {
 public:
  Step(const GroupRunView& view, const GroupRunSources& sources, GroupConfig config,
       Calendar calendar)
      : view_(view),
        sources_(sources),
        now_(sources.now),
        config_(std::move(config)),
        calendar_(std::move(calendar)),
        tasks_(view.tasks) {
    out_.state = view.run.state;
    out_.warnings = view.run.warnings;
  }

  Result<GroupRunStep> take() {
    if (view_.run.state == RunState::scheduled && view_.behind_another) {
      out_.not_before = now_ + look_again;
      return std::move(out_);
    }
    if (view_.run.state == RunState::finalizing) {
      WEIR_CHECK(finish());
      return std::move(out_);
    }
    if (view_.run.state == RunState::scheduled) {
      WEIR_CHECK(plan());
      out_.not_before = now_;
    } else {
      WEIR_CHECK(view_.run.state == RunState::stopping ? follow_stop() : go_on());
    }
    tell_runtime();
    for (std::size_t i : changed_)
      out_.tasks.push_back(tasks_[i]);
    return std::move(out_);
  }

 private:
  void notice(std::string kind, std::string text) {
    out_.notices.push_back({now_, std::move(kind), std::move(text)});
  }
  void warn(std::string text) {
    ++out_.warnings;
    notice("warning", std::move(text));
  }
  void look_at(Time at) { out_.not_before = std::min(out_.not_before.value_or(at), at); }
  RunTask& change(std::size_t i) {
    changed_.insert(i);
    return tasks_[i];
  }
  void end(std::size_t i, RunState state, std::string error = "") {
    RunTask& task = change(i);
    task.state = state;
    task.error = std::move(error);
    task.ended_at = now_;
    if (!task.started_at) task.started_at = now_;
  }
  void begin(std::size_t i) {
    RunTask& task = change(i);
    if (task.state == RunState::scheduled) task.started_at = now_;
    task.state = RunState::running;
    ++task.attempt;
  }

  const CourierConfig* config_of(const std::string& courier_id) const {
    for (const CourierConfig& one : config_.couriers)
      if (one.courier.courier_id == courier_id) return &one;
    return nullptr;
  }
  const Run* child_of(const std::string& courier_id) const {
    for (const Run& child : view_.children)
      if (child.courier_id == courier_id) return &child;
    return nullptr;
  }

  RunTask& add_task(std::string kind, std::string stage, std::string name) {
    RunTask& task = tasks_.emplace_back();
    task.id = sources_.new_task_id();
    task.run_id = view_.run.id;
    task.position = static_cast<int>(tasks_.size());
    task.kind = std::move(kind);
    task.stage = std::move(stage);
    task.name = std::move(name);
    task.detail = "{}";
    changed_.insert(tasks_.size() - 1);
    return task;
  }

  Days days_to_load(const catalog::GroupCourier& courier) const {
    if (!view_.run.automatic) return {view_.run.range.from, view_.run.range.to};
    return days_of(config_.group, courier, asked_for(), calendar_);
  }
  Time asked_for() const { return view_.run.scheduled_for.value_or(view_.run.created_at); }

  /// Whether the days that it loads are done for the schedule: into shadows nothing is.
  bool covers() const { return view_.run.automatic && !view_.run.shadow; }

  /// Writes all tasks ahead. Loads into one table come in the order of their days.
  Result<void> plan() {
    WEIR_TRY(auto covered, sources_.covered());
    out_.state = RunState::started;
    std::vector<int> waits;
    if (!config_.group.after_group.empty()) {
      waits.push_back(1);
      add_task(wait_kind, "waiting", config_.group.after_group);
    }
    struct Planned {
      const CourierConfig* config;
      Days days;
    };
    std::vector<Planned> planned;
    for (CourierConfig& one : config_.couriers) {
      one.courier.covered_to = covered[one.courier.courier_id];
      const Days days = days_to_load(one.courier);
      // From its first run on, whether that goes well or not.
      if (covers() && !one.courier.covered_to && days.from)
        out_.covered.push_back({one.courier.courier_id, *days.from});
      planned.push_back({&one, days});
    }
    std::stable_sort(planned.begin(), planned.end(), [](const Planned& a, const Planned& b) {
      return std::pair(a.days.from, a.days.to) < std::pair(b.days.from, b.days.to);
    });
    std::map<std::string, std::vector<int>> loads;  // by feed
    for (const auto& [one, days] : planned) {
      const catalog::GroupCourier& courier = one->courier;
      const seconds wait =
          std::max(seconds(courier.wait_s), courier.as_soon_as_sealed && view_.run.automatic
                                                ? seconds(sealing_waited_for)
                                                : seconds(0));
      const std::string inputs = inputs_of({courier.courier_id, days, asked_for() + wait});
      RunTask& find = add_task(find_kind, "waiting", one->name);
      find.inputs = inputs;
      find.needs = waits;
      const int found_at = find.position;
      RunTask& load = add_task(load_kind, "loading", one->name);
      load.inputs = inputs;
      load.needs = {found_at};
      std::set<int> before;
      for (const std::string& feed : one->feeds) {
        before.insert(loads[feed].begin(), loads[feed].end());
        loads[feed].push_back(load.position);
      }
      load.after.assign(before.begin(), before.end());
    }
    return {};
  }

  Result<void> go_on() {
    for (std::size_t i = 0; i < tasks_.size(); ++i)
      if (tasks_[i].state == RunState::skipped && !tasks_[i].ended_at) {
        warn(tasks_[i].name + ": " + tasks_[i].kind + " is skipped" +
             (tasks_[i].error.empty() ? "" : ": " + tasks_[i].error));
        end(i, RunState::skipped);
      }
    // Each round ends a task or is the last.
    for (bool moved = true; moved;) {
      moved = false;
      for (const std::size_t i : blocked(tasks_)) {
        end(i, RunState::canceled);
        moved = true;
      }
      for (const std::size_t i : ready(tasks_)) {
        if (!looked_at_.insert(i).second) continue;  // once a step
        WEIR_CHECK(look_at_task(i));
        moved = moved || catalog::is_over(tasks_[i].state);
        if (stops_) break;
      }
      if (std::exchange(stops_, false)) {
        cancel_rest();
        moved = true;
      }
    }
    if (all_over(tasks_)) {
      out_.state = RunState::finalizing;
      out_.not_before = now_;
      notice("committing", "All tasks are over");
      return {};
    }
    const bool loading = std::any_of(tasks_.begin(), tasks_.end(), [](const RunTask& task) {
      return task.kind == load_kind && task.state == RunState::running;
    });
    out_.state = loading ? RunState::running : RunState::in_progress;
    return {};
  }

  /// What has not begun is not begun; loads at work end by themselves.
  void cancel_rest() {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const bool at_work = tasks_[i].kind == load_kind && tasks_[i].state == RunState::running;
      if (!catalog::is_over(tasks_[i].state) && !at_work) end(i, RunState::canceled);
    }
  }

  Result<void> look_at_task(std::size_t i) {
    if (tasks_[i].kind == wait_kind) return wait_for_group(i);
    if (tasks_[i].kind == find_kind) return find_files(i);
    return load(i);
  }

  Result<void> wait_for_group(std::size_t i) {
    WEIR_TRY(const bool at_work, sources_.at_work(tasks_[i].name));
    if (!at_work) {
      end(i, RunState::succeeded);
      return {};
    }
    if (tasks_[i].state == RunState::scheduled)
      notice("waiting", "Waiting for the group " + tasks_[i].name + " to finish");
    begin(i);
    look_at(now_ + look_again);
    return {};
  }

  Result<void> find_files(std::size_t i) {
    if (tasks_[i].not_before && *tasks_[i].not_before > now_) {
      look_at(*tasks_[i].not_before);
      return {};
    }
    WEIR_TRY(const Plan plan, plan_of(tasks_[i]));
    const CourierConfig* config = config_of(plan.courier_id);
    if (config == nullptr) return fail(Errc::corrupt, "Task " + tasks_[i].id + " has no courier.");
    const auto range = hours_of(plan.days, calendar_);
    const auto found = sources_.files(plan.courier_id, range);
    if (!found && found.error().code == Errc::not_found) {
      end(i, RunState::failed, found.error().message);
      attribute(change(i), found.error().code);
      return {};
    }
    if (!found) return fail(found.error());
    const bool by_days = plan.days.from && plan.days.to;
    const auto missing =
        by_days ? missing_days(plan.days, found->hours, calendar_) : std::vector<Day>();
    const bool is_missing = by_days ? !missing.empty() : found->hours.empty();
    const bool unsealed = config->courier.as_soon_as_sealed && view_.run.automatic && range.to &&
                          found->sealed_to < *range.to + std::chrono::hours(range.to_hour);
    const bool skips = view_.run.skip_missing || plan.ignores_missing;
    const std::string what = by_days ? text_of(missing) : "any day";
    if (!unsealed && (!is_missing || skips)) {
      end(i, RunState::succeeded);
      set_outputs(i, *found, plan.days, is_missing);
      return {};
    }
    if (tasks_[i].state == RunState::scheduled) {
      notice("waiting", config->name + ": waiting for source data of " + text_of(plan.days));
      if (is_missing && config->courier.notify_when_missing && now_ < plan.wait_until)
        notice("missing", config->name + ": no files of " + what + "; they are waited for until " +
                              to_string(plan.wait_until));
    }
    begin(i);
    if (now_ < plan.wait_until) {
      const Time next = std::min<Time>(now_ + look_for_files_every, plan.wait_until);
      change(i).not_before = next;
      look_at(next);
      return {};
    }
    if (!is_missing) {
      warn(config->name + ": its hours are not sealed yet; what is there is loaded");
    } else if (config->courier.stop_when_missing) {
      if (config->courier.notify_when_missing)
        notice("missing", config->name + ": no files of " + what + "; the run ends");
      end(i, RunState::failed,
          config->name + " has no files of " + what +
              ". Send them and run the group for those days, or take stop_when_missing off.");
      attribute(change(i), Errc::not_found);
      stops_ = true;
      return {};
    } else {
      if (config->courier.notify_when_missing)
        notice("missing",
               config->name + ": no files of " + what + "; the run goes on without them");
      warn(config->name + ": no files of " + what);
    }
    end(i, RunState::succeeded);
    set_outputs(i, *found, plan.days, is_missing);
    return {};
  }

  void set_outputs(std::size_t i, const catalog::SourceHours& found, const Days& days,
                   bool is_missing) {
    const auto to = covered(days, found.sealed_to, calendar_, std::nullopt);
    RunTask& task = change(i);
    task.not_before.reset();
    task.outputs = json::serialize(json::object{
        {"hours", found.hours.size()}, {"missing", is_missing}, {"covered_to", text_of(to)}});
    task.detail =
        json::serialize(json::object{{"days", text_of(days)}, {"hours", found.hours.size()}});
  }

  Result<void> load(std::size_t i) {
    WEIR_TRY(const Plan plan, plan_of(tasks_[i]));
    if (const Run* child = child_of(plan.courier_id)) {
      follow(i, *child);
      return {};
    }
    if (tasks_[i].state != RunState::scheduled) {
      end(i, RunState::failed, "Its run is gone.");
      return {};
    }
    Run child;
    child.tenant_no = view_.run.tenant_no;
    child.courier_id = plan.courier_id;
    child.name = tasks_[i].name;
    child.kind = RunKind::courier;
    child.parent = view_.run.id;
    child.group_id = view_.run.group_id;
    child.started_by = view_.run.started_by;
    child.range = hours_of(plan.days, calendar_);
    child.load_only = view_.run.load_only;
    child.shadow = view_.run.shadow;
    if (const CourierConfig* config = config_of(plan.courier_id)) child.config = config->settings;
    child.skip_missing = true;  // what is missing was decided above
    out_.children.push_back(std::move(child));
    begin(i);
    notice("loading", tasks_[i].name + ": loading data of " + text_of(plan.days));
    return {};
  }

  void follow(std::size_t i, const Run& child) {
    if (!catalog::is_over(child.state)) return;
    end(i, child.state, child.error);
    change(i).outputs = json::serialize(json::object{{"run_id", child.id}});
    out_.warnings += child.warnings;
    notice(child.state == RunState::succeeded ? "loaded" : std::string(to_string(child.state)),
           tasks_[i].name + ": " + std::string(to_string(child.state)) + " (" + child.id + ")");
  }

  /// A stop was asked for: the loads at work were told, and end within seconds.
  Result<void> follow_stop() {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      if (catalog::is_over(tasks_[i].state)) continue;
      if (tasks_[i].kind != load_kind || tasks_[i].state == RunState::scheduled) {
        end(i, RunState::canceled);
        continue;
      }
      WEIR_TRY(const Plan plan, plan_of(tasks_[i]));
      const Run* child = child_of(plan.courier_id);
      if (child == nullptr)
        end(i, RunState::stopped);
      else
        follow(i, *child);
    }
    if (!all_over(tasks_)) {
      look_at(now_ + look_again);
      return {};
    }
    if (outcome(tasks_) == RunState::succeeded) {  // it came when all was loaded
      out_.state = RunState::finalizing;
      out_.not_before = now_;
      return {};
    }
    out_.state = RunState::stopped;
    notice("stopped", ending_text(out_.state, view_.run, now_));
    return {};
  }

  /// What was loaded is noted in the step that ends the run.
  Result<void> finish() {
    out_.state = outcome(tasks_);
    for (const RunTask& task : tasks_) {
      if (task.state == RunState::failed && !task.error.empty())
        out_.error += (out_.error.empty() ? "" : "\n") + task.name + ": " + task.error;
      if (task.kind != load_kind || task.state != RunState::succeeded || !covers()) continue;
      WEIR_TRY(const Plan plan, plan_of(task));
      const auto find = std::find_if(tasks_.begin(), tasks_.end(), [&](const RunTask& other) {
        return other.position == task.needs.front();
      });
      if (find == tasks_.end()) continue;
      boost::system::error_code error;
      const json::value outputs = json::parse(find->outputs, error);
      const auto* to = error ? nullptr : outputs.as_object().if_contains("covered_to");
      if (const auto day = to != nullptr ? parse_day(to->as_string()) : std::nullopt)
        out_.covered.push_back({plan.courier_id, *day});
    }
    notice("completed", ending_text(out_.state, view_.run, now_));
    return {};
  }

  void tell_runtime() {
    if (view_.run.warn_after_ms == 0 || view_.runtime_told || catalog::is_over(out_.state)) return;
    const Time begun = view_.run.started_at.value_or(now_);
    const Time at = begun + std::chrono::milliseconds(view_.run.warn_after_ms);
    if (now_ < at) return look_at(at);
    notice("runtime", "The run takes longer than " +
                          std::to_string(view_.run.warn_after_ms / 60'000) + " minutes");
    ++out_.warnings;
  }

  const GroupRunView& view_;
  const GroupRunSources& sources_;
  const Time now_;
  GroupConfig config_;
  const Calendar calendar_;
  std::vector<RunTask> tasks_;
  std::set<std::size_t> changed_;
  std::set<std::size_t> looked_at_;
  GroupRunStep out_;
  bool stops_ = false;
};

}  // namespace

Result<GroupRunStep> step(const GroupRunView& view, const GroupRunSources& sources) {
  WEIR_TRY(GroupConfig config, parse_group_config(view.run.config));
  const std::string zone = config.group.file_ranges_in_zone ? config.group.time_zone : "UTC";
  WEIR_TRY(Calendar calendar, Calendar::make(zone));
  Step next(view, sources, std::move(config), std::move(calendar));
  WEIR_TRY(GroupRunStep done, next.take());
  // What ends tells those that wait, but a run that waits for nothing must not be looked at
  // forever.
  if (!done.not_before && !catalog::is_over(done.state))
    done.not_before = sources.now + std::chrono::hours(1);
  return done;
}

}  // namespace weir::workflow
