#include "base/crc32c.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

// The vectors of RFC 3720 B.4 and the CRC catalogue's check value.
TEST(Crc32c, MatchesThePublishedVectors) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
}

TEST(Crc32c, ContinuesFromASeed) {
  const std::string whole = "the quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut)
    EXPECT_EQ(crc32c(whole.substr(cut), crc32c(whole.substr(0, cut))), crc32c(whole));
}

}  // namespace
}  // namespace weir
