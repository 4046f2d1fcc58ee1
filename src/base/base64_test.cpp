#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Base64, BytesOfEveryKindAndLengthComeBack) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes) << i;
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, IsWhatTheRfcSays) {
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64(""), "");
}

TEST(Base64, WhatIsNoneIsRefused) {
  for (const char* text :
       {"?", "Zg", "Zg=", "Z?==", "Zm9v Zg=", "Zm9vYg==Zm9v", "=Zm9", "Zg==\n\n\n\n"})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace weir
