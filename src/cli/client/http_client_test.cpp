#include "cli/client/http_client.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake/fake_server.hpp"

namespace weir::cli {
namespace {

using fake::Answer;
using fake::FakeServer;
using fake::Seen;
using testing::HasSubstr;

HttpClient client_of(const FakeServer& server,
                     std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
  return HttpClient(*parse_url(server.url()), timeout);
}

TEST(Url, IsReadWithItsDefaults) {
  const auto url = parse_url("http://weir.example.org/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "weir.example.org");
  EXPECT_EQ(url->port, "80");
  EXPECT_EQ(url->prefix, "");
}

TEST(Url, KeepsPortPrefixAndIpv6Brackets) {
  EXPECT_EQ(parse_url("http://[::1]:8080/weir/")->text(), "http://[::1]:8080/weir");
  EXPECT_EQ(parse_url("http://127.0.0.1:8080")->text(), "http://127.0.0.1:8080");
  EXPECT_EQ(parse_url("https://weir.example.org/a")->text(), "https://weir.example.org:443/a");
}

TEST(Url, ThatIsNoneIsRefusedWithAnExample) {
  for (const char* text : {"127.0.0.1:8080", "ftp://x", "http://", "http://:80", "http://a:b",
                           "http://a:123456", "http://[::1"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::bad_request);
    EXPECT_THAT(url.error().message, HasSubstr(text));
  }
  EXPECT_THAT(parse_url("ftp://weir.example.org").error().message, HasSubstr("https://"));
}

TEST(PercentEncode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("GitHub:Job Steps/ü"), "GitHub%3AJob%20Steps%2F%C3%BC");
  EXPECT_EQ(percent_encode("is-2hzqsgX1E._~"), "is-2hzqsgX1E._~");
}

TEST(HttpClient, SendsOneConnectionsRequestsOneAfterTheOther) {
  FakeServer server([](const Seen&) {
    return Answer{202, R"({"ok":true})", {{"Retry-After", "3"}}};
  });
  HttpClient client = client_of(server);
  const auto first = client.exchange({"POST", "/a", {{"Content-Type", "text/plain"}}, "hello"});
  const auto second = client.exchange({"GET", "/b?c=d", {}, ""});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->status, 202);
  EXPECT_EQ(first->headers.at("retry-after"), "3");
  EXPECT_EQ(first->body, R"({"ok":true})");
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].body, "hello");
  EXPECT_EQ(seen[0].headers.at("content-length"), "5");
  EXPECT_EQ(seen[1].target, "/b?c=d");
  EXPECT_EQ(seen[1].connection, 1);
}

TEST(HttpClient, MakesANewConnectionWhenTheOldOneWasClosed) {
  FakeServer server([](const Seen&) { return Answer{.headers = {{"Connection", "close"}}}; });
  HttpClient client = client_of(server);
  ASSERT_TRUE(client.exchange({"POST", "/a", {}, "x"}));
  ASSERT_TRUE(client.exchange({"POST", "/b", {}, "x"}));
  EXPECT_EQ(server.seen()[1].connection, 2);
}

TEST(HttpClient, SaysThatNothingWasSentWhenThereIsNoServer) {
  std::string url;
  {
    url = FakeServer([](const Seen&) { return Answer{}; }).url();
  }
  const auto reply = HttpClient(*parse_url(url)).exchange({});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::unavailable);
  EXPECT_EQ(reply.error().message,
            "cannot connect to " + url + ": Connection refused; is `weir serve` running?");
}

TEST(HttpClient, RepeatsNothingOnAKeptConnectionThatEndsWithoutAnAnswer) {
  for (const std::string body : {"", "x", "a longer body, which is written at once, too"}) {
    FakeServer server([](const Seen& seen) { return Answer{.hang_up = seen.target == "/b"}; });
    HttpClient client = client_of(server);
    ASSERT_TRUE(client.exchange({"POST", "/a", {}, "x"}));
    const auto reply = client.exchange({"POST", "/b", {}, body});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::request_timeout);
    EXPECT_EQ(server.seen().size(), 2U) << body;
    EXPECT_TRUE(client.exchange({"POST", "/c", {}, body})) << "the next one finds a new connection";
  }
}

TEST(HttpClient, AsksWithEveryMethodAsItIsAndAddsNothing) {
  FakeServer server([](const Seen&) { return Answer{}; });
  HttpClient client = client_of(server);
  ASSERT_TRUE(client.exchange({"DELETE", "/a", {}, ""}));
  ASSERT_TRUE(
      client.exchange({"PATCH", "/b/../c%2Fd", {{"Content-Type", "application/json"}}, "{}"}));
  ASSERT_TRUE(client.exchange({"PUT", "/e", {}, std::string(2 << 20, 'x')}));
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].method, "DELETE");
  EXPECT_EQ(seen[0].headers.count("content-type"), 0U);
  EXPECT_EQ(seen[1].method, "PATCH");
  EXPECT_EQ(seen[1].target, "/b/../c%2Fd");
  EXPECT_EQ(seen[1].headers.at("content-type"), "application/json");
  EXPECT_EQ(seen[2].body.size(), std::size_t{2 << 20});
  EXPECT_EQ(seen[2].headers.count("expect"), 0U);
}

TEST(HttpClient, WaitsForAnAnswerNoLongerThanItIsTold) {
  FakeServer server([](const Seen&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    return Answer{};
  });
  const auto reply =
      client_of(server, std::chrono::milliseconds(100)).exchange({"POST", "/", {}, "x"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::request_timeout);
  EXPECT_THAT(reply.error().message, HasSubstr("did not answer within"));
}

TEST(HttpClient, SaysThatSomethingMayHaveBeenDoneWhenTheAnswerNeverCame) {
  FakeServer server([](const Seen&) { return Answer{.hang_up = true}; });
  const auto reply = client_of(server).exchange({"POST", "/a", {}, "x"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::request_timeout);
  EXPECT_THAT(reply.error().message, HasSubstr("may have been done"));
  EXPECT_EQ(server.seen().size(), 1U) << "a POST is never repeated behind the caller's back";
}

}  // namespace
}  // namespace weir::cli
