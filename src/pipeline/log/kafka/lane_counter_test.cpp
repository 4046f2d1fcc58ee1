#include "pipeline/log/kafka/lane_counter.hpp"

#include <gmock/gmock.h>

namespace weir::log::kafka {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr PartitionNo first{first_kafka_partition};
constexpr StreamNo orders{7};

TEST(LaneTest, TellsWhatChangedSinceTheLastTimeAsASum) {
  Lane lane({3});
  lane.acknowledged(first, orders);
  lane.acknowledged(first, orders);
  lane.acknowledged(first, {8});
  EXPECT_THAT(lane.take_changed(), SizeIs(2));
  EXPECT_THAT(lane.take_changed(), IsEmpty());
  lane.acknowledged(first, orders);
  const auto changed = lane.take_changed();
  ASSERT_THAT(changed, SizeIs(1));
  EXPECT_EQ(changed[0].stream, orders);
  EXPECT_EQ(changed[0].records, 3u);
}

TEST(LaneTest, WhatCouldNotBeWrittenIsToldAgain) {
  Lane lane({3});
  lane.acknowledged(first, orders);
  const auto changed = lane.take_changed();
  lane.acknowledged(first, orders);
  lane.put_back(changed);
  const auto again = lane.take_changed();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].records, 2u);
}

}  // namespace
}  // namespace weir::log::kafka
