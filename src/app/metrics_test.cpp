#include "app/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, AHistogramHasItsClassesCountAndSum) {
  Histogram seconds;
  seconds.record(0.0001);
  seconds.record(0.02);
  seconds.record(1000);
  Measured measured;
  seconds.add_to(measured.log.commit_seconds);
  const std::string text = metrics_text(measured);
  for (const char* line :
       {"# TYPE weir_stage_seconds histogram\n", "weir_stage_seconds_count{stage=\"log\"} 3\n",
        "weir_stage_seconds_sum{stage=\"log\"} 1000.0201\n",
        "weir_stage_seconds_bucket{stage=\"log\",le=\"5e-05\"} 0\n",
        "weir_stage_seconds_bucket{stage=\"log\",le=\"0.0001\"} 1\n",
        "weir_stage_seconds_bucket{stage=\"log\",le=\"0.025\"} 2\n",
        "weir_stage_seconds_bucket{stage=\"log\",le=\"300\"} 2\n",
        "weir_stage_seconds_bucket{stage=\"log\",le=\"+Inf\"} 3\n",
        "weir_stage_seconds_count{stage=\"gateway\"} 0\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, CodesAgesAndReadinessAreThere) {
  Measured measured;
  measured.gateway.replies[http::StatusCounters::index_of(202)] = 7;
  measured.gateway.token_cache_hits = 6;
  measured.batcher.oldest_unbatched_age = std::chrono::milliseconds(1500);
  measured.log_ready = true;
  const std::string text = metrics_text(measured);
  for (const char* line :
       {"weir_gateway_replies_total{code=\"202\"} 7\n", "weir_gateway_token_cache_hits_total 6\n",
        "weir_batcher_oldest_unbatched_age_seconds 1.5\n", "weir_log_ready 1\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, TheDiskAndTheProcessAreToldAndADiskOfUnknownSizeIsNot) {
  Measured measured;
  measured.process = {.cpu_seconds = 2.5, .resident_bytes = 4096, .open_files = 7};
  EXPECT_THAT(metrics_text(measured), Not(HasSubstr("weir_disk_")));
  measured.disk_bytes = 1000;
  const std::string text = metrics_text(measured);
  for (const char* line :
       {"weir_disk_free_bytes 0\n", "weir_disk_size_bytes 1000\n",
        "# TYPE process_cpu_seconds_total counter\n", "process_cpu_seconds_total 2.5\n",
        "process_resident_memory_bytes 4096\n", "process_open_fds 7\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, ChangesOfFieldsAreCountedByKind) {
  Measured measured;
  measured.field_changes = {3, 0, 1, 0};
  const std::string text = metrics_text(measured);
  for (const char* line :
       {"weir_field_changes{kind=\"gone\"} 3\n", "weir_field_changes{kind=\"type_changed\"} 0\n",
        "weir_field_changes{kind=\"new\"} 1\n", "weir_field_changes{kind=\"share_moved\"} 0\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

/// A stream with an hour that is sealed and one that is not.
batcher::ConservationReport conservation_report() {
  batcher::ConservationReport report;
  report.streams = {{StreamNo{1}, 10, 7}};
  catalog::Hour hour;
  hour.stream = StreamNo{1};
  hour.day = *parse_day("2027-03-02");
  hour.hour = 8;
  hour.first_sequence = Sequence{1};
  hour.last_sequence = Sequence{4};
  hour.in_files = 4;
  hour.manifest_path = "m";
  report.hours.push_back(hour);
  hour.hour = 9;
  hour.first_sequence = Sequence{5};
  hour.last_sequence = Sequence{7};
  hour.in_files = hour.duplicates = hour.quarantined = 1;
  hour.manifest_path = "";
  report.hours.push_back(hour);
  return report;
}

TEST(Metrics, TheLawIsToldByStreamAndOpenHour) {
  auto snapshot = std::make_shared<catalog::Snapshot>();
  snapshot->streams["is-1"].no = StreamNo{1};
  Measured measured;
  measured.conservation = std::make_shared<batcher::ConservationReport>(conservation_report());
  measured.conservation_checks = 3;
  measured.snapshot = snapshot;
  measured.streams_named_max = 10;
  const std::string text = metrics_text(measured);
  for (const char* line : {"weir_conservation_holds 1\n", "weir_conservation_checks_total 3\n",
                           "weir_conservation_records{stream=\"is-1\",part=\"accepted\"} 10\n",
                           "weir_conservation_records{stream=\"is-1\",part=\"in_log\"} 3\n",
                           "weir_conservation_hour_records{stream=\"is-1\",hour=\"2027-03-02T09\","
                           "part=\"accepted\"} 3\n",
                           "weir_conservation_hour_records{stream=\"is-1\",hour=\"2027-03-02T09\","
                           "part=\"duplicates\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(text, Not(HasSubstr("2027-03-02T08"))) << "a sealed hour does not change any more";
}

TEST(Metrics, ABrokenLawIsAnAlarmThatNamesTheStream) {
  batcher::ConservationReport report = conservation_report();
  report.differences = {{StreamNo{1}, "one"}, {StreamNo{1}, "two"}, {StreamNo{9}, "gone"}};
  Measured measured;
  EXPECT_THAT(metrics_text(measured), Not(HasSubstr("weir_conservation_holds")))
      << "nobody has looked yet";
  measured.conservation = std::make_shared<batcher::ConservationReport>(report);
  measured.streams_named_max = 10;
  const std::string text = metrics_text(measured);
  EXPECT_THAT(text, HasSubstr("weir_conservation_holds 0\n"));
  EXPECT_THAT(text, HasSubstr("weir_conservation_differences{stream=\"no 1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("weir_conservation_differences{stream=\"no 9\"} 1\n"));
}

TEST(Metrics, NoStreamIsNamedUnlessItIsAskedForAndThenNoMoreThanTheBound) {
  batcher::ConservationReport report = conservation_report();
  report.streams = {{StreamNo{1}, 10, 7}, {StreamNo{2}, 5, 5}, {StreamNo{3}, 4, 4}};
  report.differences = {{StreamNo{1}, "one"}, {StreamNo{3}, "two"}};
  Measured measured;
  measured.conservation = std::make_shared<batcher::ConservationReport>(report);
  std::string text = metrics_text(measured);
  EXPECT_THAT(text, Not(HasSubstr("stream=")));
  EXPECT_THAT(text, HasSubstr("weir_conservation_records{part=\"accepted\"} 19\n"));
  EXPECT_THAT(text, HasSubstr("weir_conservation_differences 2\n"));
  measured.streams_named_max = 1;
  text = metrics_text(measured);
  EXPECT_THAT(text, HasSubstr("{stream=\"no 1\",part=\"accepted\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("{stream=\"other\",part=\"accepted\"} 9\n"));
  EXPECT_THAT(text, Not(HasSubstr("no 2")));
}

TEST(Metrics, TheLagOfLiveTablesIsToldByCourierWithinTheBoundOfNames) {
  Measured measured;
  for (const char* courier : {"cr-2", "cr-1", "cr-3", "other"}) {
    Histogram lag;
    lag.record(0.9);
    lag.add_to(measured.live_lag.emplace_back(courier, HistogramCounts()).second);
  }
  std::string text = metrics_text(measured);
  EXPECT_THAT(text, HasSubstr("weir_live_lag_seconds_count 4\n"));
  EXPECT_THAT(text, Not(HasSubstr("courier=")));
  measured.streams_named_max = 2;
  text = metrics_text(measured);
  EXPECT_THAT(text, HasSubstr("weir_live_lag_seconds_bucket{courier=\"cr-2\",le=\"0.5\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("weir_live_lag_seconds_bucket{courier=\"cr-2\",le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("weir_live_lag_seconds_count{courier=\"cr-1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("weir_live_lag_seconds_count{courier=\"other\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("cr-3")));
}

TEST(Metrics, TheQuarantineIsToldByWhereItStands) {
  Measured measured;
  measured.quarantine = {.payloads_in_catalog = 1,
                         .bytes_in_catalog = 20,
                         .payloads_in_files = 3,
                         .bytes_in_files = 400};
  const std::string text = metrics_text(measured);
  for (const char* line : {"weir_quarantine_payloads{place=\"catalog\"} 1\n",
                           "weir_quarantine_bytes{place=\"catalog\"} 20\n",
                           "weir_quarantine_payloads{place=\"files\"} 3\n",
                           "weir_quarantine_bytes{place=\"files\"} 400\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, AClockThatIsAheadIsThere) {
  Measured measured;
  measured.clock.ahead = std::chrono::minutes(90);
  measured.clock.jumps = 2;
  measured.log.stamps_ahead = std::chrono::seconds(7);
  const std::string text = metrics_text(measured);
  for (const char* line : {"weir_clock_ahead_seconds 5400\n", "weir_clock_jumps_total 2\n",
                           "weir_log_stamps_ahead_seconds 7\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

}  // namespace
}  // namespace weir::app
