#include "pipeline/feed/feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::feed {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

catalog::Feed orders() {
  catalog::Feed feed;
  feed.source = "Shop";
  feed.name = "Orders";
  feed.fields = {{.name = "Order-Id", .type = "string", .rename_to = "id", .required = true},
                 {.name = "total", .type = "decimal", .scale = 2},
                 {.name = "at", .type = "datetime"}};
  feed.primary_key = {"ID"};
  feed.last_updated = "At";
  return feed;
}

std::string refusal(const catalog::Feed& feed) {
  const auto checked = check(feed);
  return checked ? "" : checked.error().message;
}

TEST(Feed, BecomesATypedLoadSpelledAsItsFieldsAre) {
  const auto load = plan(orders(), "acme");
  ASSERT_TRUE(load) << load.error().message;
  EXPECT_EQ(load->table, "Shop:Orders");
  EXPECT_EQ(load->tenant, "acme");
  EXPECT_EQ(load->fields[0].incoming, "Order-Id");
  EXPECT_EQ(load->fields[0].name, "id");
  EXPECT_TRUE(load->fields[0].required);
  EXPECT_EQ(load->fields[1].type, engine::FieldType::decimal);
  EXPECT_THAT(load->primary_key, ElementsAre("id"));
  EXPECT_EQ(load->last_updated, "at");
}

TEST(Feed, NamesAreLettersDigitsUnderscores) {
  auto feed = orders();
  feed.fields[0].rename_to = "";
  EXPECT_THAT(refusal(feed), HasSubstr("Field names may only contain letters, numbers, and "
                                       "underscores: \"Order-Id\""));
  feed.fields[0].rename_to = "_PK";
  EXPECT_THAT(refusal(feed), HasSubstr("every domain table has of its own"));
}

TEST(Feed, TwoFieldsOfOneNameAreAConflictWhateverTheirCase) {
  auto feed = orders();
  feed.fields[1].rename_to = "ID";
  EXPECT_THAT(refusal(feed), HasSubstr("There is a name conflict"));
}

TEST(Feed, TypesAndFormatsAreChecked) {
  auto feed = orders();
  feed.fields[1].type = "money";
  EXPECT_THAT(refusal(feed), HasSubstr("unknown type \"money\"; known are boolean, date"));
  feed = orders();
  feed.fields[1].scale = 38;
  EXPECT_THAT(refusal(feed), HasSubstr("0 to 37"));
  feed = orders();
  feed.fields[1].format = "yyyy";
  EXPECT_THAT(refusal(feed), HasSubstr("only date and datetime fields"));
}

TEST(Feed, APatternIsCheckedWhenTheFeedIsSaved) {
  auto feed = orders();
  feed.fields[2].format = "yyyy-MM-dd qq";
  EXPECT_THAT(refusal(feed), AllOf(HasSubstr("Field \"at\""), HasSubstr("the letter q at 12")));
  feed.fields[2].format = "yyyy-MM-dd'T";
  EXPECT_THAT(refusal(feed), HasSubstr("a quote at 11 that is not closed"));
  feed.fields[2].format = "epoch_ms";
  EXPECT_EQ(refusal(feed), "");
  feed.format = "HH:mm zzzz";
  EXPECT_THAT(refusal(feed), AllOf(HasSubstr("\"format\": "), HasSubstr("zzzz at 7")));
}

TEST(Feed, FormatAndScaleAreTheFieldsOrElseTheFeeds) {
  auto feed = orders();
  feed.format = "epoch_s";
  feed.scale = 5;
  feed.fields.push_back({.name = "price", .type = "decimal"});
  feed.fields.push_back({.name = "day", .type = "date", .format = "dd.MM.yyyy"});
  const auto load = plan(feed, "acme");
  ASSERT_TRUE(load) << load.error().message;
  EXPECT_EQ(load->fields[1].scale, 2);
  EXPECT_EQ(load->fields[3].scale, 5);
  EXPECT_EQ(load->fields[2].format, "epoch_s");
  EXPECT_EQ(load->fields[4].format, "dd.MM.yyyy");
  feed.scale = 38;
  EXPECT_THAT(refusal(feed), HasSubstr("0 to 37"));
}

TEST(Feed, AGeneratedFieldIsMadeOfFieldsThatComeIn) {
  auto feed = orders();
  feed.fields.push_back({.name = "both", .type = "string", .combines = {"ID", "total"}});
  feed.fields.push_back({.name = "key", .type = "string", .combines = {"id"}, .uuid = true});
  feed.primary_key = {"key"};
  const auto load = plan(feed, "acme");
  ASSERT_TRUE(load) << load.error().message;
  EXPECT_EQ(load->fields[3].incoming, "");
  EXPECT_THAT(load->fields[3].combines, ElementsAre("id", "total"));
  EXPECT_FALSE(load->fields[3].uuid);
  EXPECT_TRUE(load->fields[4].uuid);
  feed.fields[4].combines = {"both"};
  EXPECT_THAT(refusal(feed), HasSubstr("itself a field that combines others"));
  feed.fields[4].combines = {"Order-Id"};
  EXPECT_THAT(refusal(feed), HasSubstr("no field of the feed"));
  feed.fields[4].combines = {};
  EXPECT_THAT(refusal(feed), HasSubstr("name the fields"));
  feed.fields[4] = {.name = "key", .type = "integer", .combines = {"id"}};
  EXPECT_THAT(refusal(feed), HasSubstr("its type is string"));
}

TEST(Feed, ADeleteMarkerIsABooleanOrAValue) {
  auto feed = orders();
  feed.fields.push_back({.name = "Op", .type = "string"});
  feed.merge = true;
  feed.deleted_field = "OP";
  EXPECT_THAT(refusal(feed), HasSubstr("which value means deleted"));
  feed.deleted_value = "D";
  const auto load = plan(feed, "acme");
  ASSERT_TRUE(load) << load.error().message;
  EXPECT_TRUE(load->merge);
  EXPECT_EQ(load->delete_marker.field, "Op");
  EXPECT_EQ(load->delete_marker.value, "D");
  feed.loaded_last = true;
  EXPECT_THAT(refusal(feed), HasSubstr("Choose one of them"));
  feed.loaded_last = false;
  feed.deleted_field = feed.primary_key[0];
  EXPECT_THAT(refusal(feed), HasSubstr("cannot be a field of the primary key"));
  feed.deleted_field = "gone";
  EXPECT_THAT(refusal(feed), HasSubstr("is no field"));
  feed.fields.back() = {.name = "gone", .type = "boolean"};
  feed.deleted_value = "";
  EXPECT_TRUE(check(feed));
}

TEST(Feed, ThePrimaryKeyNamesFields) {
  auto feed = orders();
  feed.primary_key = {};
  EXPECT_THAT(refusal(feed), HasSubstr("needs a \"primary_key\""));
  feed.primary_key = {"Order-Id"};
  EXPECT_THAT(refusal(feed), HasSubstr("no field of the feed"));
  feed.primary_key = {"id", "ID"};
  EXPECT_THAT(refusal(feed), HasSubstr("twice"));
}

TEST(Feed, LastUpdatedIsNoDate) {
  auto feed = orders();
  feed.fields[2].type = "date";
  EXPECT_THAT(refusal(feed), HasSubstr("too coarse"));
  feed.last_updated = "elsewhere";
  EXPECT_THAT(refusal(feed), HasSubstr("no field of the feed"));
}

TEST(Feed, TheTableNameKeepsItsTwoParts) {
  auto feed = orders();
  feed.name = "a:b";
  EXPECT_THAT(refusal(feed), HasSubstr("without ':'"));
  feed.name = "";
  EXPECT_THAT(refusal(feed), HasSubstr("needs a name"));
}

TEST(Feed, TheErrorThresholdIsAPercentage) {
  auto feed = orders();
  for (const int good : {0, 1, 100}) {
    feed.error_threshold = good;
    EXPECT_EQ(refusal(feed), "");
  }
  for (const int bad : {-1, 101}) {
    feed.error_threshold = bad;
    EXPECT_THAT(refusal(feed), HasSubstr("0 to 100"));
  }
}

}  // namespace
}  // namespace weir::feed
