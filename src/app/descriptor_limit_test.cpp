#include "app/descriptor_limit.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(DescriptorLimit, ConnectionsLeaveFilesTheirShare) {
  EXPECT_EQ(connections_within(1'048'576, 20'000), 20'000u);
  EXPECT_EQ(connections_within(20'000, 20'000), 15'000u);
  EXPECT_EQ(connections_within(1024, 20'000), 768u);
  EXPECT_EQ(connections_within(256, 20'000), 128u);
  EXPECT_EQ(connections_within(1024, 100), 100u);
  EXPECT_EQ(connections_within(64, 20'000), 16u);
}

}  // namespace
}  // namespace weir::app
