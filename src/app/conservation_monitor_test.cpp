#include "app/conservation_monitor.hpp"

#include <thread>

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"
#include "pipeline/log/fake_log.hpp"

namespace weir::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A log that gave out five numbers, all of which a file accounts for.
class ConservationMonitorTest : public catalog::BatchTest {
 protected:
  ConservationMonitorTest() : stream_(add_stream(acme_)) {
    for (int i = 0; i < 5; ++i)
      log_.commit({{stream_.no, PayloadType::json, "{}"}}, *parse_time("2027-03-02T08:00:00Z"));
    EXPECT_TRUE(commit(one_file(stream_, 1, 5, Lsn{4096})));
  }
  void watch() {
    watch_.emplace(ConservationMonitor::Dependencies{log_, *catalog_,
                                                     [this](const batcher::Difference& difference) {
                                                       reported_.push_back(difference.what);
                                                     }},
                   std::chrono::seconds(3600));
    while (watch_->checks() == 0 || !watch_->newest())
      std::this_thread::yield();
    watch_->stop();
  }
  /// The catalog moves past records that stand nowhere.
  void lose(std::uint64_t from, std::uint64_t to) {
    catalog::BatchCommit hole;
    hole.checkpoint = Lsn{8192};
    hole.positions = {{stream_.no, Sequence{from}, Sequence{to}, PayloadType::json}};
    ASSERT_TRUE(commit(hole));
  }

  const catalog::Stream stream_;
  log::FakeLog log_;
  std::vector<std::string> reported_;  // read once the watch has stopped
  std::optional<ConservationMonitor> watch_;
};

TEST_F(ConservationMonitorTest, LooksAtEverythingWhenItStarts) {
  watch();
  EXPECT_TRUE(watch_->newest()->holds());
  EXPECT_TRUE(watch_->newest()->complete);
  EXPECT_TRUE(reported_.empty());
}

TEST_F(ConservationMonitorTest, ADifferenceIsToldAndStaysInTheReport) {
  log_.commit({{stream_.no, PayloadType::json, "{}"}}, *parse_time("2027-03-02T08:30:00Z"));
  lose(6, 7);
  watch();
  EXPECT_THAT(reported_,
              ElementsAre(HasSubstr("its hours account for 5 records, its position for 6")));
  EXPECT_FALSE(watch_->newest()->holds());
  EXPECT_EQ(watch_->check_now()->differences.size(), 1u);
}

TEST_F(ConservationMonitorTest, ACatalogAheadOfTheLogIsADifference) {
  lose(6, 7);
  EXPECT_EQ(batches().positions(PartitionNo{0})->at(stream_.no), Sequence{7});
  watch();
  EXPECT_THAT(reported_, ::testing::Contains(HasSubstr("the log gave out 5 numbers")));
}

}  // namespace
}  // namespace weir::app
