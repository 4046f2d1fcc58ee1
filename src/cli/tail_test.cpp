#include <gmock/gmock.h>

#include "cli/cli_fixture.hpp"

namespace weir::cli {
namespace {

using ::testing::HasSubstr;

class TailTest : public CliTest {
 protected:
  static Answer events(const std::string& text) {
    return {200, text, {{"Content-Type", "text/event-stream"}}};
  }
  static std::string tail(const std::string& id, const std::string& payload) {
    return "id: " + id + "\nevent: tail\ndata: {\"accepted\":1,\"left_out\":0,\"payloads\":[" +
           R"({"receipt":"R)" + id + R"(","received_at":"2027-03-02T08:00:00.123Z","payload":)" +
           payload + "}]}\n\n";
  }
};

TEST_F(TailTest, PayloadsArePrintedAsOneLineEachAndMoveNoCursor) {
  const auto seen = run({{"GET /api/v0/live?topics=tail%253Ais-1%253Atotal%2520%253E%25201",
                          events(tail("1", R"("{\"a\":\n1}")") + tail("2", R"("\u001b[2Jb")"))}},
                        {"tail", "is-1", "--filter", "total > 1", "--count", "2"});
  EXPECT_EQ(seen.code, 0) << seen.err;
  EXPECT_EQ(
      seen.out,
      "2027-03-02T08:00:00.123Z  R1  {\"a\": 1}\n2027-03-02T08:00:00.123Z  R2  \\u001b[2Jb\n");
}

TEST_F(TailTest, AfterABreakItGoesOnFromTheLastEvent) {
  const auto seen =
      run({{"GET /api/v0/live?topics=tail%253Ais-1", events(tail("7", "\"a\""))},
           {"GET /api/v0/live?last_event_id=7&topics=tail%253Ais-1", events(tail("8", "\"b\""))}},
          {"tail", "is-1", "--count", "2", "--json"});
  EXPECT_EQ(seen.code, 0) << seen.err;
  EXPECT_THAT(seen.out, HasSubstr("\"receipt\":\"R7\""));
  EXPECT_THAT(seen.out, HasSubstr("\"receipt\":\"R8\""));
  EXPECT_THAT(seen.err, HasSubstr("trying again"));
}

TEST_F(TailTest, WhoIsRefusedOrNoLongerMayIsTold) {
  EXPECT_EQ(run({}, {"tail", "is-none"}).code, 4);
  const auto ended =
      run({{"GET /api/v0/live?topics=tail%253Ais-1",
            events("event: end\ndata: {\"status\":401,\"message\":\"Revoked.\"}\n\n")}},
          {"tail", "is-1"});
  EXPECT_NE(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("Revoked."));
}

}  // namespace
}  // namespace weir::cli
