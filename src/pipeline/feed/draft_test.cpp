#include "pipeline/feed/draft.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "pipeline/feed/feed.hpp"
#include "pipeline/feed/semantics.hpp"

namespace weir::feed {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Draft draft(const std::string& text) {
  auto drafted = draft_of_json(text, false, 2026);
  EXPECT_TRUE(drafted) << drafted.error().message;
  return drafted ? *std::move(drafted) : Draft{};
}

std::string refusal(const std::string& text) {
  const auto drafted = draft_of_json(text, false, 2026);
  return drafted ? "" : drafted.error().message;
}

/// The type of a field with these values, with its scale.
std::string type(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values)
    text += "{\"x\":" + value + "}\n";
  const auto field = draft(text).fields.at(0).field;
  return field.type + (field.scale ? "," + std::to_string(*field.scale) : "");
}

TEST(Draft, HasTheFieldsOfTheFirstRecordAndThoseOfLaterOnesWithTheirShares) {
  const auto drafted = draft(R"({"b":1,"a":"x","none":null}
{"a":"y","b":2,"later":true}
{"A":"z","b":3}
{"a":"w","b":4,"later":false})");
  ASSERT_EQ(drafted.fields.size(), 4u);
  EXPECT_EQ(drafted.fields[0].field.name, "b");
  EXPECT_EQ(drafted.fields[1].field.name, "a");
  EXPECT_EQ(drafted.fields[1].records, 4u) << "names are told apart without regard to case";
  EXPECT_EQ(drafted.fields[2].records, 0u);
  EXPECT_TRUE(drafted.fields[2].in_first);
  EXPECT_EQ(drafted.fields[3].field.name, "later");
  EXPECT_EQ(drafted.fields[3].records, 2u);
  EXPECT_FALSE(drafted.fields[3].in_first);
  EXPECT_EQ(drafted.records, 4u);
  EXPECT_TRUE(drafted.whole);
  EXPECT_THAT(drafted.rows[1], ElementsAre("2", "\"y\"", "null", "true"));
}

TEST(Draft, ATypeTakesEveryValueOfTheSample) {
  EXPECT_EQ(type({"1", "2"}), "integer");
  EXPECT_EQ(type({"1.00", "2.0", "1e2"}), "integer") << "decimals without a fraction";
  EXPECT_EQ(type({"1", "2.5"}), "decimal,2");
  EXPECT_EQ(type({"0.125", "12"}), "decimal,3");
  EXPECT_EQ(type({"52.520008", "13.4049541"}), "float");
  EXPECT_EQ(type({"1.5", "1e300"}), "float");
  EXPECT_EQ(type({"9223372036854775808"}), "decimal,0");
  EXPECT_EQ(type({"1" + std::string(50, '0') + "7"}), "string") << "a float would lose digits";
  EXPECT_EQ(type({"true", "false"}), "boolean");
  EXPECT_EQ(type({"\"yes\"", "\"No\"", "null"}), "boolean");
  EXPECT_EQ(type({"\"0\"", "\"1\""}), "string");
  EXPECT_EQ(type({"\"2024-01-31\"", "\"31-Jan-2024\""}), "date");
  EXPECT_EQ(type({"\"2024-01-31\"", "\"2024-01-31T14:05:06Z\""}), "datetime");
  EXPECT_EQ(type({"\"2024-01-31\"", "\"soon\""}), "string");
  EXPECT_EQ(type({"\"01234\"", "\"99999\""}), "string") << "a postal code";
  EXPECT_EQ(type({"1", "\"x\""}), "string");
  EXPECT_EQ(type({"1", "true"}), "string");
  EXPECT_EQ(type({"null", "\" \""}), "string");
  EXPECT_EQ(type({"\" \"", "\"2024-01-31\""}), "date") << "blank text is NULL";
}

TEST(Draft, NamesThatATableCannotHaveAreRenamedAndTheDraftCanBeSaved) {
  const auto drafted = draft(R"({"order-id":1,"order_id":2,"_PK":3,"Größe":4,"":5,"plain":6})");
  std::vector<std::string> renamed;
  catalog::Feed feed;
  feed.source = "Shop";
  feed.name = "Orders";
  feed.primary_key = {"plain"};
  for (const DraftField& each : drafted.fields) {
    renamed.push_back(each.field.rename_to);
    if (!each.field.name.empty()) feed.fields.push_back(each.field);
  }
  EXPECT_THAT(renamed, ElementsAre("order_id", "order_id_2", "_PK_2", "Gr__e", "field", ""));
  const auto checked = check(feed);
  EXPECT_TRUE(checked) << checked.error().message;
}

TEST(Draft, PersonalDataIsTaggedByItsName) {
  const auto drafted = draft(R"({"Email":"a@b","first_name":"A","PostCode":"1","total":1})");
  std::vector<std::string> tags;
  for (const DraftField& each : drafted.fields)
    tags.push_back(each.field.semantic);
  EXPECT_THAT(tags, ElementsAre("email", "given-name", "postal", ""));
  EXPECT_EQ(suggested_semantic("E-Mail Address"), "email");
  EXPECT_EQ(suggested_semantic("DateOfBirth"), "birthdate");
  EXPECT_EQ(suggested_semantic("email_count"), "");
  EXPECT_EQ(suggested_semantic("stadt"), "");
}

TEST(Draft, KeysAreFieldsThatTellRecordsApart) {
  EXPECT_THAT(draft(R"({"n":1,"id":7,"v":1} {"n":2,"id":8,"v":1})").key_candidates,
              ElementsAre(ElementsAre("id"), ElementsAre("n")));
  EXPECT_THAT(draft(R"({"id":7,"v":1} {"id":7,"v":2} {"v":3,"id":8})").key_candidates,
              ElementsAre(ElementsAre("v")));
  EXPECT_THAT(draft(R"({"id":7} {"id":8} {"x":1})").key_candidates, IsEmpty())
      << "not in each record";
  EXPECT_THAT(draft(R"({"o":1,"l":1} {"o":1,"l":2} {"o":2,"l":1})").key_candidates,
              ElementsAre(ElementsAre("o", "l")));
  EXPECT_THAT(draft(R"({"x":1,"order_id":2})").key_candidates, ElementsAre(ElementsAre("order_id")))
      << "of one record only names speak";
}

TEST(Draft, JsonComesAsLinesAsOneTextOrAsAnArray) {
  EXPECT_EQ(draft("[{\"a\":1},\n {\"a\":2}]").records, 2u);
  EXPECT_EQ(draft("{\n  \"a\": 1\n}\n{\"a\":2}{\"a\":3}").records, 3u);
  EXPECT_EQ(draft("\n\n{\"a\":\"\\ud800\"}\n").records, 1u) << "half of a surrogate pair";
}

TEST(Draft, WhatIsNoJsonIsNamedByItsRecord) {
  EXPECT_THAT(refusal("{\"a\":1}\n{\"a\":}"), HasSubstr("Record 2"));
  EXPECT_THAT(refusal("{\"a\":1}\n{\"a\":1.2.3}"), HasSubstr("Record 2"));
  EXPECT_THAT(refusal("{\"a\":nul}"), HasSubstr("Record 1"));
  EXPECT_THAT(refusal("[1]"), HasSubstr("no JSON object"));
  EXPECT_THAT(refusal("{\"a\":1}\n{\"a\":"), HasSubstr("Record 2"));
  EXPECT_THAT(refusal("a,b\n1,2"), HasSubstr("no JSON object"));
  EXPECT_THAT(refusal(""), HasSubstr("no records"));
  EXPECT_THAT(refusal("[]"), HasSubstr("no records"));
}

TEST(Draft, NestedJsonIsRefusedAndTheWayIsNamed) {
  EXPECT_THAT(refusal(R"({"id":1,"customer":{"email":"x"}})"),
              AllOf(HasSubstr("Nested JSON cannot be a sample: \"customer\" holds"),
                    HasSubstr("ingest query"), HasSubstr("ingest_query_id")));
  EXPECT_THAT(refusal("{\"id\":1}\n{\"id\":1,\"tags\":[],\"c\":{}}"),
              HasSubstr("\"tags\", \"c\" hold objects"));
}

TEST(Draft, KeysThatAreDataAreNoFields) {
  std::string text = "{";
  for (int i = 0; i < 1001; ++i)
    text += (i > 0 ? "," : "") + std::string("\"k") + std::to_string(i) + "\":1";
  EXPECT_THAT(refusal(text + "}"), HasSubstr("keys seem to be data"));
}

TEST(Draft, ALongSampleIsLookedAtToABound) {
  std::string text;
  for (std::uint32_t i = 0; i < limits::sample_records_max + 5; ++i)
    text += "{\"id\":" + std::to_string(i) + "}\n";
  const auto drafted = draft(text);
  EXPECT_EQ(drafted.records, limits::sample_records_max);
  EXPECT_FALSE(drafted.whole);
  EXPECT_EQ(drafted.rows.size(), limits::sample_rows_max);
  const auto cut = draft_of_json("{\"id\":1}\n{\"id\":2}\n{\"i", true, 2026);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->records, 2u) << "the last line was cut off";
  EXPECT_FALSE(cut->whole);
}

TEST(Draft, TheRowsOfAQueryAreASample) {
  const engine::Table rows{{{"id", "BIGINT"}, {"na\"me", "VARCHAR"}, {"at", "TIMESTAMP"}},
                           {{"1", "\"x\"", "\"2024-01-31T14:05:06Z\""}, {"2", "null", "null"}},
                           false};
  const auto drafted = draft_of_rows(rows, 2026);
  ASSERT_TRUE(drafted) << drafted.error().message;
  EXPECT_EQ(drafted->fields[0].field.type, "integer");
  EXPECT_EQ(drafted->fields[1].field.name, "na\"me");
  EXPECT_EQ(drafted->fields[2].field.type, "datetime");
  EXPECT_THAT(drafted->key_candidates, ElementsAre(ElementsAre("id")));
  const engine::Table nested{{{"id", "BIGINT[]"}}, {{"[1]"}}, false};
  EXPECT_THAT(draft_of_rows(nested, 2026).error().message, HasSubstr("Nested"));
  EXPECT_THAT(refusal("{\"a\":1}"), Not(HasSubstr("Nested")));
}

}  // namespace
}  // namespace weir::feed
