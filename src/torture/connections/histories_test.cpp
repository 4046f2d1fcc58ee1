#include "torture/connections/histories.hpp"

#include <gtest/gtest.h>

namespace weir::torture {
namespace {

// All prefixes are played by ctest's torture.connections.
TEST(Connections, HoweverAClientLeavesNothingOfItStaysAndTheNextIsServed) {
  const auto report = play_connections({.first = 1, .count = 300, .every_prefix = false});
  ASSERT_TRUE(report) << report.error().message;
  for (const std::string& violation : report->violations)
    ADD_FAILURE() << violation;
  EXPECT_EQ(report->random, 300u);
  EXPECT_GT(report->replies, 100u);
}

}  // namespace
}  // namespace weir::torture
