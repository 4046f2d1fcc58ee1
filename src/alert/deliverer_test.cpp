#include "alert/deliverer.hpp"

#include <map>
#include <mutex>
#include <set>

#include <gmock/gmock.h>

#include "catalog/catalog_fixture.hpp"

namespace weir::alert {
namespace {

using catalog::AlertEndpointState;
using catalog::AlertKind;
using catalog::AlertMessageState;
using std::chrono::hours;
using std::chrono::seconds;

/// Answers as told, by target.
class ScriptedSender final : public Sender {
 public:
  Sent send(const catalog::DueAlert& alert, Time, const std::stop_token&) override {
    const std::lock_guard lock(mutex_);
    ids.push_back(alert.message.id);
    return answers[alert.target];
  }
  std::map<std::string, Sent> answers;
  std::vector<std::string> ids;

 private:
  std::mutex mutex_;
};

class DelivererTest : public catalog::CatalogTest {
 protected:
  std::string add(const std::string& target) {
    catalog::AlertEndpoint endpoint;
    endpoint.name = "e";
    endpoint.target = target;
    endpoint.kinds = catalog::alert_kinds();
    return catalog_->alerts().add(acme_, endpoint)->endpoint.id;
  }
  void raise() {
    ASSERT_TRUE(catalog_->alerts().raise(acme_, {.kind = AlertKind::missing, .title = "t"}));
  }
  std::size_t deliver() {
    const auto tries = deliverer_.deliver_due({});
    EXPECT_TRUE(tries) << tries.error().message;
    return tries ? *tries : 0;
  }
  catalog::AlertMessage only() {
    return catalog_->alerts().messages(acme_, {}, {}).value().items.at(0);
  }

  ScriptedSender sender_;
  Deliverer deliverer_{catalog_->alerts(), sender_, clock_, random_};
};

TEST_F(DelivererTest, WhatIsDeliveredIsSentOnce) {
  add("http://a");
  raise();
  EXPECT_EQ(deliver(), 1u);
  EXPECT_EQ(deliver(), 0u);
  EXPECT_EQ(only().state, AlertMessageState::delivered);
  EXPECT_EQ(deliverer_.delivered(), 1u);
}

TEST_F(DelivererTest, AFailureIsTriedAgainWithTheSameIdForADayAtGrowingIntervals) {
  add("http://a");
  sender_.answers["http://a"] = {.status = 500, .error = "the answer was 500"};
  raise();
  const Time begun = clock_.now();
  std::vector<double> waits;
  Time last = begun;
  while (only().state == AlertMessageState::pending) {
    ASSERT_LT(waits.size(), 100u);
    ASSERT_EQ(deliver(), 1u);
    waits.push_back(std::chrono::duration<double>(clock_.now() - last).count());
    last = clock_.now();
    EXPECT_EQ(deliver(), 0u);
    const auto next = only().next_attempt_at;
    if (next) clock_.turn(*next - clock_.now());
  }
  EXPECT_EQ(only().state, AlertMessageState::failed);
  EXPECT_LE(clock_.now() - begun, hours(24));
  EXPECT_GE(clock_.now() - begun, hours(20));
  EXPECT_EQ(std::set<std::string>(sender_.ids.begin(), sender_.ids.end()).size(), 1u);
  EXPECT_EQ(only().attempts, sender_.ids.size());
  EXPECT_GE(waits.size(), 15u);
  EXPECT_LE(waits.size(), 40u);
  EXPECT_LE(waits[1], 11);
  for (const double wait : waits)
    EXPECT_LE(wait, 3 * 3600 + 1);
  const auto attempts = catalog_->alerts().attempts(only().id).value();
  EXPECT_EQ(attempts.size(), sender_.ids.size());
  EXPECT_EQ(attempts.front().status, 500);
}

TEST_F(DelivererTest, OneThatIsDeliveredAtLastIsDelivered) {
  add("http://a");
  sender_.answers["http://a"] = {.error = "connection refused"};
  raise();
  EXPECT_EQ(deliver(), 1u);
  clock_.turn(seconds(10));
  sender_.answers["http://a"] = {.status = 204, .error = ""};
  EXPECT_EQ(deliver(), 1u);
  EXPECT_EQ(sender_.ids[0], sender_.ids[1]);
  EXPECT_EQ(only().state, AlertMessageState::delivered);
}

TEST_F(DelivererTest, GoneSwitchesTheEndpointOff) {
  const std::string id = add("http://a");
  sender_.answers["http://a"] = {.status = 410, .error = "gone", .is_gone = true};
  raise();
  raise();
  EXPECT_EQ(deliver(), 1u);
  EXPECT_EQ(deliver(), 0u);
  EXPECT_EQ(catalog_->alerts().find(acme_, id)->state, AlertEndpointState::gone);
}

TEST_F(DelivererTest, RetryAfterIsHeeded) {
  add("http://a");
  sender_.answers["http://a"] = {.status = 503, .error = "busy", .retry_after = seconds(600)};
  raise();
  const Time now = clock_.now();
  deliver();
  EXPECT_EQ(only().next_attempt_at, now + seconds(600));
}

TEST_F(DelivererTest, AStoppedTryChangesNothing) {
  add("http://a");
  sender_.answers["http://a"] = {.error = "stopped", .was_stopped = true};
  raise();
  EXPECT_EQ(deliver(), 0u);
  EXPECT_EQ(only().attempts, 0u);
  EXPECT_EQ(only().state, AlertMessageState::pending);
}

TEST_F(DelivererTest, ARedeliveryBeginsItsDayAnew) {
  add("http://a");
  sender_.answers["http://a"] = {.error = "refused"};
  raise();
  while (only().state == AlertMessageState::pending)
    if (deliver() == 0) clock_.turn(std::chrono::minutes(30));
  ASSERT_TRUE(catalog_->alerts().redeliver(acme_, only().id));
  EXPECT_EQ(deliver(), 1u);
  EXPECT_EQ(only().state, AlertMessageState::pending);
  EXPECT_LE(*only().next_attempt_at, clock_.now() + seconds(10));
}

TEST(RetryTest, AWaitIsBetweenHalfAndAllOfItsCeiling) {
  catalog::AlertMessage message;
  const Time now = message.tried_since + seconds(70);
  const auto wait = [&](std::uint32_t random) {
    const auto verdict = judge({.error = "x"}, message, now, {}, random);
    return std::chrono::duration<double>(*verdict.next_attempt_at - now).count();
  };
  EXPECT_NEAR(wait(0), 80, 0.01);
  EXPECT_NEAR(wait(0xFFFFFFFF), 40, 0.01);
}

}  // namespace
}  // namespace weir::alert
