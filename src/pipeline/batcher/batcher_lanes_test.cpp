#include "base/receipt.hpp"
#include "pipeline/batcher/batcher_world.hpp"

/// A partition that is not gapless, as a topic's: places grow and may be left out, several gateways
/// write, and their lanes count.
namespace weir::batcher {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr PartitionNo topic{first_kafka_partition + 3};

BatcherSettings of_topic() {
  BatcherSettings settings;
  settings.partition = topic;
  return settings;
}

class BatcherLanesTest : public testing::Test {
 protected:
  void TearDown() override {
    world.finish();
    if (every_record_is_taken) world.expect_each_record_once();
    world.expect_sealed_and_whole();
  }
  std::uint64_t taken(StreamNo stream, std::uint32_t lane) {
    return world.manifest.lanes[{stream, LaneNo{lane}}].taken;
  }

  BatcherWorld world{1, of_topic()};
  bool every_record_is_taken = true;
};

TEST_F(BatcherLanesTest, PlacesOfOtherStreamsAndOffsetsWithoutARecordAreNoLoss) {
  for (int i = 0; i < 5; ++i) {
    world.send(orders, "{\"n\":" + std::to_string(i) + "}");
    world.send(visits, "{}");
    world.log.leave_out(2);
  }
  world.finish();
  ASSERT_THAT(world.manifest.batches, SizeIs(2));
  const catalog::Batch& batch = world.manifest.batches[0];
  EXPECT_EQ(batch.records, 5u);
  EXPECT_EQ(batch.first_sequence, Sequence{1});
  EXPECT_EQ(batch.last_sequence, Sequence{17});
  EXPECT_EQ(batch.path.substr(batch.path.rfind('/')), "/08-1003-0000000000000001-00000001.ndjson");
  EXPECT_EQ(taken(orders, 1), 5u);
}

TEST_F(BatcherLanesTest, EachGatewayIsCountedForItself) {
  world.send(orders, "{}");
  world.log.lane = {2};
  world.send(orders, "{}");
  world.send(sales, "<a/>");
  world.log.lane = {1};
  world.send(orders, "{}");
  world.finish();
  EXPECT_EQ(taken(orders, 1), 2u);
  EXPECT_EQ(taken(orders, 2), 1u);
  EXPECT_EQ(taken(sales, 2), 1u);
  EXPECT_EQ(world.manifest.lanes.at({orders, LaneNo{1}}).next_number, 3u);
}

TEST_F(BatcherLanesTest, ARecordThatStandsTwiceIsTakenOnce) {
  every_record_is_taken = false;
  world.send(orders, "{\"n\":1}");
  world.log.repeat_newest();
  world.send(orders, "{\"n\":2}");
  world.finish();
  ASSERT_THAT(world.manifest.batches, SizeIs(1));
  EXPECT_EQ(world.read(world.manifest.batches[0]), "{\"n\":1}\n{\"n\":2}\n");
  EXPECT_EQ(world.batcher->gauges(world.now).repeated, 1u);
  EXPECT_EQ(taken(orders, 1), 2u);
}

TEST_F(BatcherLanesTest, ARecordThatStandsTwiceIsTakenOnceAcrossARestart) {
  every_record_is_taken = false;
  world.send(orders, "{\"n\":1}");
  world.finish();
  world.power_cut_and_restart();
  world.log.repeat_newest();
  world.finish();
  ASSERT_THAT(world.manifest.batches, SizeIs(1));
  EXPECT_EQ(taken(orders, 1), 1u);
}

TEST_F(BatcherLanesTest, ARecordThatDoesNotComeLeavesALaneShort) {
  world.send(orders, "{}");
  world.log.lose_one(orders);
  world.send(orders, "{}");
  world.finish();
  EXPECT_EQ(taken(orders, 1), 2u);
  EXPECT_EQ(world.manifest.lanes.at({orders, LaneNo{1}}).next_number, 4u);
}

TEST_F(BatcherLanesTest, AfterARestartWhatIsAccountedForIsDropped) {
  world.send(orders, "{\"n\":1}");
  world.send(visits, "{}");
  world.now += std::chrono::seconds(10);
  world.send(orders, "{\"n\":2}");
  world.run();
  ASSERT_TRUE(world.batcher->flush(orders, world.now));
  world.power_cut_and_restart();
  world.send(orders, "{\"n\":3}");
  world.finish();
  EXPECT_EQ(world.batcher->gauges(world.now).replayed, 1u) << "orders' second";
  EXPECT_EQ(taken(orders, 1), 3u);
  EXPECT_EQ(taken(visits, 1), 1u);
}

TEST_F(BatcherLanesTest, WhereALaterLeadersClockIsBehindTimeStandsStill) {
  world.now = eight + hours(1);
  world.send(orders, "{\"n\":1}");
  world.now = eight;
  world.send(orders, "{\"n\":2}");
  world.run();
  world.now = eight + hours(3);
  world.run();
  ASSERT_THAT(world.manifest.batches, SizeIs(1));
  EXPECT_EQ(world.manifest.batches[0].hour, 9);
  EXPECT_EQ(world.manifest.batches[0].last_received_at, eight + hours(1));
}

TEST_F(BatcherLanesTest, NoRecordComesIntoASealedHourThoughTheBatcherIsANewOne) {
  world.send(orders, "{\"n\":1}");
  world.now += hours(2);
  world.run();
  ASSERT_THAT(world.manifest.hours, SizeIs(1));
  world.power_cut_and_restart();
  const Time later = world.now;
  world.now = eight + minutes(10);  // of a leader whose clock is behind
  world.send(orders, "{\"n\":2}");
  world.now = later;
  world.finish();
  ASSERT_THAT(world.manifest.batches, SizeIs(2));
  EXPECT_EQ(world.manifest.batches[1].hour, 9);
}

TEST_F(BatcherLanesTest, ARetryNamesTheFirstByItsPlace) {
  world.send(visits, "{}");
  world.send_with_key(orders, "a", "{\"n\":1}");
  world.send(visits, "{}");
  world.log.lane = {2};
  world.send_with_key(orders, "a", "{\"n\":1}");
  world.finish();
  EXPECT_EQ(world.manifest.duplicates.at({orders, topic, Sequence{4}}), Sequence{2});
  EXPECT_EQ(taken(orders, 1), 1u);
  EXPECT_EQ(taken(orders, 2), 1u) << "a duplicate is accounted for, too";
}

}  // namespace
}  // namespace weir::batcher
