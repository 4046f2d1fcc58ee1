#include "workflow/resolutions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workflow/group_fixture.hpp"

/// What a person can do about a group's run that did not go well; of a courier's own run
/// pipeline/courier/run_tasks_test.cpp.
namespace weir::workflow {
namespace {

using std::chrono::days;
using std::chrono::hours;
using ::testing::HasSubstr;

class ResolutionsTest : public GroupTest {
 protected:
  catalog::CourierGroup group_of(std::vector<catalog::GroupCourier> couriers) {
    catalog::CourierGroup group;
    group.name = "Nightly";
    group.couriers = std::move(couriers);
    return add_group(group);
  }
  /// A run of yesterday.
  Run start(const catalog::CourierGroup& group) {
    const Day today = std::chrono::floor<days>(clock_.now());
    const Run run = run_by_hand(group, {today - days(1), today});
    tick();
    return run;
  }
  std::string offered(const Run& run) {
    std::string text;
    for (const Offer& offer : offers(now(run), catalog_->runs().tasks(run.id).value()))
      text += (text.empty() ? "" : " ") + std::string(to_string(offer.resolution));
    return text;
  }
  void resolve_by(const Run& run, const Choice& choice) {
    const auto resolved = resolve(now(run), catalog_->runs().tasks(run.id).value(), choice);
    ASSERT_TRUE(resolved) << resolved.error().message;
    Resolved with = *resolved;
    if (with.restarts) {
      ASSERT_TRUE(take_settings_of_now(*catalog_, now(run), with));
    }
    ASSERT_TRUE(catalog_->runs().resume(now(run), with.resumption, with.children));
    tick();
  }
};

TEST_F(ResolutionsTest, AGroupThatFilesAreMissingForGoesOnWithoutThem) {
  const auto group = group_of({{.courier_id = add_courier("A"), .stop_when_missing = true},
                               {.courier_id = add_courier("B", "df-2")}});
  has_file_ = [](const std::string& courier, Time) { return courier == "B"; };
  const Run run = start(group);
  tick();
  ASSERT_EQ(state(run), RunState::failed);
  EXPECT_EQ(offered(run), "ignore_missing_file retry_task skip_task restart_workflow");
  resolve_by(run, {.resolution = Resolution::ignore_missing_file});
  EXPECT_EQ(children(run).size(), 2u) << "what was canceled with it is done, too";
  for (int i = 0; i < 2; ++i)
    finish(claim());
  tick();
  tick();
  EXPECT_EQ(state(run), RunState::succeeded) << now(run).error;
  EXPECT_TRUE(group_now(group.id).couriers[0].stop_when_missing) << "no setting changed";
}

TEST_F(ResolutionsTest, AGroupLooksAgainForFilesThatCameLate) {
  const auto group = group_of({{.courier_id = add_courier("A"), .stop_when_missing = true}});
  has_file_ = [](const std::string&, Time) { return false; };
  const Run run = start(group);
  tick();
  ASSERT_EQ(state(run), RunState::failed);
  resolve_by(run, {.resolution = Resolution::retry_task});
  tick();
  ASSERT_EQ(state(run), RunState::failed) << "they are still missing";
  has_file_ = [](const std::string&, Time) { return true; };
  resolve_by(run, {.resolution = Resolution::retry_task});
  finish(claim());
  tick();
  tick();
  EXPECT_EQ(state(run), RunState::succeeded) << now(run).error;
}

TEST_F(ResolutionsTest, WithoutTheFilesOfASkippedTaskNothingIsLoaded) {
  const auto group = group_of({{.courier_id = add_courier("A"), .stop_when_missing = true}});
  has_file_ = [](const std::string&, Time) { return false; };
  const Run run = start(group);
  tick();
  ASSERT_EQ(state(run), RunState::failed);
  resolve_by(run, {.resolution = Resolution::skip_task});
  tick();
  EXPECT_EQ(state(run), RunState::succeeded) << now(run).error;
  EXPECT_TRUE(children(run).empty());
  EXPECT_EQ(now(run).warnings, 2u) << "of the task, and of the load that had to do with it";
}

// The group failed with the run of its courier; it goes on with it.
TEST_F(ResolutionsTest, AGroupGoesOnWithTheRunOfItsCourier) {
  const auto group =
      group_of({{.courier_id = add_courier("A")}, {.courier_id = add_courier("B", "df-2")}});
  const Run run = start(group);
  const auto first = claim();
  const auto second = claim();
  finish(first, RunState::failed, "No query");
  finish(second);
  tick();
  tick();
  ASSERT_EQ(state(run), RunState::failed);
  EXPECT_EQ(offered(run), "skip_task restart_workflow") << "what is retried is the courier's run";
  EXPECT_THAT(resolve(now(run), catalog_->runs().tasks(run.id).value(), {Resolution::retry_task})
                  .error()
                  .message,
              HasSubstr("What does: skip_task, restart_workflow"));
  const Run child = children(run)[0];
  ASSERT_EQ(child.state, RunState::failed);
  ASSERT_TRUE(catalog_->runs().resume(child, {.notice = "restart_workflow"}));
  EXPECT_EQ(state(run), RunState::running);
  EXPECT_EQ(now(run).error, "");
  EXPECT_EQ(now(run).ended_at, std::nullopt);
  tick();
  EXPECT_EQ(state(run), RunState::running) << "it waits for its courier";
  EXPECT_EQ(claim(), first);
  finish(first);
  tick();
  tick();
  EXPECT_EQ(state(run), RunState::succeeded) << now(run).error;
  EXPECT_EQ(children(run).size(), 2u) << "no run was made again";
  EXPECT_THAT(told(run), HasSubstr("resolved"));
}

TEST_F(ResolutionsTest, AGroupIsDoneWithoutACourierThatFailed) {
  const auto group = group_of({{.courier_id = add_courier("A")}});
  const Run run = start(group);
  finish(claim(), RunState::failed, "No query");
  tick();
  tick();
  ASSERT_EQ(state(run), RunState::failed);
  resolve_by(run, {.resolution = Resolution::skip_task});
  tick();
  EXPECT_EQ(state(run), RunState::succeeded) << now(run).error;
  EXPECT_EQ(now(run).warnings, 1u);
}

TEST_F(ResolutionsTest, AGroupRestartsWithTheSettingsOfNowAndTheRunsThatFailed) {
  const auto a = add_courier("A");
  const auto b = add_courier("B", "df-2");
  const auto c = add_courier("C", "df-3");
  const auto group = group_of({{.courier_id = a},
                               {.courier_id = b},
                               {.courier_id = c, .wait_s = 600, .stop_when_missing = true}});
  has_file_ = [](const std::string& courier, Time) { return courier != "C"; };
  const Run run = start(group);
  const auto first = claim();
  const auto second = claim();
  finish(first, RunState::failed, "No query");
  finish(second);
  clock_.turn(std::chrono::minutes(11));
  tick();
  tick();
  ASSERT_EQ(state(run), RunState::failed);
  auto edited = catalog_->couriers().find(acme_, a).value();
  edited.load_operations = R"({"df-9":[]})";
  ASSERT_TRUE(catalog_->couriers().update(acme_, edited));
  auto without_c = group_now(group.id);
  without_c.couriers.pop_back();
  ASSERT_TRUE(catalog_->courier_groups().update(acme_, without_c));
  resolve_by(run, {.resolution = Resolution::restart_workflow});
  EXPECT_EQ(state(run), RunState::running);
  EXPECT_EQ(claim(), first);
  EXPECT_EQ(claim(), "") << "B went well, and C is not the group's any more";
  EXPECT_THAT(now(children(run)[0]).config, HasSubstr("df-9"));
  finish(first);
  tick();
  tick();
  EXPECT_EQ(state(run), RunState::succeeded) << now(run).error;
  EXPECT_EQ(children(run).size(), 2u);
  EXPECT_GE(now(run).warnings, 1u) << "of the courier that was left out";
}

TEST_F(ResolutionsTest, AGroupThatWasStoppedGoesOnWhereItWas) {
  const auto group = group_of({{.courier_id = add_courier("A")}});
  const Run run = start(group);
  ASSERT_TRUE(catalog_->runs().stop(acme_, run.id));
  tick();
  ASSERT_EQ(state(run), RunState::stopped);
  resolve_by(run, {.resolution = Resolution::restart_workflow});
  ASSERT_EQ(claim(), "A");
  finish("A");
  tick();
  tick();
  EXPECT_EQ(state(run), RunState::succeeded) << now(run).error;
}

TEST_F(ResolutionsTest, ACouriersRunKeepsTheSettingsOfItsGroupsStart) {
  const auto courier = add_courier("A");
  const auto group = group_of({{.courier_id = courier, .wait_s = 7200}});
  has_file_ = [](const std::string&, Time) { return false; };
  const Run run = start(group);
  auto edited = catalog_->couriers().find(acme_, courier).value();
  edited.load_operations = "{}";
  ASSERT_TRUE(catalog_->couriers().update(acme_, edited));
  has_file_ = [](const std::string&, Time) { return true; };
  clock_.turn(std::chrono::minutes(2));
  tick();
  ASSERT_EQ(children(run).size(), 1u);
  EXPECT_THAT(now(children(run)[0]).config, HasSubstr("df-1")) << "as it was when the group began";
}

}  // namespace
}  // namespace weir::workflow
