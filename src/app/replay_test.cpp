#include "app/replay.hpp"

#include <gmock/gmock.h>

#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "pipeline/batcher/key_window.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::app {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr StreamNo orders{1};
const std::string key = "\x01replay 0123";

class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest() {
    log::SegmentedLog::Options options;
    options.directory = "/log";
    options.segment_bytes = 256 * limits::kib;
    options.commit_bytes_max = 64 * limits::kib;
    log_ = log::SegmentedLog::open(disk_, clock_, random_, options).value();
  }
  Result<Address> send(PayloadType type, const std::string& body) {
    return replay(*log_, {orders, PartitionNo{0}, Sequence{1}}, type, key, body);
  }
  std::vector<std::string> bodies() {
    std::vector<std::string> out;
    const auto reader = log_->read_from(PartitionNo{0}, Lsn{0}).value();
    for (auto record = reader->next(); record && *record; record = reader->next()) {
      EXPECT_EQ((*record)->idempotency_key, key);
      verdicts_.push_back(window_.decide(window_.print_of(**record)).verdict);
      out.emplace_back((*record)->body);
    }
    return out;
  }

  CrashDisk disk_{1};
  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<log::SegmentedLog> log_;
  batcher::KeyWindow window_{{}};
  std::vector<batcher::KeyWindow::Verdict> verdicts_;
};

TEST_F(ReplayTest, AMendedPayloadIsARecordOfTheLogWhenItReturns) {
  const auto address = send(PayloadType::json, "{ \"n\" : 1 }\n");
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(*address, (Address{orders, PartitionNo{0}, Sequence{1}}));
  EXPECT_THAT(bodies(), ::testing::ElementsAre("{\"n\":1}")) << "one line, as the gateway makes it";
}

TEST_F(ReplayTest, WhatStillDoesNotParseIsRefusedAndNotAppended) {
  EXPECT_EQ(send(PayloadType::xml, "<a><b></a>").error().code, Errc::bad_request);
  EXPECT_THAT(send(PayloadType::xml, "<a><b></a>").error().message, HasSubstr("still does not"));
  EXPECT_EQ(send(PayloadType::json, "{\"n\":").error().code, Errc::bad_request);
  EXPECT_TRUE(bodies().empty());
}

/// The server died after the record was safe and before anybody was told.
TEST_F(ReplayTest, AskedTwiceTheSecondIsADuplicateOfTheFirst) {
  ASSERT_TRUE(send(PayloadType::xml, "<a/>"));
  ASSERT_TRUE(send(PayloadType::xml, "<a/>"));
  EXPECT_THAT(bodies(), SizeIs(2));
  EXPECT_THAT(verdicts_, ::testing::ElementsAre(batcher::KeyWindow::Verdict::fresh,
                                                batcher::KeyWindow::Verdict::duplicate));
}

TEST_F(ReplayTest, ALogThatIsClosingSaysSo) {
  log_->close();
  EXPECT_EQ(send(PayloadType::json, "{}").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace weir::app
