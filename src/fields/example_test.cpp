#include "fields/example.hpp"

#include <gmock/gmock.h>

namespace weir::fields {
namespace {

std::string shown(std::string_view name, std::string_view text) {
  const auto example = example_of(Type::string, text, shown_by_name(name));
  return example ? example->text : "nothing";
}

TEST(Example, WhatSaysWhoAPersonIsShowsItsFormOnly) {
  EXPECT_EQ(shown("Email_Address", "kim@example.org"), "xxx@xxxxxxx.xxx");
  EXPECT_EQ(shown("billing-phone", "+49 30 1234"), "+99 99 9999");
  EXPECT_EQ(shown("lastName", "Müller"), "xxxxxx");
  EXPECT_EQ(shown("customer.date_of_birth", "1990-01-31"), "9999-99-99");
  EXPECT_EQ(shown("postalCode", "10115"), "99999");
}

TEST(Example, WhatLooksPersonalIsMaskedUnderAnyName) {
  EXPECT_EQ(shown("key", "kim@example.org"), "xxx@xxxxxxx.xxx");
  EXPECT_EQ(shown("ref", "4111 1111 1111 1111"), "9999 9999 9999 9999");
  EXPECT_EQ(shown("source", "192.168.1.17"), "999.999.9.99");
  EXPECT_EQ(shown("source", "2001:db8::8a2e:370:7334"), "9999:xx9::9x9x:999:9999");
}

TEST(Example, SecretsShowNothing) {
  for (const char* name :
       {"password", "X-Api-Key", "accessToken", "client_secret", "session_id", "cvv"})
    EXPECT_EQ(shown(name, "abc"), "nothing") << name;
  EXPECT_EQ(shown("anything", "eyJhbGciOiJIUzI1NiJ9.e30.x"), "nothing");
  EXPECT_EQ(shown("anything", "Bearer abc"), "nothing");
}

TEST(Example, OtherValuesAreThereAsTheyCame) {
  EXPECT_EQ(shown("sku", "A-1009"), "A-1009");
  EXPECT_EQ(shown("product", "Größe 12 <b>"), "Größe 12 <b>");
  EXPECT_EQ(shown("at", "2027-03-02T08:00:00Z"), "2027-03-02T08:00:00Z");
  EXPECT_EQ(shown("order", "4111111111111112"), "4111111111111112");
}

TEST(Example, LongOnesAreCutBetweenCharacters) {
  std::string text;
  std::string cut;
  for (int i = 0; i < 60; ++i) {
    text += "ü";
    if (i < 48) cut += "ü";
  }
  EXPECT_EQ(shown("text", text), cut + "…");
  EXPECT_EQ(shown("city_address", text), std::string(48, 'x') + "…");
}

}  // namespace
}  // namespace weir::fields
