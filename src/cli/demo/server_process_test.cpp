#include "cli/demo/server_process.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env/fake/test_directory.hpp"

namespace weir::cli::demo {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A shell script in place of weir: what it does when it is told to serve.
class ServerProcessTest : public testing::Test {
 protected:
  ServerProcess::Settings script(const std::string& text) {
    const fs::path path = directory_ / "weir";
    std::ofstream(path) << "#!/bin/sh\n" << text;
    fs::permissions(path, fs::perms::owner_all);
    return {.program = path.string(), .data = "D", .log = (directory_ / "log").string()};
  }
  const TestDirectory own_;
  const fs::path directory_ = own_.path();
};

constexpr const char* serves =
    "echo starting with \"$@\"\necho listening on http://127.0.0.1:4711\n"
    "trap 'exit 0' TERM\nwhile :; do sleep 0.01; done\n";

TEST_F(ServerProcessTest, IsReadyWhenItSaysThatItListens) {
  ServerProcess server(script(serves));
  ASSERT_TRUE(server.start());
  EXPECT_EQ(server.url(), "http://127.0.0.1:4711");
  const auto stopped = server.stop();
  EXPECT_TRUE(stopped) << stopped.error().message;
}

TEST_F(ServerProcessTest, ComesBackOnTheSamePortAfterAKill) {
  ServerProcess server(script(serves));
  ASSERT_TRUE(server.start());
  server.kill();
  EXPECT_EQ(server.pid(), -1);
  ASSERT_TRUE(server.start());
  std::ifstream log(server.log());
  const std::string said((std::istreambuf_iterator<char>(log)), std::istreambuf_iterator<char>());
  EXPECT_THAT(said, HasSubstr("starting with serve --data D --listen 127.0.0.1:0\n"));
  EXPECT_THAT(said, HasSubstr("starting with serve --data D --listen 127.0.0.1:4711\n"));
}

TEST_F(ServerProcessTest, ThatEndsInsteadIsAnErrorWithItsLastWords) {
  ServerProcess server(script("echo the data directory is locked >&2\nexit 7\n"));
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("exit code 7"));
  EXPECT_THAT(started.error().message, HasSubstr("the data directory is locked"));
}

TEST_F(ServerProcessTest, ThatEndsBadlyWhenStoppedIsAnError) {
  ServerProcess server(
      script("echo listening on http://h:1\ntrap 'exit 3' TERM\n"
             "while :; do sleep 0.01; done\n"));
  ASSERT_TRUE(server.start());
  const auto stopped = server.stop();
  ASSERT_FALSE(stopped);
  EXPECT_THAT(stopped.error().message, HasSubstr("exit code 3"));
}

TEST_F(ServerProcessTest, AProgramsOutputIsTakenAndItsFailureExplained) {
  const std::string program = script("echo \"$1\"\necho why >&2\nexit \"$2\"\n").program;
  const auto fine = run_program({program, "hello", "0"});
  ASSERT_TRUE(fine);
  EXPECT_EQ(*fine, "hello\n");
  const auto failed = run_program({program, "init", "2"});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("init` ended with exit code 2; it said:\nwhy"));
  EXPECT_THAT(run_program({"/nowhere/weir", "init"}).error().message,
              HasSubstr("could not be run"));
}

}  // namespace
}  // namespace weir::cli::demo
