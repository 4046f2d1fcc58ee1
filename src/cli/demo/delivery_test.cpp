#include "cli/demo/delivery.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake/fake_server.hpp"
#include "env/fake/test_directory.hpp"

namespace weir::cli::demo {
namespace {

namespace fs = std::filesystem;
using fake::Answer;
using fake::FakeServer;
using fake::Seen;

/// The process that is killed is a shell script that names the address of a fake server, which
/// stays: what is tested is who is sent what, and when the kill comes.
class DeliveryTest : public testing::Test {
 protected:
  ServerProcess::Settings script(const std::string& text) {
    const fs::path path = directory_ / "weir";
    std::ofstream(path) << "#!/bin/sh\n" << text;
    fs::permissions(path, fs::perms::owner_all);
    return {.program = path.string(), .data = "D", .log = (directory_ / "log").string()};
  }
  std::string serves() const {
    return "echo listening on " + server_.url() +
           "\ntrap 'exit 0' TERM\nwhile :; do sleep 0.01; done\n";
  }
  static std::vector<Payload> payloads(std::size_t first, std::size_t late) {
    std::vector<Payload> made(first + late);
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i].stream = i % 2 == 0 ? Stream::github : Stream::sales;
      made[i].body = std::to_string(i);
      made[i].late = i >= first;
    }
    return made;
  }
  static DeliverySettings settings(std::uint64_t kill_after) {
    return {.connections = 4,
            .kill_after = kill_after,
            .tenant = "demo",
            .sleep = [](std::chrono::milliseconds) {}};
  }

  int requests_ = 0;
  FakeServer server_{[this](const Seen& seen) {
    // Now and then the answer is lost on its way.
    if (++requests_ % 20 == 0) return Answer{.hang_up = true};
    return Answer{202, R"({"request_id":"R)" + seen.body + R"("})"};
  }};
  const TestDirectory own_;
  const fs::path directory_ = own_.path();
  Workspace workspace_{.ingest_token = "T",
                       .stream_ids = {"is-0", "is-1", "is-2", "is-3"},
                       .courier_ids = {},
                       .feed_ids = {}};
};

TEST_F(DeliveryTest, EveryPayloadOfTheWaveIsAcceptedAcrossAKill) {
  ServerProcess process(script(serves()));
  ASSERT_TRUE(process.start());
  const auto sent = payloads(200, 5);
  std::vector<SendResult> results(sent.size());
  const auto delivery = deliver(process, workspace_, sent, false, settings(100), results);
  ASSERT_TRUE(delivery) << delivery.error().message;
  EXPECT_TRUE(delivery->killed);
  EXPECT_GE(delivery->accepted_before_kill, 100U);
  std::uint32_t unanswered = 0;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(results[i].accepted, !sent[i].late) << i;
    if (results[i].accepted) {
      EXPECT_EQ(results[i].receipt, "R" + sent[i].body);
    }
    unanswered += results[i].unanswered;
  }
  EXPECT_GT(unanswered, 0U);
  EXPECT_EQ(server_.seen().size(), 200 + unanswered) << "each lost answer is one more try";
}

TEST_F(DeliveryTest, AWaveGoesToItsStreamsWithTheirTypes) {
  ServerProcess process(script(serves()));
  ASSERT_TRUE(process.start());
  const auto sent = payloads(3, 2);
  std::vector<SendResult> results(sent.size());
  const auto delivery = deliver(process, workspace_, sent, true, settings(0), results);
  ASSERT_TRUE(delivery) << delivery.error().message;
  EXPECT_FALSE(delivery->killed);
  std::map<std::string, std::string> types;
  for (const Seen& seen : server_.seen())
    types[seen.target] = seen.headers.at("content-type");
  EXPECT_EQ(types,
            (std::map<std::string, std::string>{{"/stream/v0/data/is-0", "application/json"},
                                                {"/stream/v0/data/is-2", "application/xml"}}));
}

TEST_F(DeliveryTest, AServerThatDoesNotComeBackIsAnErrorAndEndsTheSending) {
  ServerProcess process(
      script("[ -e \"$0.once\" ] && { echo no more >&2; exit 7; }\n"
             "touch \"$0.once\"\n" +
             serves()));
  ASSERT_TRUE(process.start());
  const auto sent = payloads(200, 0);
  std::vector<SendResult> results(sent.size());
  const auto delivery = deliver(process, workspace_, sent, false, settings(50), results);
  ASSERT_FALSE(delivery);
  EXPECT_THAT(delivery.error().message, testing::HasSubstr("after the kill"));
  EXPECT_THAT(delivery.error().message, testing::HasSubstr("no more"));
}

}  // namespace
}  // namespace weir::cli::demo
