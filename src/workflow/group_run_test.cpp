#include "workflow/group_run.hpp"

#include <iostream>
#include <utility>

#include <gmock/gmock.h>

#include "workflow/group_fixture.hpp"

namespace weir::workflow {
namespace {

using catalog::CourierGroup;
using catalog::GroupCourier;
using catalog::Overlap;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The clock stands at 2027-03-02T08:00:00Z when a test begins.
class GroupRunTest : public GroupTest {
 protected:
  CourierGroup daily(std::vector<GroupCourier> couriers) {
    CourierGroup group;
    group.name = "Daily";
    group.schedule = "30 8 * * *";
    group.catch_up_s = 3600;
    group.couriers = std::move(couriers);
    return group;
  }
  GroupCourier yesterday(const std::string& name) {
    return {.courier_id = add_courier(name), .offset_s = 86'400};
  }
  Run fired(const CourierGroup& group) {
    clock_.turn(minutes(30));
    EXPECT_EQ(tick().fired, 1U);
    return runs_of(group.id).front();
  }
  RunState child_state(const std::string& courier) {
    return catalog_->runs().find(acme_, leases_.at(courier).run_id)->state;
  }
  static std::string days(const Run& run) {
    return to_string(*run.range.from) + ".." + to_string(*run.range.to);
  }
};

TEST_F(GroupRunTest, ADayGoesThroughItsStates) {
  const CourierGroup group = add_group(daily({yesterday("Orders")}));
  EXPECT_EQ(tick().fired, 0U);
  const Run run = fired(group);
  EXPECT_EQ(run.scheduled_for, *parse_time("2027-03-02T08:30:00Z"));
  EXPECT_EQ(run.started_by, "schedule");
  EXPECT_EQ(state(run), RunState::running);
  ASSERT_EQ(children(run).size(), 1U);
  EXPECT_EQ(days(children(run)[0]), "2027-03-01..2027-03-02");
  EXPECT_EQ(children(run)[0].group_id, group.id);
  const auto tasks = catalog_->runs().tasks(run.id).value();
  ASSERT_EQ(tasks.size(), 2U) << "written ahead";
  EXPECT_EQ(tasks[0].kind + " " + tasks[1].kind, "find-files load");
  ASSERT_EQ(claim(), "Orders");
  EXPECT_EQ(tick().steps, 0U) << "a run that waits costs nothing";
  clock_.turn(seconds(65));
  finish("Orders");
  tick();
  EXPECT_EQ(state(run), RunState::succeeded);
  EXPECT_EQ(told(run), "requested loading loaded committing completed");
  EXPECT_EQ(catalog_->runs().notices(run.id)->back().text, "Completed in 1 minutes 5 seconds");
  EXPECT_EQ(group_now(group.id).couriers[0].covered_to, parse_day("2027-03-02"));
  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(GroupRunTest, TheDaysSinceTheLastSuccessAreLoaded) {
  const CourierGroup group = add_group(daily({yesterday("Orders")}));
  std::vector<std::string> loaded;
  for (const bool succeeds : {false, true, false, false, true, true}) {
    const Run run = fired(group);
    ASSERT_EQ(claim(), "Orders");
    loaded.push_back(days(children(run)[0]));
    finish("Orders", succeeds ? RunState::succeeded : RunState::failed, succeeds ? "" : "Bad row.");
    tick();
    EXPECT_EQ(state(run), succeeds ? RunState::succeeded : RunState::failed);
    if (!succeeds) {
      EXPECT_EQ(now(run).error, "Orders: Bad row.");
    }
    clock_.turn(hours(24) - minutes(30));
  }
  EXPECT_EQ(loaded, (std::vector<std::string>{"2027-03-01..2027-03-02", "2027-03-01..2027-03-03",
                                              "2027-03-03..2027-03-04", "2027-03-03..2027-03-05",
                                              "2027-03-03..2027-03-06", "2027-03-06..2027-03-07"}));
}

TEST_F(GroupRunTest, ARunIntoShadowsLoadsThemAndLeavesTheScheduleAlone) {
  const CourierGroup group = add_group(daily({yesterday("Orders")}));
  for (const bool shadow : {true, false}) {
    Run run = run_of(*catalog_, group).value();
    run.automatic = true;
    run.shadow = shadow;
    run = catalog_->group_runs().add(acme_, run, "by hand").value();
    tick();
    ASSERT_EQ(claim(), "Orders");
    EXPECT_EQ(children(run)[0].shadow, shadow);
    finish("Orders");
    tick();
    EXPECT_EQ(state(run), RunState::succeeded);
    EXPECT_EQ(group_now(group.id).couriers[0].covered_to.has_value(), !shadow)
        << "nothing of the days is in the tables";
  }
}

TEST_F(GroupRunTest, ARunByHandLoadsItsDaysAndLeavesTheScheduleAlone) {
  const CourierGroup group = add_group(daily({yesterday("Orders")}));
  const Run run = run_by_hand(group, {parse_day("2027-01-05"), parse_day("2027-01-08")});
  tick();
  ASSERT_EQ(claim(), "Orders");
  EXPECT_EQ(days(children(run)[0]), "2027-01-05..2027-01-08") << "without the offset";
  EXPECT_EQ(children(run)[0].started_by, "tak-1");
  finish("Orders");
  tick();
  EXPECT_EQ(state(run), RunState::succeeded);
  EXPECT_EQ(group_now(group.id).couriers[0].covered_to, std::nullopt);
}

TEST_F(GroupRunTest, FilesThatComeWhileItWaitsAreLoaded) {
  bool there = false;
  has_file_ = [&](const std::string&, Time) { return there; };
  GroupCourier courier = yesterday("Orders");
  courier.wait_s = 3600;
  const Run run = fired(add_group(daily({courier})));
  EXPECT_EQ(state(run), RunState::in_progress);
  clock_.turn(seconds(59));
  EXPECT_EQ(tick().steps, 0U) << "it looks once a minute";
  clock_.turn(seconds(1));
  EXPECT_EQ(tick().steps, 1U);
  there = true;
  clock_.turn(seconds(60));
  tick();
  EXPECT_EQ(claim(), "Orders");
  finish("Orders");
  tick();
  EXPECT_EQ(state(run), RunState::succeeded);
  EXPECT_EQ(now(run).warnings, 0U);
  EXPECT_EQ(told(run), "requested waiting loading loaded committing completed");
}

TEST_F(GroupRunTest, WhatIsMissingAtTheEndIsToldAndEndsTheRunWhereAsked) {
  struct Case {
    bool notify, stop;
    RunState ends;
    std::string told;
  };
  for (const Case& one :
       {Case{false, false, RunState::succeeded,
             "requested waiting warning loading loaded committing completed"},
        Case{true, false, RunState::succeeded,
             "requested waiting missing missing warning loading loaded committing completed"},
        Case{false, true, RunState::failed, "requested waiting committing completed"},
        Case{true, true, RunState::failed,
             "requested waiting missing missing committing completed"}}) {
    SCOPED_TRACE(one.told);
    has_file_ = [](const std::string&, Time) { return false; };
    GroupCourier courier = yesterday("Orders");
    courier.wait_s = 1800;
    courier.notify_when_missing = one.notify;
    courier.stop_when_missing = one.stop;
    CourierGroup group = daily({courier});
    group.name = one.told;
    group.schedule = "";
    const Run run = run_by_hand(add_group(group), {}, true);
    tick();
    clock_.turn(seconds(1799));
    tick();
    EXPECT_EQ(state(run), RunState::in_progress);
    clock_.turn(seconds(1));
    tick();
    EXPECT_EQ(claim(), one.stop ? "" : "Orders");
    if (!one.stop) finish("Orders");
    tick();
    EXPECT_EQ(state(run), one.ends);
    EXPECT_EQ(told(run), one.told);
    EXPECT_EQ(now(run).warnings, one.stop ? 0U : 1U);
    if (one.stop) {
      EXPECT_THAT(now(run).error, HasSubstr("2027-03-0"));
    }
  }
}

TEST_F(GroupRunTest, WhoseFilesAreMissingEndsTheRunAndLetsLoadsAtWorkEnd) {
  has_file_ = [](const std::string& courier, Time) { return courier == "There"; };
  GroupCourier missing = yesterday("Missing");
  missing.wait_s = 600;
  missing.stop_when_missing = true;
  const Run run = fired(add_group(daily({yesterday("There"), missing})));
  ASSERT_EQ(claim(), "There");
  clock_.turn(minutes(10));
  tick();
  EXPECT_EQ(state(run), RunState::running);
  finish("There");
  tick();
  EXPECT_EQ(state(run), RunState::failed);
  const auto couriers = group_now(run.group_id).couriers;
  EXPECT_EQ(couriers[0].covered_to, parse_day("2027-03-02")) << "what was loaded is loaded";
  EXPECT_EQ(couriers[1].covered_to, parse_day("2027-03-01")) << "its day is loaded by the next";
}

TEST_F(GroupRunTest, ItWaitsForTheGroupItComesAfter) {
  const CourierGroup first = add_group(daily({yesterday("First")}));
  CourierGroup second = daily({yesterday("Second")});
  second.name = "Second";
  second.after_group = first.id;
  second = add_group(second);
  clock_.turn(minutes(30));
  EXPECT_EQ(tick().fired, 2U);
  const Run run = runs_of(second.id).front();
  EXPECT_EQ(claim(), "First");
  EXPECT_EQ(claim(), "");
  EXPECT_EQ(state(run), RunState::in_progress);
  finish("First", RunState::failed);
  tick();
  EXPECT_EQ(claim(), "Second") << "at once, however the other ended";
}

TEST_F(GroupRunTest, ItTellsThatItTakesLongOnce) {
  CourierGroup group = daily({yesterday("Orders")});
  group.runtime_alert_s = 7200;
  const Run run = fired(add_group(group));
  claim();
  for (int i = 0; i < 5; ++i) {
    clock_.turn(hours(1));
    tick();
    EXPECT_EQ(told(run), i < 1 ? "requested loading" : "requested loading runtime");
  }
  finish("Orders");
  tick();
  EXPECT_EQ(state(run), RunState::succeeded) << "a warning does not fail it";
  EXPECT_EQ(now(run).warnings, 1U);
}

TEST_F(GroupRunTest, MissingFilesAndALongRunAreMessagesToPeople) {
  catalog::AlertEndpoint endpoint;
  endpoint.name = "Operators";
  endpoint.channel = catalog::AlertChannel::webhook;
  endpoint.target = "https://h.example";
  endpoint.kinds = {catalog::AlertKind::missing, catalog::AlertKind::runtime};
  ASSERT_TRUE(catalog_->alerts().add(acme_, endpoint));
  has_file_ = [](const std::string&, Time) { return false; };
  GroupCourier courier = yesterday("Orders");
  courier.notify_when_missing = true;
  CourierGroup group = daily({courier});
  group.runtime_alert_s = 7200;
  const Run run = fired(add_group(group));
  ASSERT_EQ(claim(), "Orders");
  clock_.turn(hours(3));
  tick();
  const auto messages = catalog_->alerts().messages(acme_, {}, {10, ""}).value().items;
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].event.kind, catalog::AlertKind::runtime);
  EXPECT_THAT(messages[0].event.text, HasSubstr("longer than 120 minutes"));
  EXPECT_EQ(messages[1].event.kind, catalog::AlertKind::missing);
  EXPECT_THAT(messages[1].event.text, HasSubstr("no files of 2027-03-0"));
  for (const auto& message : messages) {
    EXPECT_EQ(message.event.run_id, run.id);
    EXPECT_EQ(message.event.group_id, run.group_id);
  }
}

TEST_F(GroupRunTest, AStopEndsItOnceItsLoadHasEnded) {
  const CourierGroup group = add_group(daily({yesterday("A"), yesterday("B")}));
  const Run run = fired(group);
  ASSERT_EQ(claim(), "A");
  EXPECT_EQ(catalog_->runs().stop(acme_, run.id)->state, RunState::stopping);
  tick();
  EXPECT_EQ(state(run), RunState::stopping);
  EXPECT_EQ(claim(), "") << "B is stopped before it began";
  finish("A", RunState::stopped);
  tick();
  EXPECT_EQ(state(run), RunState::stopped);
  const auto tasks = catalog_->runs().tasks(run.id).value();
  for (const auto& task : tasks)
    EXPECT_TRUE(catalog::is_over(task.state)) << task.kind << " " << task.name;
  EXPECT_EQ(group_now(group.id).couriers[0].covered_to, parse_day("2027-03-01"))
      << "the next run loads the day";
}

TEST_F(GroupRunTest, AStopWhileItWaitsIsAtOnce) {
  has_file_ = [](const std::string&, Time) { return false; };
  GroupCourier courier = yesterday("Orders");
  courier.wait_s = 3600;
  const Run run = fired(add_group(daily({courier})));
  EXPECT_EQ(catalog_->runs().stop(acme_, run.id)->state, RunState::stopped);
  clock_.turn(hours(2));
  EXPECT_EQ(tick().steps, 0U);
  const auto tasks = catalog_->runs().tasks(run.id).value();
  for (const auto& task : tasks)
    EXPECT_EQ(task.state, RunState::canceled);
}

// At each step of the scheduler and of the executor, one after the other.
TEST_F(GroupRunTest, AStopAtAnyStepStopsItUnlessAllIsLoaded) {
  const CourierGroup group = add_group(daily({yesterday("A"), yesterday("B")}));
  start_scheduler(1);
  int stopped = 0;
  int too_late = 0;
  for (int at = 0;; ++at) {
    const Run run = run_by_hand(group, {parse_day("2027-03-01"), parse_day("2027-03-02")});
    std::string at_work;
    int done = 0;
    const auto go_on = [&] {
      if (tick().steps > 0) return true;
      if (!at_work.empty()) {
        const bool is_told = child_state(at_work) == RunState::stopping;
        finish(std::exchange(at_work, ""), is_told ? RunState::stopped : RunState::succeeded);
        done += is_told ? 0 : 1;
        return true;
      }
      at_work = claim();
      return !at_work.empty();
    };
    int steps = 0;
    while (steps < at && go_on())
      ++steps;
    if (catalog::is_over(state(run))) break;
    ASSERT_TRUE(catalog_->runs().stop(acme_, run.id));
    while (go_on()) {
    }
    EXPECT_EQ(state(run), done == 2 ? RunState::succeeded : RunState::stopped) << at;
    (done == 2 ? too_late : stopped) += 1;
    std::vector<Run> all = children(run);
    all.push_back(run);
    for (const Run& one : all) {
      EXPECT_TRUE(catalog::is_over(state(one))) << at << " " << one.name;
      const auto tasks = catalog_->runs().tasks(one.id).value();
      for (const auto& task : tasks)
        EXPECT_TRUE(catalog::is_over(task.state)) << at << " " << task.kind;
    }
  }
  EXPECT_GE(stopped, 6);
  EXPECT_GE(too_late, 2);
  std::cout << "stopped at " << stopped << " steps, and asked to when all was loaded at "
            << too_late << "\n";
}

TEST_F(GroupRunTest, OneFiringWaitsForTheRunBeforeAndOthersMakeNone) {
  CourierGroup group = daily({yesterday("Orders")});
  group.schedule = "* * * * *";
  group = add_group(group);
  for (int i = 0; i < 4; ++i) {
    clock_.turn(minutes(1));
    tick();
  }
  auto runs = runs_of(group.id);  // newest first
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(runs[0].state, RunState::skipped);
  EXPECT_EQ(runs[1].state, RunState::skipped);
  EXPECT_EQ(runs[2].state, RunState::scheduled);
  EXPECT_EQ(runs[3].state, RunState::running);
  EXPECT_EQ(told(runs[0]), "requested missed");
  EXPECT_EQ(group_now(group.id).missed, 2U);
  claim();
  finish("Orders");
  tick();
  EXPECT_EQ(state(runs[2]), RunState::running);
  group = group_now(group.id);
  group.overlap = Overlap::skip;
  group = catalog_->courier_groups().update(acme_, group).value();
  clock_.turn(minutes(1));
  tick();
  EXPECT_EQ(runs_of(group.id)[0].state, RunState::skipped);
}

TEST_F(GroupRunTest, FiringsMissedWhileNobodyWasThereAreMadeUpForInTheirTime) {
  CourierGroup group = daily({yesterday("Orders")});
  group.schedule = "*/10 * * * *";
  group.catch_up_s = 300;
  group = add_group(group);
  tick();
  clock_.turn(hours(2) + minutes(4));
  EXPECT_EQ(tick().fired, 1U);
  Run run = runs_of(group.id)[0];
  EXPECT_EQ(run.scheduled_for, *parse_time("2027-03-02T10:00:00Z"));
  EXPECT_EQ(told(run), "requested missed loading");
  EXPECT_EQ(group_now(group.id).missed, 11U);
  EXPECT_EQ(group_now(group.id).caught_up, 1U);
  claim();
  finish("Orders");
  tick();
  clock_.turn(minutes(64));  // 11:08, 8 minutes after the last
  EXPECT_EQ(tick().fired, 0U);
  run = runs_of(group.id)[0];
  EXPECT_EQ(run.state, RunState::skipped);
  EXPECT_EQ(told(run), "requested missed");
  EXPECT_EQ(group_now(group.id).missed, 17U);
}

TEST_F(GroupRunTest, HoursThatAreSealedAreLoadedAtOnce) {
  sealed_after_ = minutes(40);
  GroupCourier courier = yesterday("Orders");
  courier.offset_s = 0;
  courier.as_soon_as_sealed = true;
  CourierGroup group = daily({courier});
  group.schedule = "1 0 * * *";
  const auto added = add_group(group);
  clock_.turn(hours(16) + minutes(1));
  tick();
  const Run run = runs_of(added.id).front();
  EXPECT_EQ(state(run), RunState::in_progress);
  EXPECT_EQ(claim(), "");
  for (int i = 0; i < 39; ++i) {
    clock_.turn(minutes(1));
    tick();
  }
  EXPECT_EQ(claim(), "Orders") << "at 00:40";
  EXPECT_EQ(days(children(run)[0]), "2027-03-02..2027-03-03");
  EXPECT_EQ(now(run).warnings, 0U);
}

TEST_F(GroupRunTest, DaysOfTheGroupsZoneAreLoadedWhereAsked) {
  CourierGroup group = daily({yesterday("Orders")});
  group.time_zone = "America/Los_Angeles";
  group.schedule = "0 1 * * *";  // 09:00Z
  group.file_ranges_in_zone = true;
  const auto added = add_group(group);
  clock_.turn(hours(1));
  tick();
  const Run child = children(runs_of(added.id).front()).front();
  EXPECT_EQ(child.range,
            (catalog::RunRange{parse_day("2027-03-01"), parse_day("2027-03-02"), 8, 8}));
}

// The night in which the wall clock of Los Angeles goes from two to three.
TEST_F(GroupRunTest, WaitingIsCountedInUtcWhateverTheZone) {
  clock_.turn(*parse_time("2027-03-14T09:00:00Z") - clock_.now());
  GroupCourier courier = yesterday("Orders");
  courier.wait_s = 3600;
  courier.stop_when_missing = true;
  CourierGroup group = daily({courier});
  group.time_zone = "America/Los_Angeles";
  group.schedule = "30 1 * * *";
  has_file_ = [](const std::string&, Time) { return false; };
  const Run run = fired(add_group(group));
  EXPECT_EQ(run.scheduled_for, *parse_time("2027-03-14T09:30:00Z"));
  clock_.turn(minutes(59));
  tick();
  EXPECT_EQ(state(run), RunState::in_progress);
  clock_.turn(minutes(1));
  tick();
  EXPECT_EQ(state(run), RunState::failed) << "an hour later, at 3:30 on the wall";
}

TEST_F(GroupRunTest, LoadsIntoOneTableComeInTheOrderOfTheirDays) {
  GroupCourier today{.courier_id = add_courier("Today", "df-1")};
  GroupCourier before{.courier_id = add_courier("Before", "df-1"), .offset_s = 86'400};
  GroupCourier other{.courier_id = add_courier("Other", "df-2")};
  fired(add_group(daily({today, before, other})));
  EXPECT_EQ(claim(), "Before");
  EXPECT_EQ(claim(), "Other") << "another table";
  EXPECT_EQ(claim(), "");
  finish("Before", RunState::failed);
  tick();
  EXPECT_EQ(claim(), "Today") << "however that one ended";
}

TEST_F(GroupRunTest, ItKeepsTheSettingsItWasStartedWith) {
  has_file_ = [](const std::string&, Time) { return false; };
  GroupCourier courier = yesterday("Orders");
  courier.wait_s = 600;
  courier.stop_when_missing = true;
  CourierGroup group = add_group(daily({courier}));
  const Run run = fired(group);
  group.couriers[0].stop_when_missing = false;
  group.couriers[0].wait_s = 36'000;
  ASSERT_TRUE(catalog_->courier_groups().update(acme_, group));
  clock_.turn(minutes(10));
  tick();
  EXPECT_EQ(state(run), RunState::failed);
}

TEST_F(GroupRunTest, AGroupThatCannotBeLookedAtKeepsNoOtherWaiting) {
  CourierGroup broken = daily({});
  broken.name = "Broken";
  broken.schedule = "no schedule";
  add_group(broken);
  const CourierGroup group = add_group(daily({yesterday("Orders")}));
  const Run run = fired(group);
  EXPECT_EQ(state(run), RunState::running);
  ASSERT_FALSE(errors_.empty());
  const std::size_t reports = errors_.size();
  tick();
  EXPECT_EQ(errors_.size(), reports) << "once a minute";
}

// The end is the same whatever step a process dies after, or before its step is written.
TEST_F(GroupRunTest, ACrashAtAnyStepChangesNothingOfTheEnd) {
  const TestDirectory directory;
  std::string whole;
  int deaths = 0;
  for (const bool crashes : {false, true}) {
    clock_ = catalog::TurnedClock();
    const std::string path = directory.file(crashes ? "crashes.db" : "whole.db");
    scheduler_.reset();
    catalog_ = open(path);
    acme_ = catalog_->tenants().add("acme")->no;
    const auto die = [&] {
      if (!crashes) return;
      ++deaths;
      scheduler_.reset();
      catalog_.reset();
      catalog_ = open(path);
      ASSERT_TRUE(catalog_->runs().end_leases());
      start_scheduler(1);
    };
    start_scheduler(1);
    const Time there_at = clock_.now() + minutes(40);
    has_file_ = [&](const std::string& courier, Time) {
      return courier != "Late" || clock_.now() >= there_at;
    };
    GroupCourier late = yesterday("Late");
    late.wait_s = 3600;
    GroupCourier same{.courier_id = add_courier("Same table", "df-1")};
    const CourierGroup group = add_group(daily({late, same, yesterday("Fails")}));
    for (int i = 0; i < 400; ++i) {
      clock_.turn(seconds(15));
      // A step that was worked out and never written:
      if (crashes) {
        const auto due = catalog_->group_runs().due(1).value();
        if (!due.empty()) {
          ASSERT_TRUE(catalog_->group_runs().view(due[0]));
        }
      }
      const auto done = tick();
      if (done.steps + done.fired > 0) die();
      const std::string name = claim();
      if (!name.empty()) {
        die();  // its owner is dead: it is claimed again
        const std::string again = crashes ? claim() : name;
        ASSERT_EQ(again, name) << "at once";
        finish(name, name == "Fails" ? RunState::failed : RunState::succeeded);
        die();
      }
    }
    std::string end;
    for (const Run& run : runs_of(group.id)) {
      end += std::string(to_string(run.state)) + " " + told(run) + "\n";
      for (const Run& child : children(run))
        end += child.name + " " + std::string(to_string(child.state)) + " " + days(child) + "\n";
      const auto tasks = catalog_->runs().tasks(run.id).value();
      for (const auto& task : tasks)
        end += task.kind + " " + task.name + " " + std::string(to_string(task.state)) + "\n";
    }
    for (const auto& courier : group_now(group.id).couriers)
      end += to_string(courier.covered_to.value_or(Day{})) + "\n";
    if (!crashes) whole = end;
    EXPECT_EQ(end, whole);
    EXPECT_THAT(end, HasSubstr("failed requested"));
  }
  std::cout << "died after " << deaths << " steps, ended as one that did not\n";
}

}  // namespace
}  // namespace weir::workflow
