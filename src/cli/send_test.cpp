#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/cli_fixture.hpp"
#include "cli/send/progress.hpp"
#include "env/fake/test_directory.hpp"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

/// Payloads in files of a directory that goes away with the test.
class SendTest : public CliTest {
 protected:
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
  static std::string key(const Outcome& outcome, std::size_t request) {
    return outcome.seen.at(request).headers.at("idempotency-key");
  }
  static std::vector<std::string> bodies(const Outcome& outcome) {
    std::vector<std::string> all;
    for (const Seen& seen : outcome.seen)
      all.push_back(seen.body);
    return all;
  }
  static Answer accept(const Seen&) { return {202, R"({"request_id":"R1"})"}; }

  const TestDirectory own_;
  const fs::path directory_ = own_.path();
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

TEST_F(SendTest, ARepeatGoesUnderTheSameIdempotencyKey) {
  int asked = 0;
  const Outcome outcome =
      send([&](const Seen& seen) { return ++asked == 1 ? Answer{.hang_up = true} : accept(seen); },
           {file("a.json", "{}")});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("1 tries got no answer and were repeated"));
  ASSERT_EQ(outcome.seen.size(), 2U);
  EXPECT_EQ(key(outcome, 0), key(outcome, 1));
  EXPECT_EQ(key(outcome, 0).size(), 16U + 1 + 32);
}

TEST_F(SendTest, EveryLineOfNdjsonIsAPayloadWithAKeyOfItsOwn) {
  const std::string path = file("events.ndjson", "{\"a\":1}\n\n{\"a\":2}\r\n{\"a\":1}");
  const Outcome outcome = send(accept, {path, "--concurrency", "1", "--receipts"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(bodies(outcome), ElementsAre("{\"a\":1}", "{\"a\":2}", "{\"a\":1}"));
  EXPECT_NE(key(outcome, 0), key(outcome, 2)) << "the same content again is another payload";
  EXPECT_THAT(outcome.out, HasSubstr("R1  " + path + ":3\n"));
}

TEST_F(SendTest, LinesAreSplitOnStandardInputWhenAskedFor) {
  const Outcome outcome = send(accept, {"-", "--lines", "--concurrency", "1"}, "{}\n<a/>\n");
  EXPECT_THAT(bodies(outcome), ElementsAre("{}", "<a/>"));
  EXPECT_EQ(outcome.seen[1].headers.at("content-type"), "application/xml");
  EXPECT_THAT(bodies(send(accept, {"-"}, "{\n}\n")), ElementsAre("{\n}\n"));
}

TEST_F(SendTest, WhatWasCutOffIsResumedWhereItWasUnderTheSameKeys) {
  const std::string events = file("events.ndjson", "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  const std::string state = (directory_ / "state").string();
  const std::vector<std::string> words{events, "--resume",      state, "--retries",
                                       "0",    "--concurrency", "1"};
  const auto busy_from_two = [](const Seen& seen) {
    return seen.body.find('2') != std::string::npos ? Answer{503, "{}"} : accept(seen);
  };
  const Outcome first = send(busy_from_two, words);
  EXPECT_EQ(first.code, 6);
  EXPECT_EQ(first.seen.size(), 4U);
  const Outcome second = send(accept, words);
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(bodies(second), ElementsAre("{\"n\":2}", "{\"n\":3}"));
  EXPECT_EQ(key(second, 0), key(first, 2));
  EXPECT_EQ(key(second, 1), key(first, 3)) << "the server knows that it has this one";
  EXPECT_THAT(second.out, HasSubstr("2 were done before"));
  EXPECT_EQ(send(accept, words).seen.size(), 0U) << "all is done";
  std::ofstream(events, std::ios::app) << "{\"n\":4}\n";
  EXPECT_THAT(bodies(send(accept, words)), ElementsAre("{\"n\":4}")) << "what was added is sent";
}

TEST_F(SendTest, ARefusedPayloadIsDoneWithAndDoesNotHoldUpTheRest) {
  const std::string events = file("events.ndjson", "[]\n{}\n");
  const std::string state = (directory_ / "state").string();
  const auto strict = [](const Seen& seen) {
    return seen.body == "[]" ? Answer{400, R"({"message":"No object."})"} : accept(seen);
  };
  EXPECT_EQ(send(strict, {events, "--resume", state}).code, 2);
  EXPECT_EQ(send(strict, {events, "--resume", state}).seen.size(), 0U);
}

TEST_F(SendTest, AResumeFileOfOtherThingsIsRefusedBeforeAnythingIsSent) {
  const std::string events = file("a.ndjson", "{}\n");
  const std::string state = (directory_ / "state").string();
  EXPECT_EQ(send(accept, {events, "--resume", state}).code, 0);
  const Outcome elsewhere = send(accept, {file("b.ndjson", "{}\n"), "--resume", state});
  EXPECT_EQ(elsewhere.code, 2);
  EXPECT_EQ(elsewhere.seen.size(), 0U);
  EXPECT_THAT(elsewhere.err, HasSubstr("a.ndjson:1"));
  const Outcome rubbish = send(accept, {events, "--resume", events});
  EXPECT_EQ(rubbish.code, 2);
  EXPECT_THAT(rubbish.err, HasSubstr("is none of weir send"));
  const Outcome nowhere = send(accept, {events, "--resume", "/nowhere/state"});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_EQ(nowhere.seen.size(), 0U);
}

TEST_F(SendTest, ATerminalSeesHowFarItIsAndAPipeDoesNot) {
  const std::string path = file("a.json", "{}");
  EXPECT_EQ(send(accept, {path}).err, "");
  is_interactive_ = true;
  EXPECT_THAT(
      send(accept, {path}).err,
      AllOf(HasSubstr("[==============================] 100%  1 sent"), EndsWith("\r\x1b[K")));
  EXPECT_EQ(send(accept, {path, "--no-progress"}).err, "");
  EXPECT_EQ(send(accept, {path, "--json"}).err, "");
}

TEST(ProgressLine, HasABarOnlyWhereTheEndIsKnown) {
  EXPECT_EQ(progress_line({.accepted = 1500, .failed = 0, .bytes = 50, .bytes_total = 100}, 3),
            "[===============>              ]  50%  1,500 sent  500/s");
  EXPECT_EQ(progress_line({.accepted = 7, .failed = 2, .bytes = 50, .bytes_total = 0}, 0.1),
            "7 sent  2 failed");
}

TEST_F(SendTest, AFileThatIsNotThereIsTwoBeforeAnythingIsSent) {
  const Outcome outcome = send(accept, {file("a.json", "{}"), "/nowhere/b.json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "weir: there is no file \"/nowhere/b.json\"\n");
  EXPECT_EQ(outcome.seen.size(), 0U);
}

}  // namespace
}  // namespace weir::cli
