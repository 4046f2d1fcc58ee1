#include "catalog/courier_groups.hpp"

#include <gmock/gmock.h>

#include "catalog/catalog_fixture.hpp"

namespace weir::catalog {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class CourierGroupsTest : public CatalogTest {
 protected:
  CourierGroups& groups() { return catalog_->courier_groups(); }

  std::string add_courier(const std::string& name = "Orders") {
    Courier courier;
    courier.name = name;
    courier.stream_id = "is-x";
    return catalog_->couriers().add(acme_, courier)->id;
  }
  CourierGroup settings(const std::string& name = "Nightly") {
    CourierGroup group;
    group.name = name;
    group.schedule = "30 8 * * *";
    group.time_zone = "Europe/Berlin";
    group.catch_up_s = 3600;
    return group;
  }
  CourierGroup added(const std::string& name = "Nightly") {
    return groups().add(acme_, settings(name)).value();
  }
  Run run_at(const CourierGroup& group, Time at) {
    Run run;
    run.tenant_no = acme_;
    run.kind = RunKind::group;
    run.group_id = group.id;
    run.name = group.name;
    run.scheduled_for = at;
    run.started_by = "schedule";
    return run;
  }
  /// Fires at `at`, as read now.
  Result<std::optional<Run>> fire(const CourierGroup& group, Time at) {
    return groups().fire(groups().find(acme_, group.id).value(),
                         {.next_fire_at = at + minutes(10),
                          .looked_to = clock_.now(),
                          .missed = 2,
                          .caught_up = true,
                          .run = run_at(group, at),
                          .notices = {{clock_.now(), "requested", "by the schedule"}}});
  }
};

TEST_F(CourierGroupsTest, WhatWasSetIsReadBack) {
  CourierGroup group = settings();
  group.file_ranges_in_zone = true;
  group.past_day_only = true;
  group.active = false;
  group.runtime_alert_s = 7200;
  group.overlap = Overlap::skip;
  group.couriers = {{.courier_id = add_courier("A"), .wait_s = 60, .offset_s = 86'400},
                    {.courier_id = add_courier("B"),
                     .as_soon_as_sealed = true,
                     .notify_when_missing = true,
                     .stop_when_missing = true}};
  const auto made = groups().add(acme_, group);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->id, MatchesRegex("cg-[0-9A-Za-z]{9}"));
  const CourierGroup read = groups().find(acme_, made->id).value();
  EXPECT_TRUE(read.file_ranges_in_zone && read.past_day_only && !read.active);
  EXPECT_EQ(read.runtime_alert_s, 7200U);
  EXPECT_EQ(read.overlap, Overlap::skip);
  EXPECT_EQ(read.catch_up_s, 3600U);
  EXPECT_EQ(read.time_zone, "Europe/Berlin");
  EXPECT_EQ(read.looked_to, clock_.now());
  ASSERT_EQ(read.couriers.size(), 2U);
  EXPECT_EQ(read.couriers[0].wait_s, 60U);
  EXPECT_EQ(read.couriers[0].offset_s, 86'400U);
  EXPECT_TRUE(read.couriers[1].as_soon_as_sealed && read.couriers[1].notify_when_missing &&
              read.couriers[1].stop_when_missing);
  EXPECT_EQ(code_of(groups().find(rival_, made->id)), Errc::not_found);
}

TEST_F(CourierGroupsTest, WhatRefersToNothingIsRefused) {
  CourierGroup group = settings();
  group.couriers = {{.courier_id = "cr-none"}};
  EXPECT_THAT(message_of(groups().add(acme_, group)), HasSubstr("cr-none"));
  group.couriers = {{.courier_id = add_courier()}};
  group.couriers.push_back(group.couriers[0]);
  EXPECT_THAT(message_of(groups().add(acme_, group)), HasSubstr("twice"));
  group = settings();
  group.after_group = "cg-none";
  EXPECT_EQ(code_of(groups().add(acme_, group)), Errc::bad_request);
  added();
  EXPECT_EQ(code_of(groups().add(acme_, settings())), Errc::conflict) << "the name is taken";
}

TEST_F(CourierGroupsTest, GroupsDoNotWaitForEachOtherInACircle) {
  CourierGroup a = added("A");
  CourierGroup b = settings("B");
  b.after_group = a.id;
  b = groups().add(acme_, b).value();
  a.after_group = b.id;
  EXPECT_THAT(message_of(groups().update(acme_, a)), HasSubstr("wait for itself"));
  EXPECT_EQ(code_of(groups().remove(acme_, a.id)), Errc::conflict) << "B waits for it";
  EXPECT_TRUE(groups().remove(acme_, b.id));
  EXPECT_TRUE(groups().remove(acme_, a.id));
}

TEST_F(CourierGroupsTest, ACourierOfAGroupIsNotDeleted) {
  CourierGroup group = settings();
  group.couriers = {{.courier_id = add_courier()}};
  group = groups().add(acme_, group).value();
  EXPECT_THAT(message_of(catalog_->couriers().remove(acme_, group.couriers[0].courier_id)),
              HasSubstr("Nightly"));
  ASSERT_TRUE(groups().remove(acme_, group.id));
  EXPECT_TRUE(catalog_->couriers().remove(acme_, group.couriers[0].courier_id));
}

TEST_F(CourierGroupsTest, AFiringMakesOneRunHoweverOftenItIsLookedAt) {
  const CourierGroup group = added();
  const Time at = clock_.now();
  clock_.turn(minutes(1));
  const auto run = fire(group, at).value();
  ASSERT_TRUE(run);
  EXPECT_EQ(run->scheduled_for, at);
  EXPECT_EQ(run->kind, RunKind::group);
  EXPECT_EQ(catalog_->runs().notices(run->id)->at(0).kind, "requested");
  EXPECT_EQ(code_of(groups().fire(group, {.looked_to = clock_.now(), .run = run_at(group, at)})),
            Errc::conflict)
      << "it was looked at meanwhile";
  EXPECT_EQ(fire(group, at).value(), std::nullopt) << "the clock went back";
  const auto counts = groups().counts().value();
  EXPECT_EQ(counts.fired, 1U);
  EXPECT_EQ(counts.missed, 2U);
  EXPECT_EQ(counts.caught_up, 1U);
}

TEST_F(CourierGroupsTest, AGroupIsLookedAtWhenItsFiringHasCome) {
  const CourierGroup group = added();
  EXPECT_EQ(groups().to_fire()->size(), 1U) << "its next firing is not known";
  ASSERT_TRUE(fire(group, clock_.now()));
  EXPECT_TRUE(groups().to_fire()->empty());
  clock_.turn(minutes(10));
  ASSERT_EQ(groups().to_fire()->size(), 1U);
  EXPECT_EQ(groups().to_fire()->at(0).runs_open, 1U);
  clock_.turn(-std::chrono::hours(1));
  EXPECT_TRUE(groups().to_fire()->empty()) << "the clock went back a little";
  clock_.turn(-std::chrono::hours(48));
  EXPECT_EQ(groups().to_fire()->size(), 1U) << "it was far ahead";
}

TEST_F(CourierGroupsTest, AnEditOfTheScheduleDoesNotFireThePast) {
  CourierGroup group = added();
  const Time made = clock_.now();
  clock_.turn(minutes(5));
  group.name = "Renamed";
  EXPECT_EQ(groups().update(acme_, group)->looked_to, made);
  group.active = false;
  EXPECT_EQ(groups().update(acme_, group)->looked_to, clock_.now());
  EXPECT_TRUE(groups().to_fire()->empty());
  clock_.turn(minutes(5));
  group.active = true;
  EXPECT_EQ(groups().update(acme_, group)->looked_to, clock_.now());
  clock_.turn(minutes(5));
  group.schedule = "0 9 * * *";
  EXPECT_EQ(groups().update(acme_, group)->looked_to, clock_.now());
}

class GroupRunsTest : public CourierGroupsTest {
 protected:
  GroupRuns& group_runs() { return catalog_->group_runs(); }
  GroupRunsTest() {
    courier_id_ = add_courier();
    CourierGroup group = settings();
    group.couriers = {{.courier_id = courier_id_}};
    group_ = groups().add(acme_, group).value();
    Run run;
    run.group_id = group_.id;
    run.started_by = "tak-1";
    run_ = group_runs().add(acme_, run, "by hand").value();
  }
  Run child() {
    Run made;
    made.tenant_no = acme_;
    made.courier_id = courier_id_;
    made.name = "Orders";
    made.parent = run_.id;
    return made;
  }
  GroupRunView view() { return group_runs().view(run_.id)->value(); }
  RunState state() { return catalog_->runs().find(acme_, run_.id)->state; }

  std::string courier_id_;
  CourierGroup group_;
  Run run_;
};

TEST_F(GroupRunsTest, AStepIsWrittenWhole) {
  RunTask task;
  task.id = "wft-1";
  task.run_id = run_.id;
  task.kind = "load";
  task.stage = "loading";
  task.inputs = R"({"a":1})";
  task.needs = {1, 2};
  task.after = {3};
  task.not_before = clock_.now();
  ASSERT_TRUE(group_runs().save(view(), {.state = RunState::running,
                                         .not_before = clock_.now() + seconds(60),
                                         .warnings = 2,
                                         .tasks = {task},
                                         .children = {child()},
                                         .notices = {{clock_.now(), "loading", "Orders"}},
                                         .covered = {{courier_id_, *parse_day("2027-03-02")}}}));
  const GroupRunView read = view();
  EXPECT_EQ(read.run.state, RunState::running);
  EXPECT_EQ(read.run.warnings, 2U);
  ASSERT_EQ(read.tasks.size(), 1U);
  EXPECT_EQ(read.tasks[0].needs, (std::vector<int>{1, 2}));
  EXPECT_EQ(read.tasks[0].after, (std::vector<int>{3}));
  EXPECT_EQ(read.tasks[0].inputs, R"({"a":1})");
  ASSERT_EQ(read.children.size(), 1U);
  EXPECT_EQ(groups().find(acme_, group_.id)->couriers[0].covered_to, parse_day("2027-03-02"));
  EXPECT_TRUE(group_runs().due(10)->empty()) << "it waits";
  clock_.turn(seconds(60));
  EXPECT_EQ(group_runs().due(10)->size(), 1U);
}

TEST_F(GroupRunsTest, AStepFromAnOlderStateIsRefusedWhole) {
  const GroupRunView old = view();
  ASSERT_TRUE(group_runs().save(old, {.state = RunState::started}));
  EXPECT_EQ(code_of(group_runs().save(old, {.state = RunState::running, .children = {child()}})),
            Errc::conflict);
  EXPECT_TRUE(view().children.empty());
}

TEST_F(GroupRunsTest, ItsRunsAreStoppedWithIt) {
  ASSERT_TRUE(group_runs().save(view(), {.state = RunState::running, .children = {child()}}));
  const auto claimed = catalog_->runs().claim("a", seconds(30)).value();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->run.parent, run_.id) << "the group's run itself is not claimed";
  const GroupRunView before = view();
  EXPECT_EQ(catalog_->runs().stop(acme_, run_.id)->state, RunState::stopping);
  EXPECT_EQ(catalog_->runs().find(acme_, claimed->run.id)->state, RunState::stopping);
  EXPECT_EQ(code_of(group_runs().save(before, {.state = RunState::running})), Errc::conflict)
      << "a step that did not see the stop";
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, RunState::stopped, ""));
  EXPECT_EQ(group_runs().due(10)->size(), 1U) << "it goes on at once";
}

TEST_F(GroupRunsTest, WithNothingAtWorkItIsStoppedAtOnce) {
  ASSERT_TRUE(group_runs().save(view(), {.state = RunState::running, .children = {child()}}));
  EXPECT_EQ(catalog_->runs().stop(acme_, run_.id)->state, RunState::stopped);
  EXPECT_EQ(catalog_->runs().claim("a", seconds(30)).value(), std::nullopt);
}

TEST_F(GroupRunsTest, TheEndOfARunWakesTheOneBehindIt) {
  Run second;
  second.group_id = group_.id;
  second = group_runs().add(acme_, second, "again").value();
  auto behind = group_runs().view(second.id)->value();
  EXPECT_TRUE(behind.behind_another);
  ASSERT_TRUE(group_runs().save(
      behind, {.state = RunState::scheduled, .not_before = clock_.now() + minutes(60)}));
  EXPECT_EQ(catalog_->runs().find(acme_, second.id)->started_at, std::nullopt);
  ASSERT_TRUE(group_runs().save(view(), {.state = RunState::succeeded}));
  EXPECT_EQ(group_runs().due(10).value(), std::vector<std::string>{second.id});
  EXPECT_FALSE(group_runs().view(second.id)->value().behind_another);
}

TEST_F(GroupRunsTest, HistoryIsFilteredAndNewestFirst) {
  Run courier_run;
  courier_run.courier_id = courier_id_;
  courier_run.started_by = "tak-2";
  const Run last = catalog_->runs().add(acme_, courier_run).value();
  const auto ids = [&](const RunFilter& filter, const std::string& text_of_it = "") {
    std::vector<std::string> found;
    const auto page =
        catalog_->runs().list(acme_, {.limit = 10, .text = text_of_it}, filter).value();
    for (const Run& run : page.items)
      found.push_back(run.id);
    return found;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids({}), (Ids{last.id, run_.id}));
  EXPECT_EQ(ids({.kind = RunKind::group}), Ids{run_.id});
  EXPECT_EQ(ids({.started_by = "tak-2"}), Ids{last.id});
  EXPECT_EQ(ids({.group_id = group_.id}), Ids{run_.id});
  EXPECT_EQ(ids({}, "NIGHT"), Ids{run_.id});
  EXPECT_EQ(ids({}, last.id), Ids{last.id});
  EXPECT_EQ(ids({.courier_id = courier_id_}), Ids{last.id});
  EXPECT_EQ(ids({.state = RunState::failed}), Ids{});
}

TEST_F(GroupRunsTest, OldRunsAreTrimmedWithWhatBelongsToThem) {
  ASSERT_TRUE(group_runs().save(view(), {.state = RunState::running, .children = {child()}}));
  const auto claimed = catalog_->runs().claim("a", seconds(30)).value();
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, RunState::succeeded, ""));
  clock_.turn(std::chrono::hours(1));
  EXPECT_EQ(catalog_->runs().trim(clock_.now(), 10).value(), 0U) << "its group's run needs it";
  ASSERT_TRUE(group_runs().save(view(), {.state = RunState::succeeded}));
  clock_.turn(std::chrono::hours(1));
  EXPECT_EQ(catalog_->runs().trim(clock_.now(), 1).value(), 1U);
  EXPECT_EQ(catalog_->runs().trim(clock_.now(), 10).value(), 1U);
  EXPECT_TRUE(catalog_->runs().notices(run_.id)->empty());
}

TEST_F(GroupRunsTest, OneHoldsTheSchedulersLeaseAtATime) {
  EXPECT_TRUE(catalog_->leases().hold("scheduler", {"a", ""}, seconds(10)).value());
  EXPECT_FALSE(catalog_->leases().hold("scheduler", {"b", ""}, seconds(10)).value());
  clock_.turn(seconds(9));
  EXPECT_TRUE(catalog_->leases().hold("scheduler", {"a", ""}, seconds(10)).value())
      << "it is renewed";
  clock_.turn(seconds(9));
  EXPECT_FALSE(catalog_->leases().hold("scheduler", {"b", ""}, seconds(10)).value());
  clock_.turn(seconds(2));
  EXPECT_TRUE(catalog_->leases().hold("scheduler", {"b", ""}, seconds(10)).value());
  clock_.turn(-std::chrono::hours(24));
  EXPECT_TRUE(catalog_->leases().hold("scheduler", {"a", ""}, seconds(10)).value())
      << "the clock went back";
  ASSERT_TRUE(catalog_->runs().end_leases());
  EXPECT_TRUE(catalog_->leases().hold("scheduler", {"c", ""}, seconds(10)).value())
      << "all owners are dead";
}

}  // namespace
}  // namespace weir::catalog
