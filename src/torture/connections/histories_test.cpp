#include "torture/connections/histories.hpp"

#include <gtest/gtest.h>

namespace weir::torture {
namespace {

TEST(Connections, HoweverAClientLeavesNothingOfItStaysAndTheNextIsServed) {
  const auto report = play_connections({.first = 1, .count = 300});
  ASSERT_TRUE(report) << report.error().message;
  for (const std::string& violation : report->violations)
    ADD_FAILURE() << violation;
  EXPECT_GT(report->prefixes, 10'000u);
}

}  // namespace
}  // namespace weir::torture
