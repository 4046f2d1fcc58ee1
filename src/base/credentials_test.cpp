#include "base/credentials.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(BearerTokenTest, IsWhatFollowsTheSchemeInAnyCase) {
  for (const char* value : {"Bearer a.b-c", "bearer a.b-c", "BEARER   a.b-c", "Bearer a.b-c \t"})
    EXPECT_EQ(bearer_token(value), "a.b-c") << value;
}

TEST(BearerTokenTest, IsEmptyWhereAnotherSchemeOrNothingWasSent) {
  for (const char* value :
       {"", "Bearer", "Bearer ", "Bearer  \t", "Bearera.b", "Basic a.b", "a.b", "Bearer\ta"})
    EXPECT_EQ(bearer_token(value), "") << value;
}

}  // namespace
}  // namespace weir
