#include "app/health_checks.hpp"

#include <gmock/gmock.h>

namespace weir::app {
namespace {

using ::testing::HasSubstr;
using State = control::HealthCheck::State;
using std::chrono::seconds;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

/// A server that is well, and what a test makes of it.
class HealthChecksTest : public ::testing::Test {
 protected:
  HealthChecksTest() {
    vitals.batch_age_max = seconds(60);
    vitals.data_directory = "/var/lib/weir";
    vitals.bytes_free = 50 * gib;
    vitals.bytes_in_all = 100 * gib;
    vitals.segment_bytes = std::uint64_t{64} << 20;
    vitals.stamps_ahead_max = seconds(300);
    vitals.gauges.keys_max = 1000;
    vitals.gauges.key_window = std::chrono::hours(24);
  }
  control::HealthCheck check(const std::string& name) {
    for (const auto& one : judge(vitals))
      if (one.name == name) return one;
    ADD_FAILURE() << "there is no check " << name;
    return {};
  }

  Vitals vitals;
};

TEST_F(HealthChecksTest, AStoreThatDoesNotWorkIsAnAlarmAndNamedByItsUrl) {
  EXPECT_EQ(check("store").state, State::ok);
  EXPECT_THAT(check("store").message, HasSubstr("the data directory takes objects"));
  vitals.store_url = "s3://bucket";
  vitals.store = fail(Errc::io, "the store cannot be written to: no such bucket");
  EXPECT_EQ(check("store").state, State::alarm);
  EXPECT_THAT(check("store").message, HasSubstr("s3://bucket: the store cannot be written to"));
}

TEST_F(HealthChecksTest, AClockThatIsOrWasAheadIsAnAlarm) {
  vitals.clock = {.ahead = std::chrono::hours(2),
                  .taken_after = std::chrono::minutes(9),
                  .jumps = 1,
                  .jumps_taken = 0};
  EXPECT_EQ(check("clock").state, State::alarm);
  EXPECT_THAT(check("clock").message, HasSubstr("ahead by 7200 s"));
  EXPECT_THAT(check("clock").message, HasSubstr("in 540 s it is taken for true"));
  vitals.clock.ahead = seconds(0);
  EXPECT_EQ(check("clock").state, State::warning);
  vitals.stamps_ahead = seconds(301);
  EXPECT_EQ(check("clock").state, State::alarm);
  EXPECT_THAT(check("clock").message, HasSubstr("log.partition"));
  vitals = {};
  vitals.stamps_ahead_max = seconds(300);
  vitals.stamps_ahead = seconds(300);
  EXPECT_EQ(check("clock").state, State::ok);
}

TEST_F(HealthChecksTest, AQuarantineThatIsFullIsAWarningAndSaysWhereItsBytesAre) {
  vitals.quarantine = {.payloads_in_catalog = 3, .bytes_in_catalog = 90};
  vitals.quarantine_bytes_max = 100;
  EXPECT_EQ(check("quarantine").state, State::ok);
  vitals.quarantine.payloads_in_files = 2;
  vitals.quarantine.bytes_in_files = 5000;
  EXPECT_EQ(check("quarantine").state, State::warning);
  EXPECT_THAT(check("quarantine").message,
              HasSubstr("5 payloads are held: 90 bytes in the catalog (at most 100), 5000 bytes"));
  EXPECT_THAT(check("quarantine").message, HasSubstr("weir quarantine list"));
}

TEST_F(HealthChecksTest, AServerThatIsWellHasNothingToTell) {
  for (const auto& one : judge(vitals))
    EXPECT_EQ(one.state, State::ok) << one.name << ": " << one.message;
}

TEST_F(HealthChecksTest, ALogThatTakesNothingAndABatcherThatStoppedAreAlarms) {
  vitals.log = fail(Errc::log_failed, "a write failed");
  vitals.batcher = fail(Errc::corrupt, "stream no 3 has a gap");
  EXPECT_EQ(check("log").state, State::alarm);
  EXPECT_EQ(check("batcher").state, State::alarm);
  EXPECT_THAT(check("batcher").message, HasSubstr("stream no 3 has a gap"));
}

TEST_F(HealthChecksTest, RecordsThatWaitTooLongForTheirFileAreAWarningThenAnAlarm) {
  vitals.gauges.oldest_unbatched_age = seconds(100);
  EXPECT_EQ(check("unbatched").state, State::ok);
  vitals.gauges.oldest_unbatched_age = seconds(200);
  EXPECT_EQ(check("unbatched").state, State::warning);
  vitals.gauges.oldest_unbatched_age = seconds(700);
  EXPECT_EQ(check("unbatched").state, State::alarm);
}

TEST_F(HealthChecksTest, ADiskThatFillsIsAWarningAndOneWithoutRoomForSegmentsAnAlarm) {
  vitals.bytes_free = 4 * gib;
  EXPECT_EQ(check("disk").state, State::warning);
  EXPECT_THAT(check("disk").message, HasSubstr("/var/lib/weir"));
  vitals.bytes_free = std::uint64_t{100} << 20;
  EXPECT_EQ(check("disk").state, State::alarm);
}

TEST_F(HealthChecksTest, KeysForgottenEarlyAreAWarningWithTheWindowAsItIs) {
  vitals.gauges.keys_forgotten_early = 1;
  vitals.gauges.oldest_key_age = std::chrono::hours(6);
  EXPECT_EQ(check("idempotency").state, State::warning);
  EXPECT_THAT(check("idempotency").message, HasSubstr("6.0 h instead of 24.0 h"));
  EXPECT_THAT(check("idempotency").message, HasSubstr("idempotency.keys"));
}

}  // namespace
}  // namespace weir::app
