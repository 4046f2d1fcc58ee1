#include "engine/spark/date_format.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/time.hpp"

namespace weir::spark {
namespace {

std::string read(std::string_view format, std::string_view text) {
  const auto parsed = DateFormat::parse(format);
  if (!parsed) return parsed.error().message;
  const auto moment = parsed->read(text, 2026);
  const auto utc = moment ? moment->utc() : std::nullopt;
  return utc ? to_string(Time(std::chrono::microseconds(utc->us))) : "none";
}

TEST(DateFormat, AnEpochIsANumberOfSecondsOrMilliseconds) {
  EXPECT_EQ(read("epoch_s", "1700000000"), "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(read("epoch_s", " 1700000000.123456 "), "2023-11-14T22:13:20.123456Z");
  EXPECT_EQ(read("epoch_s", "1.7e9"), "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(read("epoch_s", "-1"), "1969-12-31T23:59:59.000000Z");
  EXPECT_EQ(read("epoch_s", "-0.000001"), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(read("epoch_ms", "1700000000123"), "2023-11-14T22:13:20.123000Z");
  EXPECT_EQ(read("epoch_ms", "1700000000123.5"), "2023-11-14T22:13:20.123500Z");
}

TEST(DateFormat, WhatIsNoEpochIsNone) {
  for (const auto* text : {"", "x", "2023-11-14", "1700000000s", "0x10", "1e30", "-9223372036855",
                           "9223372036855", "NaN"})
    EXPECT_EQ(read("epoch_s", text), "none") << text;
}

TEST(DateFormat, AnyOtherFormatIsAPattern) {
  EXPECT_EQ(read("dd.MM.yyyy", " 31.01.2024 "), "2024-01-31T00:00:00.000000Z");
  EXPECT_NE(read("epoch", "1").find("the letter p at 2"), std::string::npos) << read("epoch", "1");
}

}  // namespace
}  // namespace weir::spark
