#include "base/receipt.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Receipt, IsAnAddressAndBack) {
  for (const Address address :
       {Address{{1}, {0}, {1}}, Address{{0xFFFFFFFF}, {0xFFFF}, {0xFFFFFFFFFFFFFFFF}},
        Address{{7}, {3}, {123456789012345}}}) {
    const auto receipt = encode_receipt(address);
    const auto back = decode_receipt(view(receipt));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, address);
  }
}

TEST(Receipt, AnAlteredOneIsNotAReceipt) {
  const auto receipt = encode_receipt({{7}, {0}, {42}});
  int refused = 0;
  for (std::size_t i = 0; i < receipt.size(); ++i) {
    std::string text(view(receipt));
    text[i] = text[i] == '0' ? '1' : '0';
    refused += !decode_receipt(text);
  }
  EXPECT_EQ(refused, 26);
  EXPECT_FALSE(decode_receipt(""));
  EXPECT_FALSE(decode_receipt("not a receipt, far too long to be one"));
}

}  // namespace
}  // namespace weir
