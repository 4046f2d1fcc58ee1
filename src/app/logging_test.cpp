#include "app/logging.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

namespace weir::app {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;

class LoggingTest : public ::testing::Test {
 protected:
  template <class Say>
  std::string said(const Say& say) {
    ::testing::internal::CaptureStderr();
    say();
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(LoggingTest, ALineOfTextHasItsMembersBehindTheMessage) {
  set_up_logging("text", "info");
  const std::string line = said([] {
    log_event(LogLevel::warning, "Slow", {{"request_id", "r-1"}, {"ms", 12}, {"why", "a \"b\" c"}});
  });
  EXPECT_THAT(line, MatchesRegex("20[0-9-]+T[0-9:]+[.][0-9][0-9][0-9]Z warning Slow .*\n"));
  EXPECT_THAT(line, EndsWith("Slow request_id=r-1 ms=12 why=\"a \\\"b\\\" c\"\n"));
}

TEST_F(LoggingTest, ALineOfJsonIsOneObjectWhateverIsSaid) {
  set_up_logging("json", "info");
  const std::string line = said([] {
    log_event(LogLevel::error, "Two\nlines, \"quoted\"", {{"request_id", "r-1"}, {"status", 500}});
  });
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto object = boost::json::parse(line).as_object();
  EXPECT_EQ(object.at("level"), "error");
  EXPECT_EQ(object.at("message"), "Two\nlines, \"quoted\"");
  EXPECT_EQ(object.at("request_id"), "r-1");
  EXPECT_EQ(object.at("status"), 500);
  const auto plain = boost::json::parse(said([] { spdlog::info("Plain {}", 1); })).as_object();
  EXPECT_EQ(plain.at("message"), "Plain 1");
  EXPECT_EQ(plain.size(), 3u);
}

TEST_F(LoggingTest, WhatOthersSentCannotReachATerminalOrBeginALine) {
  set_up_logging("text", "info");
  const std::string line = said([] {
    log_event(LogLevel::info, "Odd\npath",
              {{"path",
                "/a\x1b[2J\xff\x7f\xc2\x9b"
                "31m\r\n2027 info Fake"},
               {"ok", "/\xc3\xbc\xf0\x9f\x98\x80"}});
  });
  EXPECT_THAT(
      line,
      EndsWith("Odd\\x0apath path=\"/a\\x1b[2J\\xff\\x7f\\xc2\\x9b31m\\x0d\\x0a2027 info Fake\" "
               "ok=/\xc3\xbc\xf0\x9f\x98\x80\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST_F(LoggingTest, ALineOfJsonIsUtf8WhateverIsSaid) {
  set_up_logging("json", "info");
  for (const std::string bytes : {"\xff", "\xc3", "a\xed\xa0\x80z", "\xc0\xaf", "\xf4\x90\x80\x80",
                                  "\xe0\x80\xaf", "\x80\xc3\xbc"}) {
    const std::string line = said([&] { log_event(LogLevel::info, bytes, {{"path", bytes}}); });
    boost::json::error_code error;
    const auto object = boost::json::parse(line, error);
    ASSERT_FALSE(error) << line;
    EXPECT_THAT(std::string(object.at("path").as_string()), ::testing::HasSubstr("\\x")) << line;
  }
}

TEST_F(LoggingTest, WhatIsBelowTheLevelIsNotSaid) {
  set_up_logging("text", "warning");
  EXPECT_EQ(said([] { log_event(LogLevel::info, "Chatter", {}); }), "");
  set_up_logging("text", "debug");
  EXPECT_NE(said([] { log_event(LogLevel::debug, "Chatter", {}); }), "");
}

}  // namespace
}  // namespace weir::app
