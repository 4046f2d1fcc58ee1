#include "catalog/cross_origin.hpp"

#include "pipeline/gateway/gateway_fixture.hpp"

/// Web pages send from a browser where their tenant allows it, and nowhere else.
namespace weir::gateway {
namespace {

using ::testing::HasSubstr;

class CrossOriginTest : public GatewayTest {
 protected:
  void allow(const std::vector<std::string>& origins) {
    for (const char* id : {"is-json", "is-xml", "is-open", "is-checked"})
      snapshot_.streams[id].cross_origin = catalog::CrossOrigin::of(origins);
    publish();
  }
  ReadReply preflight(const std::string& origin, const std::string& stream = "is-json") {
    client_->send("OPTIONS /stream/v0/data/" + stream +
                  " HTTP/1.1\r\nHost: h\r\norigin: " + origin +
                  "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: "
                  "authorization,content-type\r\n\r\n");
    auto reply = client_->read();
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(reply.headers.at("Allow"), "POST, OPTIONS");
    return reply;
  }
  static bool has_cors(const ReadReply& reply) {
    for (const auto& [name, value] : reply.headers)
      if (name.starts_with("Access-Control-")) return true;
    return false;
  }
  static RequestParts from(const std::string& origin) {
    return {.more = "Origin: " + origin + "\r\n"};
  }

  const std::string page_ = "https://app.example.org";
};

TEST_F(CrossOriginTest, IsOffByDefault) {
  EXPECT_FALSE(has_cors(preflight(page_)));
  const auto reply = accepted(from(page_));
  EXPECT_FALSE(has_cors(reply));
  EXPECT_FALSE(reply.headers.contains("Vary"));
}

TEST_F(CrossOriginTest, AnAllowedPageMaySendAndReadEveryAnswer) {
  allow({"http://localhost:3000", page_});
  const auto asked = preflight(page_);
  EXPECT_EQ(asked.headers.at("Access-Control-Allow-Origin"), page_);
  EXPECT_EQ(asked.headers.at("Access-Control-Allow-Methods"), "POST");
  EXPECT_THAT(asked.headers.at("Access-Control-Allow-Headers"),
              HasSubstr("Authorization, Content-Type"));
  EXPECT_EQ(asked.headers.at("Access-Control-Max-Age"), "7200");
  EXPECT_EQ(asked.headers.at("Vary"), "Origin");
  const auto readable = [&](const ReadReply& reply, int status) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.headers.at("Access-Control-Allow-Origin"), page_) << status;
    EXPECT_EQ(reply.headers.at("Vary"), "Origin") << status;
    EXPECT_THAT(reply.headers.at("Access-Control-Expose-Headers"), HasSubstr("Retry-After"));
    EXPECT_FALSE(reply.headers.contains("Access-Control-Allow-Credentials"));
  };
  readable(accepted(from(page_)), 202);
  RequestParts parts = from(page_);
  parts.authorization = "X: y\r\n";
  readable(refused(parts), 401);
  parts = from(page_);
  parts.content_type = "Content-Type: text/plain\r\n";
  readable(refused(parts), 415);
  parts = from(page_);
  parts.body = "[]";
  readable(refused(parts), 400);
  parts.method = "PUT";
  readable(refused(parts), 405);
  log_.refuse(Errc::disk_full);
  readable(refused(from(page_)), 503);
}

TEST_F(CrossOriginTest, WhatTheServerItselfRefusesIsReadableToo) {
  allow({page_});
  request_timeout_ = std::chrono::milliseconds(30);
  restart();
  const auto refused_with = [&](const std::string& origin, const std::string& framing) {
    RequestParts parts = from(origin);
    parts.body.clear();
    std::string head = text(parts);
    const std::string length = "Content-Length: 0\r\n";
    head.replace(head.find(length), length.size(), framing.substr(0, framing.find('|')));
    auto client = connect();
    client->send(head + framing.substr(framing.find('|') + 1));
    return client->read();
  };
  const std::vector<std::pair<int, std::string>> cases{
      {413, "Content-Length: 1001\r\n|"},
      {413, "Content-Length: 99999999999\r\n|"},
      {413, "Transfer-Encoding: chunked\r\n|400\r\n"},
      {400, "Transfer-Encoding: chunked\r\n|no chunk\r\n"},
      {408, "Content-Length: 10\r\n|{"},
  };
  for (const auto& [status, framing] : cases) {
    const auto reply = refused_with(page_, framing);
    EXPECT_EQ(reply.status, status) << framing;
    EXPECT_TRUE(reply.headers.contains("Access-Control-Allow-Origin")) << framing;
    const auto elsewhere = refused_with("https://evil.example.org", framing);
    EXPECT_EQ(elsewhere.status, status) << framing;
    EXPECT_FALSE(has_cors(elsewhere)) << framing;
  }
}

TEST_F(CrossOriginTest, AnotherPageIsToldNothing) {
  allow({page_});
  const auto asked = preflight("https://evil.example.org");
  EXPECT_FALSE(has_cors(asked));
  EXPECT_EQ(asked.headers.at("Vary"), "Origin");
  EXPECT_FALSE(has_cors(accepted(from("https://app.example.org.evil.org"))));
  EXPECT_FALSE(has_cors(accepted({}))) << "and neither is who is no page";
  EXPECT_FALSE(has_cors(preflight(page_, "is-rival"))) << "another tenant's stream";
  EXPECT_FALSE(has_cors(preflight(page_, "is-nothing")));
}

TEST_F(CrossOriginTest, AnyPageMeansAny) {
  allow({"*"});
  EXPECT_EQ(preflight(page_).headers.at("Access-Control-Allow-Origin"), "*");
  const auto reply = accepted(from("null"));
  EXPECT_EQ(reply.headers.at("Access-Control-Allow-Origin"), "*");
  EXPECT_FALSE(reply.headers.contains("Access-Control-Allow-Credentials"));
}

TEST_F(CrossOriginTest, AnswersThatWaitForTheDiskAreEachForTheirPage) {
  allow({"http://a.example", "http://b.example"});
  auto other = connect();
  client_->send(text(from("http://a.example")));
  other->send(text(from("http://b.example")));
  log_.commit(2);
  EXPECT_EQ(client_->read().headers.at("Access-Control-Allow-Origin"), "http://a.example");
  EXPECT_EQ(other->read().headers.at("Access-Control-Allow-Origin"), "http://b.example");
}

}  // namespace
}  // namespace weir::gateway
