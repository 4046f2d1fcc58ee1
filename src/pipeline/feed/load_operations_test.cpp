#include "pipeline/feed/load_operations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::feed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string refusal(std::string_view json) {
  const auto parsed = parse_load_operations(json);
  return parsed ? "" : parsed.error().message;
}

TEST(LoadOperations, AreReadAsDocumentedAndTruncateComesFirst) {
  const auto parsed = parse_load_operations(R"({
    "df-7Qm2Wx9a": [
      {"type": "spark-sql",
       "spark-sql-files": [{"file": "streaming", "options": {"rowTag": "sale"},
                            "schema": {"type": "struct", "fields": []}}],
       "spark-sql-query": "Flatten_Sales"},
      {"type": "truncate"}],
    "df-2": [{"type": "load", "file": "streaming"}]})");
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->size(), 2u);
  const auto& first = parsed->front();
  EXPECT_EQ(first.feed_id, "df-7Qm2Wx9a");
  EXPECT_EQ(first.operations[0].type, Operation::Type::truncate);
  EXPECT_EQ(first.operations[1].query, "Flatten_Sales");
  EXPECT_EQ(first.operations[1].files[0].tag, "streaming");
  EXPECT_EQ(first.operations[1].files[0].row_tag, "sale");
  EXPECT_EQ(first.operations[1].files[0].schema_json, R"({"type":"struct","fields":[]})");
  EXPECT_EQ(parsed->back().operations[0].file, "streaming");
}

TEST(LoadOperations, TheRowTagIsRowUnlessSaid) {
  const auto parsed = parse_load_operations(
      R"({"df-1":[{"type":"spark-sql","spark-sql-files":[{"file":"t"}],"spark-sql-query":"q"}]})");
  EXPECT_EQ(parsed.value()[0].operations[0].files[0].row_tag, "row");
}

TEST(LoadOperations, TextIsTrimmedWhereThatIsSaid) {
  const auto operations = [](const std::string& options) {
    return R"({"df-1":[{"type":"spark-sql","spark-sql-files":[{"file":"t","options":)" + options +
           R"(}],"spark-sql-query":"q"}]})";
  };
  const auto trims = [&](const std::string& options) {
    return parse_load_operations(operations(options)).value()[0].operations[0].files[0].trim;
  };
  EXPECT_FALSE(trims("{}"));
  EXPECT_FALSE(trims(R"({"trim":"false"})"));
  EXPECT_TRUE(trims(R"({"trim":"true"})"));
  EXPECT_TRUE(trims(R"({"trim":true})"));
  EXPECT_THAT(refusal(operations(R"({"trim":"yes"})")), HasSubstr("\"trim\" must be"));
}

TEST(LoadOperations, NoneAndThePlaceholderAreTaken) {
  EXPECT_THAT(parse_load_operations("{}").value(), IsEmpty());
  const auto placeholder = parse_load_operations(R"("df-xxxxxx")");
  EXPECT_EQ(placeholder.value()[0].feed_id, "df-xxxxxx");
}

TEST(LoadOperations, WhatIsWrongIsNamedWithItsPlace) {
  EXPECT_THAT(refusal("{"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("object of feed id to operations"));
  EXPECT_THAT(refusal(R"({"df-1":{}})"), HasSubstr("feed \"df-1\": must be an array"));
  EXPECT_THAT(refusal(R"({"df-1":[{"type":"upsert"}]})"),
              HasSubstr("feed \"df-1\", operation 1: unknown type \"upsert\""));
  EXPECT_THAT(refusal(R"({"df-1":[{"type":"load"}]})"), HasSubstr("\"file\" must be a string"));
  EXPECT_THAT(refusal(R"({"df-1":[{"type":"load","file":"t","mode":"x"}]})"),
              HasSubstr("unknown key \"mode\"; known are \"type\", \"file\""));
  EXPECT_THAT(refusal(R"({"df-1":[{"type":"spark-sql","spark-sql-query":"q"}]})"),
              HasSubstr("\"spark-sql-files\" must be an array"));
}

}  // namespace
}  // namespace weir::feed
