#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/cli_fixture.hpp"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Payloads in files of a directory that goes away with the test.
class SendTest : public CliTest {
 protected:
  SendTest() { fs::create_directories(directory_); }
  ~SendTest() override { fs::remove_all(directory_); }
  std::string file(const std::string& name, const std::string& text) {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name) << text;
    return (directory_ / name).string();
  }
  /// Sends against a server that answers each body by `answer`.
  Outcome send(std::function<Answer(const Seen&)> answer, std::vector<std::string> words,
               const std::string& in = "") {
    FakeServer server(std::move(answer));
    words.insert(words.begin(), {"send", "--url", server.url(), "is-1"});
    Outcome outcome = run({}, words, in);
    outcome.seen = server.seen();
    return outcome;
  }
  static Answer accept(const Seen&) { return {202, R"({"request_id":"R1"})"}; }

  const testing::TestInfo* const info_ = testing::UnitTest::GetInstance()->current_test_info();
  const fs::path directory_ = fs::path(testing::TempDir()) / (std::string("weir-") + info_->name());
};

TEST_F(SendTest, ADirectoryIsOnePayloadAFile) {
  file("a.json", R"({"a":1})");
  file("deep/b.xml", "<b/>");
  file("c", " <c/>");
  const Outcome outcome = send(accept, {directory_.string(), "--concurrency", "1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "3 accepted, 0 refused, 0 given up after retries\n");
  ASSERT_EQ(outcome.seen.size(), 3U);
  EXPECT_EQ(outcome.seen[0].target, "/stream/v0/data/is-1");
  EXPECT_EQ(outcome.seen[0].headers.at("content-type"), "application/json");
  EXPECT_EQ(outcome.seen[1].body, " <c/>");
  EXPECT_EQ(outcome.seen[1].headers.at("content-type"), "application/xml");
  EXPECT_EQ(outcome.seen[2].headers.at("content-type"), "application/xml");
}

TEST_F(SendTest, StandardInputIsOnePayload) {
  const Outcome outcome = send(accept, {"-", "--receipts", "--type", "json"}, R"({"a":1})");
  EXPECT_EQ(outcome.out, "R1  -\n1 accepted, 0 refused, 0 given up after retries\n");
  EXPECT_EQ(outcome.seen.at(0).body, R"({"a":1})");
}

TEST_F(SendTest, WhatIsRefusedIsNamedAndTheRestIsSent) {
  const std::string bad = file("bad.json", "{");
  const std::string good = file("good.json", "{}");
  const Outcome outcome = send(
      [](const Seen& seen) {
        return seen.body == "{" ? Answer{400, R"({"message":"The body is no JSON object."})"}
                                : accept(seen);
      },
      {bad, good});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "1 accepted, 1 refused, 0 given up after retries\n");
  EXPECT_EQ(outcome.err, "weir: " + bad + ": 400 The body is no JSON object.\n");
}

TEST_F(SendTest, ABusyServerIsGivenUpWithSix) {
  const Outcome outcome = send(
      [](const Seen&) {
        return Answer{429, "{}"};
      },
      {file("a.json", "{}"), "--retries", "2", "--json"});
  EXPECT_EQ(outcome.code, 6);
  EXPECT_EQ(outcome.seen.size(), 3U);
  EXPECT_THAT(outcome.out, HasSubstr(R"("accepted":0,"refused":0,"gave_up":1,"retried":2)"));
}

TEST_F(SendTest, ARepeatWithoutAnAnswerIsSaidToBePerhapsStoredTwice) {
  int asked = 0;
  const Outcome outcome =
      send([&](const Seen& seen) { return ++asked == 1 ? Answer{.hang_up = true} : accept(seen); },
           {file("a.json", "{}")});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("1 tries got no answer"));
}

TEST_F(SendTest, AFileThatIsNotThereIsTwoBeforeAnythingIsSent) {
  const Outcome outcome = send(accept, {file("a.json", "{}"), "/nowhere/b.json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "weir: there is no file \"/nowhere/b.json\"\n");
  EXPECT_EQ(outcome.seen.size(), 0U);
}

}  // namespace
}  // namespace weir::cli
