#include "control/payload_filter.hpp"

#include <gtest/gtest.h>

namespace weir::control {
namespace {

constexpr std::string_view body =
    R"({"total":100.5,"id":9007199254740993,"customer":{"email":"kim@example.org","vip":true},)"
    R"("items":[{"sku":"A-1"},{"sku":"B-2"}],"note":null,"text":"a = b"})";

bool matches(const std::string& filter, PayloadType type = PayloadType::json) {
  auto parsed = PayloadFilter::parse(filter);
  EXPECT_TRUE(parsed) << filter;
  return parsed && parsed->matches(type, body);
}

TEST(PayloadFilterTest, AFieldIsCompared) {
  EXPECT_TRUE(matches("total > 100"));
  EXPECT_TRUE(matches("total>=100.5"));
  EXPECT_FALSE(matches("total < 100"));
  EXPECT_FALSE(matches("total > 100.5"));
  EXPECT_TRUE(matches("customer.email = kim@example.org"));
  EXPECT_FALSE(matches("customer.email != kim@example.org"));
  EXPECT_TRUE(matches("customer.email ~ kim"));
  EXPECT_TRUE(matches("customer.vip = true"));
  EXPECT_TRUE(matches("note = null"));
  EXPECT_TRUE(matches("text = \"a = b\""));
  EXPECT_FALSE(matches("missing = 1"));
  EXPECT_FALSE(matches("customer = 1"));
}

TEST(PayloadFilterTest, AnyElementOfAnArrayMayMatch) {
  EXPECT_TRUE(matches("items.sku = B-2"));
  EXPECT_TRUE(matches("items.sku ~ A-"));
  EXPECT_FALSE(matches("items.sku = C-3"));
}

TEST(PayloadFilterTest, EverythingElseIsATextAnywhere) {
  EXPECT_TRUE(matches("kim@example"));
  EXPECT_TRUE(matches("\"total\""));
  EXPECT_TRUE(matches("\"a = b\""));
  EXPECT_FALSE(matches("\"total > 100\""));
  EXPECT_TRUE(matches("  "));
  EXPECT_TRUE(matches("kim@example", PayloadType::xml));
  EXPECT_FALSE(matches("total > 100", PayloadType::xml));
}

TEST(PayloadFilterTest, WhatCannotBeAFilterIsSaid) {
  EXPECT_EQ(PayloadFilter::parse("total >").error().code, Errc::bad_request);
  EXPECT_EQ(PayloadFilter::parse(std::string(300, 'x')).error().code, Errc::bad_request);
}

}  // namespace
}  // namespace weir::control
