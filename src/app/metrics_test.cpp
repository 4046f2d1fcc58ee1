#include "app/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace weir::app
