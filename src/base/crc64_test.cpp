#include "base/crc64.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Crc64Test, IsTheOneOfTheCatalogueOfCrcs) {
  EXPECT_EQ(crc64("123456789"), 0x995DC9BBDF1939FA);
  EXPECT_EQ(crc64("456789", crc64("123")), crc64("123456789"));
  EXPECT_EQ(crc64(""), 0U);
}

}  // namespace
}  // namespace weir
