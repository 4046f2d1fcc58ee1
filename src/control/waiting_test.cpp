#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Payloads that are in the log and in no file yet.
namespace weir::control {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class WaitingPayloadsTest : public ControlTest {
 protected:
  WaitingPayloadsTest() : stream_(add_stream(acme_)) {}
  Address address(std::uint64_t sequence) const {
    return {stream_.no, PartitionNo{0}, Sequence{sequence}};
  }
  void wait(std::uint64_t sequence, std::string body) {
    waiting_.newest.push_back(
        {address(sequence), clock_.now(), PayloadType::json, std::move(body)});
    ++waiting_.total;
  }
  std::string path() const { return "/api/v0/streams/" + stream_.id + "/waiting"; }
  std::string payload_path(std::uint64_t sequence) const {
    return "/api/v0/receipts/" + std::string(view(encode_receipt(address(sequence)))) + "/payload";
  }
  json::object item(const json::object& answer, std::size_t at) const {
    return answer.at("items").at(at).as_object();
  }

  const catalog::Stream stream_;
};

TEST_F(WaitingPayloadsTest, TheyAreListedWithTheirReceipts) {
  wait(2, R"({"n":2})");
  wait(1, "\xff\xfe");
  waiting_.total = 70;
  const auto answer = get(path());
  EXPECT_EQ(answer.at("waiting"), 70);
  ASSERT_THAT(answer.at("items").as_array(), SizeIs(2));
  EXPECT_EQ(item(answer, 0), (json::object{{"receipt", view(encode_receipt(address(2)))},
                                           {"received_at", to_string(clock_.now())},
                                           {"payload_type", "json"},
                                           {"bytes", 7},
                                           {"payload", R"({"n":2})"}}));
  EXPECT_EQ(text(item(answer, 1), "payload_base64"), "//4=");
}

TEST_F(WaitingPayloadsTest, OfALargeOneItsHeadIsShownWithoutHalfACharacter) {
  wait(1, std::string(4095, 'x') + "\u00e9" + std::string(100, 'y'));
  const auto one = item(get(path()), 0);
  EXPECT_EQ(text(one, "payload"), std::string(4095, 'x'));
  EXPECT_EQ(one.at("bytes"), 4197);
  EXPECT_EQ(one.at("cut"), true);
}

TEST_F(WaitingPayloadsTest, TheQuestionIsBoundedAndOfOneTenant) {
  refusal(400, send("GET", path() + "?limit=0"));
  refusal(400, send("GET", path() + "?limit=201"));
  refusal(404, send(request("GET", path(), "", rival_admin_)));
}

TEST_F(WaitingPayloadsTest, AReceiptShowsItsPayloadFromTheLog) {
  EXPECT_THAT(refusal(409, send("GET", payload_path(7))), HasSubstr("in no file yet"));
  wait(7, std::string(9000, 'x'));
  const auto answer = get(payload_path(7));
  EXPECT_EQ(text(answer, "form"), "as_sent");
  EXPECT_EQ(text(answer, "body"), std::string(9000, 'x')) << "all of it";
  refusal(404, send("GET", payload_path(1000)));
  refusal(404, send(request("GET", payload_path(7), "", rival_admin_)));
}

}  // namespace
}  // namespace weir::control
