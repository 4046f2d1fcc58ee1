#include "live/tail.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "pipeline/log/fake_log.hpp"

namespace weir::live {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

class TailTest : public ::testing::Test {
 protected:
  static Tailed all_of(std::uint32_t stream, const std::string& filter = "") {
    return {"t" + std::to_string(stream) + filter, "is-" + std::to_string(stream), StreamNo{stream},
            filter};
  }
  void accept(std::uint32_t stream, const std::vector<std::string>& bodies) {
    std::vector<log::FakeLog::Line> lines;
    for (const std::string& body : bodies)
      lines.push_back({StreamNo{stream}, PayloadType::json, body});
    log_.commit(lines, Time{seconds(1)});
  }
  static json::object data(const TailEvent& event) {
    const std::string head = "event: tail\ndata: ";
    EXPECT_TRUE(event.text.starts_with(head) && event.text.ends_with("\n\n")) << event.text;
    return json::parse(event.text.substr(head.size())).as_object();
  }
  static std::vector<std::string> payloads(const json::object& data) {
    std::vector<std::string> all;
    for (const auto& line : data.at("payloads").as_array())
      all.emplace_back(line.at("payload").as_string());
    return all;
  }

  log::FakeLog log_;
  Tail tail_{log_};
};

TEST_F(TailTest, WhatComesIsShownFromTheBeginningOfWatchingOn) {
  accept(1, {"{\"a\":0}"});
  tail_.watch({all_of(1)});
  accept(1, {"{\"a\":1}", "{\"a\":2}"});
  accept(2, {"{\"a\":3}"});
  const auto events = tail_.read(milliseconds(250));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(payloads(data(events[0])), (std::vector<std::string>{"{\"a\":1}", "{\"a\":2}"}));
  EXPECT_EQ(data(events[0]).at("accepted").as_int64(), 2);
  EXPECT_EQ(data(events[0]).at("left_out").as_int64(), 0);
  EXPECT_TRUE(tail_.read(milliseconds(250)).empty());
}

TEST_F(TailTest, FiftyASecondAreShownAndTheOthersCounted) {
  tail_.watch({all_of(1)});
  accept(1, std::vector<std::string>(80, "{}"));
  auto events = tail_.read(milliseconds(1000));
  EXPECT_EQ(payloads(data(events.at(0))).size(), 50u);
  EXPECT_EQ(data(events[0]).at("left_out").as_int64(), 0);
  accept(1, std::vector<std::string>(80, "{}"));
  events = tail_.read(milliseconds(200));
  EXPECT_EQ(payloads(data(events.at(0))).size(), 10u);
  EXPECT_EQ(data(events[0]).at("left_out").as_int64(), 30);  // those before
  events = tail_.read(milliseconds(200));
  EXPECT_EQ(data(events.at(0)).at("left_out").as_int64(), 70);
  EXPECT_EQ(data(events[0]).at("accepted").as_int64(), 70);
  EXPECT_TRUE(tail_.read(milliseconds(200)).empty());
}

TEST_F(TailTest, AFilterChoosesAndSaysHowManyDidNotMatch) {
  tail_.watch({all_of(1, "a > 1"), all_of(1)});
  accept(1, {"{\"a\":1}", "{\"a\":2}"});
  const auto events = tail_.read(milliseconds(1000));
  ASSERT_EQ(events.size(), 2u);
  const auto& filtered = events[0].topic == "t1a > 1" ? events[0] : events[1];
  EXPECT_EQ(payloads(data(filtered)), std::vector<std::string>{"{\"a\":2}"});
  EXPECT_EQ(data(filtered).at("not_matching").as_int64(), 1);
}

TEST_F(TailTest, AFilterStillLooksWhereMoreComesThanItMay) {
  tail_.watch({all_of(1, "a > 1")});
  for (int i = 0; i < 3; ++i) {
    accept(1, std::vector<std::string>(3000, "{\"a\":1}"));
    tail_.read(milliseconds(250));
    accept(1, {"{\"a\":2}"});
    const auto events = tail_.read(milliseconds(250));
    EXPECT_EQ(payloads(data(events.at(0))), std::vector<std::string>{"{\"a\":2}"});
    EXPECT_EQ(data(events[0]).at("left_out").as_int64(), 2000);
  }
}

TEST_F(TailTest, ALargePayloadIsCutBetweenCharactersAndOneThatIsNoTextIsEncoded) {
  tail_.watch({all_of(1)});
  std::string large = "\"" + std::string(4094, 'x');
  large += "\xC3\xA9\xC3\xA9\"";
  accept(1, {large, std::string("\xFF\xFE")});
  const auto shown = data(tail_.read(milliseconds(1000)).at(0)).at("payloads").as_array();
  EXPECT_EQ(shown[0].at("payload").as_string().size(), 4095u);
  EXPECT_EQ(shown[0].at("bytes").as_int64(), 4100);
  EXPECT_TRUE(shown[0].at("cut").as_bool());
  EXPECT_EQ(shown[1].at("payload_base64").as_string(), "//4=");
}

TEST_F(TailTest, MoreThanMayBeReadIsSkippedAndCounted) {
  tail_.watch({all_of(1)});
  const std::string body(1024 * 1024, 'x');
  for (int i = 0; i < 20; ++i)
    accept(1, {body});
  std::int64_t accepted = 0;
  for (const auto& event : tail_.read(milliseconds(1000)))
    accepted += data(event).at("accepted").as_int64();
  EXPECT_LT(accepted, 12);
  accept(1, {"{}"});
  for (const auto& event : tail_.read(milliseconds(1000))) {
    accepted += data(event).at("accepted").as_int64();
    EXPECT_EQ(payloads(data(event)), std::vector<std::string>{"{}"});
    EXPECT_GT(data(event).at("left_out").as_int64(), 8);
  }
  EXPECT_EQ(accepted, 21);
}

TEST_F(TailTest, WhoComesBackGetsWhatCameMeanwhile) {
  tail_.watch({all_of(1)});
  accept(1, {"1"});
  tail_.read(milliseconds(250));
  const auto from = parse_tail_position(to_string(tail_.position({all_of(1)})));
  ASSERT_TRUE(from);
  accept(1, {"2", "3"});
  accept(2, {"4"});
  tail_.read(milliseconds(250));
  const auto events = tail_.catch_up({all_of(1)}, *from);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(payloads(data(events[0])), (std::vector<std::string>{"2", "3"}));
  EXPECT_FALSE(data(events[0]).contains("missed"));
  EXPECT_TRUE(tail_.catch_up({all_of(1)}, tail_.position({all_of(1)})).empty());
}

TEST_F(TailTest, WhatTheLogNoLongerHasIsSaidToBeMissed) {
  tail_.watch({all_of(1)});
  const auto from = tail_.position({all_of(1)});
  accept(1, {"1", "2"});
  tail_.read(milliseconds(250));
  log_.release(PartitionNo{0}, log_.durable_end(PartitionNo{0}));
  const auto events = tail_.catch_up({all_of(1)}, from);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(data(events[0]).at("missed").as_int64(), 2);
  EXPECT_TRUE(payloads(data(events[0])).empty());
}

TEST_F(TailTest, APositionThatNobodyGaveIsNoPosition) {
  for (const char* text :
       {"", "x", "0", "0.", "0.1;", "0.1;2", "0.1;2.", "70000.1", "0.1;2.3x", "0.1/", "0.1/x"})
    EXPECT_FALSE(parse_tail_position(text)) << text;
  EXPECT_TRUE(parse_tail_position("0.4096;7.12"));
  EXPECT_EQ(parse_tail_position("4096.7/4097.9")->parts.size(), 2u);
  // In the middle of a commit: not looked for.
  tail_.watch({all_of(1)});
  accept(1, {"1"});
  tail_.read(milliseconds(250));
  const auto events =
      tail_.catch_up({all_of(1)}, {{{PartitionNo{0}, Lsn{100}, {{StreamNo{1}, {1}}}}}});
  EXPECT_EQ(data(events.at(0)).at("missed").as_int64(), 1);
}

/// As in a topic: places are left out, and nobody takes that for payloads that were skipped.
TEST(TailOfATopicTest, ShowsWhatComesAndWhoComesBackGoesOn) {
  log::FakeLog log(PartitionNo{first_kafka_partition});
  Tail tail(log);
  const std::vector<Tailed> topics{{"t1", "is-1", StreamNo{1}, ""}};
  tail.watch(topics);
  const auto accept = [&log](std::uint32_t stream, const char* body) {
    log.commit({{StreamNo{stream}, PayloadType::json, body}}, Time{seconds(1)});
  };
  accept(1, "1");
  accept(2, "2");
  accept(1, "3");
  const auto events = tail.read(milliseconds(1000));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_NE(events[0].text.find("\"accepted\":2,\"left_out\":0"), std::string::npos)
      << events[0].text;
  const auto from = parse_tail_position(to_string(tail.position(topics)));
  ASSERT_TRUE(from);
  accept(2, "4");
  accept(1, "5");
  tail.read(milliseconds(1000));
  const auto missed = tail.catch_up(topics, *from);
  ASSERT_EQ(missed.size(), 1u);
  EXPECT_EQ(missed[0].payloads, 1u);
}

}  // namespace
}  // namespace weir::live
