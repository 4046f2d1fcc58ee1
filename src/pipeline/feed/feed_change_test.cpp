#include "pipeline/feed/feed_change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::feed {
namespace {

using ::testing::HasSubstr;

catalog::Feed orders() {
  catalog::Feed feed;
  feed.source = "Shop";
  feed.name = "Orders";
  feed.fields = {{.name = "Order-Id", .type = "string", .rename_to = "id"},
                 {.name = "total", .type = "decimal"},
                 {.name = "at", .type = "datetime"}};
  feed.primary_key = {"id"};
  return feed;
}

TEST(FeedChange, AFieldOfTheKeyCannotBeDeleted) {
  auto after = orders();
  after.fields.erase(after.fields.begin());
  const auto checked = check_change(orders(), after);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("\"id\" is part of the primary key"));
  after.primary_key = {"total"};
  EXPECT_TRUE(check_change(orders(), after)) << "it is no longer of the key";
}

TEST(FeedChange, AnotherKeyOrTypeNeedsAPurge) {
  auto after = orders();
  after.primary_key = {"id", "at"};
  EXPECT_EQ(reason_to_purge(orders(), after), "the primary key was id and is to be id, at");
  after = orders();
  after.fields[2].type = "date";
  EXPECT_EQ(reason_to_purge(orders(), after), "\"at\" was datetime and is to be date");
  after = orders();
  after.scale = 3;
  EXPECT_THAT(reason_to_purge(orders(), after), HasSubstr("decimal of scale 3"));
  after.fields[1].scale = 2;
  EXPECT_EQ(reason_to_purge(orders(), after), "") << "its own scale is as it was";
}

TEST(FeedChange, AGeneratedKeyMadeOtherwiseIsAnotherKey) {
  auto before = orders();
  before.fields.push_back({.name = "key", .type = "string", .combines = {"id", "at"}});
  before.primary_key = {"key"};
  auto after = before;
  after.fields[3].combines = {"at", "id"};
  EXPECT_THAT(reason_to_purge(before, after), HasSubstr("made of other fields"));
  after.fields[3] = before.fields[3];
  after.fields[3].uuid = true;
  EXPECT_THAT(reason_to_purge(before, after), HasSubstr("made of other fields"));
}

TEST(FeedChange, FieldsComeAndGoWithoutAPurge) {
  auto after = orders();
  after.fields.pop_back();
  after.fields.push_back({.name = "note", .type = "string"});
  after.fields[0].name = "ORDER_NO";
  after.fields[0].required = true;
  after.primary_key = {"ID"};
  EXPECT_EQ(reason_to_purge(orders(), after), "");
  after = orders();
  after.name = "Orders 2";
  after.primary_key = {"at"};
  EXPECT_EQ(reason_to_purge(orders(), after), "") << "it is another table";
}

}  // namespace
}  // namespace weir::feed
