#include <gmock/gmock.h>

#include "control/control_fixture.hpp"
#include "fields/collector.hpp"

/// Which fields the payloads of a stream have, as the API tells it.
namespace weir::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StreamFieldsTest : public ControlTest {
 protected:
  /// Files `count` times the payload on that day.
  void file(const catalog::Stream& stream, const char* day, int count, const std::string& payload) {
    auto one = one_file(stream, next_, next_ + 9, Lsn{4096 * next_});
    next_ += 10;
    catalog::Batch& batch = one.batches[0];
    batch.day = *parse_day(day);
    batch.hour = 0;
    batch.first_received_at = batch.last_received_at = batch.day;
    auto sketch = std::make_shared<fields::Sketch>();
    for (int i = 0; i < count; ++i) {
      ++sketch->payloads;
      collector_.collect(PayloadType::json, payload, batch.day, true, *sketch);
    }
    one.fields = {{stream.no, batch.day, sketch}};
    ASSERT_TRUE(commit(one));
  }
  static std::vector<std::string> texts(const json::value& items, const char* member) {
    std::vector<std::string> out;
    for (const json::value& each : items.as_array())
      out.push_back(text(each.as_object(), member));
    return out;
  }

  fields::Collector collector_;
  std::uint64_t next_ = 1;
};

TEST_F(StreamFieldsTest, FieldsStandBelowWhatTheyAreInWithTheirShares) {
  const catalog::Stream stream = add_stream(acme_);
  file(stream, "2027-03-01", 30, R"({"id":1,"o":{"a":"x"},"email":"kim@example.org"})");
  file(stream, "2027-03-02", 10, R"({"id":"x","o":{"b":null,"a":"y"}})");
  const auto body =
      expect(200, send("GET", "/api/v0/streams/" + stream.id + "/fields?day=2027-03-02"));
  const auto& found = body.at("fields").as_array();
  EXPECT_THAT(texts(body.at("fields"), "path"), ElementsAre("id", "o", "o.a", "o.b", "email"));
  EXPECT_EQ(found[3].at("depth"), 1);
  EXPECT_EQ(found[0].at("share"), 1.0);
  EXPECT_EQ(found[4].at("share"), 0.75);
  EXPECT_EQ(found[4].at("share_of_day"), 0.0);
  EXPECT_EQ(found[4].at("share_of_week"), 1.0);
  EXPECT_EQ(text(found[4].at("examples").at(0).as_object(), "text"), "xxx@xxxxxxx.xxx");
  EXPECT_THAT(texts(found[0].at("types"), "type"), ElementsAre("integer", "string"));
  EXPECT_THAT(texts(body.at("changes"), "kind"), ElementsAre("gone", "type_changed", "new"));
  EXPECT_THAT(texts(body.at("changes"), "path"), ElementsAre("email", "id", "o.b"));
  EXPECT_EQ(text(body.at("week").as_object(), "from"), "2027-02-23");
}

TEST_F(StreamFieldsTest, WhatChangedTodayNeedsAPerson) {
  const catalog::Stream stream = add_stream(acme_);
  const Day today = day_of(clock_.now());
  const std::string yesterday = to_string(today - std::chrono::days(1));
  file(stream, yesterday.c_str(), 30, R"({"id":1,"email":"x"})");
  file(stream, to_string(today).c_str(), 20, R"({"id":"1","a":1,"b":2})");
  ASSERT_TRUE(catalog_->stream_fields().compare(today));
  const auto items = expect(200, send("GET", "/api/v0/needs-you")).at("items").as_array();
  ASSERT_EQ(items.size(), 1U);
  const auto& item = items[0].as_object();
  EXPECT_EQ(text(item, "kind"), "fields");
  EXPECT_EQ(text(item, "object_id"), stream.id);
  EXPECT_EQ(text(item, "title"), stream.name + ": 1 field gone, 1 of another type, 2 new");
  EXPECT_EQ(text(item, "text"), "Today against the week before: email, id, a, b.");
  EXPECT_EQ(item.at("count"), 4);
}

TEST_F(StreamFieldsTest, WithoutADayItIsToday) {
  const catalog::Stream stream = add_stream(acme_);
  const auto body = expect(200, send("GET", "/api/v0/streams/" + stream.id + "/fields"));
  EXPECT_EQ(text(body.at("day").as_object(), "day"), to_string(day_of(clock_.now())));
  EXPECT_TRUE(body.at("fields").as_array().empty());
  EXPECT_THAT(send("GET", "/api/v0/streams/" + stream.id + "/fields?day=yesterday").body,
              HasSubstr("day"));
}

}  // namespace
}  // namespace weir::control
