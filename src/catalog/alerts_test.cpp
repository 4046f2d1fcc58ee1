#include "catalog/alerts.hpp"

#include <gmock/gmock.h>

#include "catalog/alert_limits.hpp"
#include "catalog/batch_fixture.hpp"

namespace weir::catalog {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AlertsTest : public BatchTest {
 protected:
  AlertEndpoint add(std::vector<AlertKind> kinds = alert_kinds(),
                    std::vector<std::string> only = {}, std::uint32_t tenant_no = 0) {
    AlertEndpoint endpoint;
    endpoint.name = "Operators";
    endpoint.target = "https://hooks.example.org/weir";
    endpoint.kinds = std::move(kinds);
    endpoint.only = std::move(only);
    return alerts().add(tenant_no == 0 ? acme_ : tenant_no, endpoint).value().endpoint;
  }
  Run new_run() {
    if (courier_.empty()) {
      Courier courier;
      courier.name = "Orders";
      courier.stream_id = add_stream(acme_).id;
      courier.file_format = "NDJSON";
      courier.file_tag = "t";
      courier.load_operations = "{}";
      const Courier added = catalog_->couriers().add(acme_, courier).value();
      courier_ = added.id;
      stream_ = added.stream_id;
    }
    Run run;
    run.courier_id = courier_;
    return catalog_->runs().add(acme_, run).value();
  }
  Run finished(RunState state, const std::string& error = "") {
    new_run();
    const ClaimedRun claimed = catalog_->runs().claim("me", seconds(15)).value().value();
    EXPECT_TRUE(catalog_->runs().finish(claimed.lease, state, error));
    return claimed.run;
  }
  std::vector<AlertMessage> all(std::uint32_t tenant_no = 0) {
    return alerts().messages(tenant_no == 0 ? acme_ : tenant_no, {}, {}).value().items;
  }
  std::vector<DueAlert> due() { return alerts().due(100).value(); }
  void settle(const std::string& id, const AlertVerdict& verdict, int status = 200) {
    ASSERT_TRUE(alerts().settle(
        id, {.at = clock_.now(), .status = status, .error = status == 200 ? "" : "HTTP"}, verdict));
  }
  Alerts& alerts() { return catalog_->alerts(); }

  std::string courier_;
  std::string stream_;
};

TEST_F(AlertsTest, ARunThatFailsHasItsMessageInTheSameTransaction) {
  const AlertEndpoint endpoint = add();
  const Run run = finished(RunState::failed, "no such field");
  const auto messages = all();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_THAT(messages[0].id, StartsWith("alm-"));
  EXPECT_EQ(messages[0].endpoint_id, endpoint.id);
  EXPECT_EQ(messages[0].event.kind, AlertKind::failure);
  EXPECT_EQ(messages[0].event.title, "Run of Orders failed");
  EXPECT_EQ(messages[0].event.text, "no such field");
  EXPECT_EQ(messages[0].event.run_id, run.id);
  EXPECT_EQ(messages[0].event.courier_id, courier_);
  EXPECT_EQ(messages[0].event.stream_id, stream_);
  EXPECT_EQ(messages[0].state, AlertMessageState::pending);
  EXPECT_EQ(messages[0].next_attempt_at, clock_.now());
}

TEST_F(AlertsTest, AFinishThatIsRefusedTellsNothing) {
  add();
  new_run();
  const ClaimedRun claimed = catalog_->runs().claim("me", seconds(15)).value().value();
  RunLease late = claimed.lease;
  ++late.epoch;
  EXPECT_EQ(code_of(catalog_->runs().finish(late, RunState::failed, "x")), Errc::conflict);
  EXPECT_TRUE(all().empty());
}

TEST_F(AlertsTest, AStopByAPersonIsToldOnceAlsoOfARunThatNobodyHolds) {
  add();
  const Run run = new_run();
  ASSERT_TRUE(catalog_->runs().stop(acme_, run.id));
  finished(RunState::stopped);
  const auto messages = all();
  ASSERT_EQ(messages.size(), 2u);
  for (const AlertMessage& message : messages)
    EXPECT_EQ(message.event.kind, AlertKind::stopped);
}

TEST_F(AlertsTest, AnEndpointGetsTheKindsItWantsOfWhatItIsAbout) {
  new_run();
  const AlertEndpoint failures = add({AlertKind::failure});
  const AlertEndpoint successes = add({AlertKind::success}, {courier_});
  const AlertEndpoint of_stream = add(alert_kinds(), {stream_});
  add(alert_kinds(), {"cr-another"});
  const Run run = finished(RunState::succeeded);
  finished(RunState::failed, "x");
  std::vector<std::pair<std::string, AlertKind>> told;
  for (const AlertMessage& message : all())
    told.emplace_back(message.endpoint_id, message.event.kind);
  EXPECT_THAT(told, ElementsAre(std::pair(of_stream.id, AlertKind::failure),
                                std::pair(failures.id, AlertKind::failure),
                                std::pair(of_stream.id, AlertKind::success),
                                std::pair(successes.id, AlertKind::success)));
}

TEST_F(AlertsTest, TenantsDoNotSeeOneAnother) {
  const AlertEndpoint mine = add();
  const AlertEndpoint theirs = add(alert_kinds(), {}, rival_);
  finished(RunState::failed, "x");
  EXPECT_TRUE(all(rival_).empty());
  EXPECT_EQ(code_of(alerts().find(acme_, theirs.id)), Errc::not_found);
  EXPECT_EQ(code_of(alerts().test(rival_, mine.id)), Errc::not_found);
  EXPECT_EQ(code_of(alerts().message(rival_, all()[0].id)), Errc::not_found);
  EXPECT_EQ(code_of(alerts().redeliver(rival_, all()[0].id)), Errc::not_found);
  EXPECT_EQ(code_of(alerts().remove(rival_, mine.id)), Errc::not_found);
  ASSERT_TRUE(alerts().raise_everywhere({.kind = AlertKind::conservation, .title = "t"}));
  EXPECT_EQ(all(acme_).size(), 2u);
  EXPECT_EQ(all(rival_).size(), 1u);
}

TEST_F(AlertsTest, SecretsAreReturnedOnceAndAreOfTheirEndpoint) {
  AlertEndpoint endpoint;
  endpoint.name = "a";
  endpoint.target = "http://h";
  endpoint.kinds = alert_kinds();
  const NewAlertEndpoint first = alerts().add(acme_, endpoint).value();
  const NewAlertEndpoint second = alerts().add(acme_, endpoint).value();
  endpoint.channel = AlertChannel::email;
  endpoint.target = "a@example.org";
  EXPECT_EQ(alerts().add(acme_, endpoint).value().secret, "");
  EXPECT_EQ(first.secret.size(), 32u);
  EXPECT_NE(first.secret, second.secret);
  ASSERT_TRUE(alerts().test(acme_, second.endpoint.id));
  ASSERT_EQ(due().size(), 1u);
  EXPECT_EQ(due()[0].secret, second.secret);
  EXPECT_EQ(due()[0].tenant, "acme");
}

TEST_F(AlertsTest, AMessageStaysDueUntilATryIsSettled) {
  add();
  finished(RunState::failed, "x");
  const auto found = due();
  ASSERT_EQ(found.size(), 1u);
  ASSERT_EQ(due().size(), 1u) << "a process that died between sent nothing for sure";
  const std::string id = found[0].message.id;
  settle(id, {.state = AlertMessageState::pending, .next_attempt_at = clock_.now() + seconds(10)},
         500);
  EXPECT_TRUE(due().empty());
  clock_.turn(seconds(10));
  ASSERT_EQ(due().size(), 1u);
  EXPECT_EQ(due()[0].message.id, id);
  EXPECT_EQ(due()[0].message.attempts, 1u);
  settle(id, {});
  EXPECT_TRUE(due().empty());
  const AlertMessage message = alerts().message(acme_, id).value();
  EXPECT_EQ(message.state, AlertMessageState::delivered);
  EXPECT_EQ(message.attempts, 2u);
  EXPECT_EQ(message.ended_at, clock_.now());
  const auto attempts = alerts().attempts(id).value();
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].status, 500);
  EXPECT_EQ(attempts[1].error, "");
}

TEST_F(AlertsTest, EndpointsTakeTurnsAndOneThatFailsIsTriedWithOneMessage) {
  const AlertEndpoint slow = add({AlertKind::failure});
  const AlertEndpoint other = add({AlertKind::success});
  for (int i = 0; i < 3; ++i)
    finished(RunState::failed, "x");
  finished(RunState::succeeded);
  const auto found = due();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].message.endpoint_id, slow.id);
  EXPECT_EQ(found[1].message.endpoint_id, other.id);
  settle(found[0].message.id, {.state = AlertMessageState::pending,
                               .next_attempt_at = clock_.now() + seconds(60),
                               .others_wait_until = clock_.now() + seconds(10)});
  EXPECT_EQ(due().size(), 1u) << "the other endpoint's alone";
  clock_.turn(seconds(10));
  EXPECT_EQ(due().size(), 2u);
}

TEST_F(AlertsTest, OneThatIsGoneGetsNothingMore) {
  const AlertEndpoint endpoint = add();
  finished(RunState::failed, "x");
  finished(RunState::failed, "x");
  settle(due()[0].message.id, {.state = AlertMessageState::failed, .is_endpoint_gone = true}, 410);
  EXPECT_EQ(alerts().find(acme_, endpoint.id)->state, AlertEndpointState::gone);
  finished(RunState::failed, "x");
  EXPECT_TRUE(due().empty());
  const auto messages = all();
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].state, AlertMessageState::canceled);
  EXPECT_EQ(messages[1].state, AlertMessageState::failed);
  EXPECT_EQ(code_of(alerts().test(acme_, endpoint.id)), Errc::conflict);
  EXPECT_EQ(code_of(alerts().redeliver(acme_, messages[0].id)), Errc::conflict);

  AlertEndpoint again = endpoint;
  again.state = AlertEndpointState::active;
  ASSERT_TRUE(alerts().update(acme_, again));
  const AlertMessage redelivered = alerts().redeliver(acme_, messages[0].id).value();
  EXPECT_EQ(redelivered.id, messages[0].id);
  EXPECT_EQ(redelivered.state, AlertMessageState::pending);
  EXPECT_EQ(due().size(), 1u);
}

TEST_F(AlertsTest, OneThatIsSwitchedOffOrRemovedLeavesNothingWaiting) {
  AlertEndpoint endpoint = add();
  finished(RunState::failed, "x");
  endpoint.state = AlertEndpointState::off;
  endpoint.name = "Off";
  EXPECT_EQ(alerts().update(acme_, endpoint)->name, "Off");
  EXPECT_TRUE(due().empty());
  const std::string id = all()[0].id;
  settle(id, {.state = AlertMessageState::pending, .next_attempt_at = clock_.now()}, 500);
  EXPECT_EQ(alerts().message(acme_, id)->state, AlertMessageState::canceled) << "a try under way";
  ASSERT_TRUE(alerts().remove(acme_, endpoint.id));
  EXPECT_TRUE(all().empty());
  settle(id, {});
}

TEST_F(AlertsTest, AtMostSoManyWaitAndTheRestIsCounted) {
  const AlertEndpoint endpoint = add();
  for (std::uint32_t i = 0; i < limits::alert_messages_waiting_max + 3; ++i)
    ASSERT_TRUE(alerts().raise(acme_, {.kind = AlertKind::missing, .title = "t"}));
  const AlertEndpoint seen = alerts().find(acme_, endpoint.id).value();
  EXPECT_EQ(seen.waiting, limits::alert_messages_waiting_max);
  EXPECT_EQ(seen.left_out, 3u);
}

TEST_F(AlertsTest, MessagesAreKeptForATimeAndUpToANumber) {
  add();
  for (int i = 0; i < 3; ++i)
    finished(RunState::failed, "x");
  settle(due()[0].message.id, {});
  clock_.turn(hours(48));
  settle(due()[0].message.id, {});
  EXPECT_EQ(alerts().trim(hours(24)).value(), 1u);
  EXPECT_EQ(alerts().trim(hours(24)).value(), 0u);
  EXPECT_EQ(all().size(), 2u) << "one that waits stays";
}

TEST_F(AlertsTest, ListsAreNewestFirstInPagesAndFiltered) {
  const AlertEndpoint one = add({AlertKind::failure});
  const AlertEndpoint two = add({AlertKind::success});
  for (int i = 0; i < 3; ++i)
    finished(RunState::failed, std::to_string(i));
  finished(RunState::succeeded);
  settle(due()[0].message.id, {});
  const auto page = alerts().messages(acme_, {.endpoint_id = one.id}, {.limit = 2}).value();
  ASSERT_EQ(page.items.size(), 2u);
  EXPECT_EQ(page.items[0].event.text, "2");
  const auto rest =
      alerts()
          .messages(acme_, {.endpoint_id = one.id}, {.limit = 2, .next_token = page.next_token})
          .value();
  ASSERT_EQ(rest.items.size(), 1u);
  EXPECT_EQ(rest.items[0].event.text, "0");
  EXPECT_EQ(rest.next_token, "");
  const auto delivered =
      alerts().messages(acme_, {.state = AlertMessageState::delivered}, {}).value().items;
  ASSERT_EQ(delivered.size(), 1u);
  EXPECT_EQ(delivered[0].event.text, "0");
}

TEST_F(AlertsTest, WhatComesIntoTheQuarantineIsToldAtMostOnceAnHourAndNothingIsForgotten) {
  const Stream stream = add_stream(acme_);
  const AlertEndpoint endpoint = add(alert_kinds(), {stream.id});
  const auto put_aside = [&](std::uint64_t from, std::uint64_t to) {
    BatchCommit batch;
    batch.checkpoint = Lsn{4096 * to};
    batch.positions = {{stream.no, Sequence{from}, Sequence{to + 1}, PayloadType::xml}};
    for (std::uint64_t sequence = from; sequence <= to; ++sequence)
      batch.quarantined.push_back(quarantined(stream, sequence));
    const auto done = commit(std::move(batch));
    ASSERT_TRUE(done) << done.error().message;
  };
  const auto titles = [&] {
    std::vector<std::string> out;
    EXPECT_TRUE(alerts().raise_quarantine());
    for (const AlertMessage& message : all())
      out.push_back(message.event.title);
    return out;
  };
  EXPECT_TRUE(titles().empty());
  put_aside(1, 1);
  const std::string first = "1 payload of stream Web events came into the quarantine";
  EXPECT_THAT(titles(), ElementsAre(first));
  put_aside(2, 3);
  clock_.turn(minutes(30));
  EXPECT_THAT(titles(), ElementsAre(first));
  put_aside(4, 4);
  EXPECT_THAT(titles(), ElementsAre(first));
  clock_.turn(minutes(30));
  const std::string second = "3 payloads of stream Web events came into the quarantine";
  EXPECT_THAT(titles(), ElementsAre(second, first));
  clock_.turn(hours(2));
  EXPECT_THAT(titles(), ElementsAre(second, first));
}

TEST_F(AlertsTest, ATenantHasABoundedNumberOfEndpoints) {
  for (std::uint32_t i = 0; i < limits::alert_endpoints_max; ++i)
    add();
  AlertEndpoint endpoint;
  endpoint.name = "one more";
  EXPECT_THAT(message_of(alerts().add(acme_, endpoint)), HasSubstr("Delete one"));
}

TEST_F(AlertsTest, ALongTextIsCutBetweenCharacters) {
  add();
  std::string text(limits::alert_text_bytes_max - 1, 'x');
  text += "\u00e9";
  ASSERT_TRUE(alerts().raise(acme_, {.kind = AlertKind::failure, .title = "t", .text = text}));
  EXPECT_THAT(all()[0].event.text, ::testing::EndsWith("x..."));
}

}  // namespace
}  // namespace weir::catalog
