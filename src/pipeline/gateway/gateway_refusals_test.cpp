#include <charconv>

#include <gmock/gmock.h>

#include "base/receipt.hpp"
#include "pipeline/gateway/gateway_fixture.hpp"
#include "pipeline/gateway/test_compression.hpp"

/// What is compressed, slow, too much or too fast, and a disk that does not keep up.
namespace weir::gateway {
namespace {

using ::testing::HasSubstr;

/// Of no type, so that nothing empty ever waits for the batcher.
TEST_F(GatewayTest, AnEmptyBodyIsA400) {
  for (const char* stream : {"is-json", "is-xml"})
    for (const std::string& body : {std::string(), gzip_compressed("")}) {
      const std::string type =
          std::string_view(stream) == "is-xml" ? xml_type : "Content-Type: application/json\r\n";
      const std::string coding = body.empty() ? "" : "Content-Encoding: gzip\r\n";
      const auto reply =
          refused({.stream = stream, .content_type = type, .more = coding, .body = body});
      EXPECT_EQ(reply.status, 400) << stream << " " << coding;
      EXPECT_THAT(reply.body, HasSubstr("empty"));
    }
}

TEST_F(GatewayTest, RefusalsAreCountedForWhoMaySend) {
  using testing::Pair;
  using testing::UnorderedElementsAre;
  refused({.authorization = "Authorization: Bearer x\r\n"});
  refused({.authorization = "Authorization: Bearer " + mint("tak-operator") + "\r\n"});
  refused({.tenant = ""});
  refused({.stream = "is-rival"});
  refused({.stream = "is-none"});
  refused({.method = "PUT"});
  EXPECT_EQ(accepted({}).status, 202);
  EXPECT_THAT(gateway_->take_refusals(), testing::IsEmpty()) << "not of whoever may not send";
  EXPECT_EQ(refused({.body = "no JSON"}).status, 400);
  EXPECT_EQ(refused({.body = ""}).status, 400);
  EXPECT_EQ(refused({.content_type = "Content-Type: text/csv\r\n"}).status, 415);
  EXPECT_EQ(refused({.body = std::string(2000, ' ')}).status, 413);
  client_ = connect();
  EXPECT_EQ(refused({.stream = "is-xml", .content_type = xml_type, .body = ""}).status, 400);
  EXPECT_THAT(gateway_->take_refusals(),
              UnorderedElementsAre(Pair(StreamNo{1}, 4), Pair(StreamNo{2}, 1)));
  EXPECT_THAT(gateway_->take_refusals(), testing::IsEmpty()) << "taken once";
}

TEST_F(GatewayTest, HeadIsA405WithoutItsBodyAndOptionsSayWhatThereIs) {
  client_->send(text({.method = "HEAD"}));
  const auto head = client_->read(true);
  EXPECT_EQ(head.status, 405);
  EXPECT_NE(head.headers.at("Content-Length"), "0");
  client_->send("OPTIONS /stream/v0/data/is-json HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto options = client_->read();
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at("Allow"), "POST, OPTIONS");
  EXPECT_EQ(accepted({}).status, 202) << "and the connection goes on";
}

TEST_F(GatewayTest, AHeadOrABodyThatDoesNotArriveIsA408) {
  request_timeout_ = std::chrono::milliseconds(20);
  restart();
  const std::string whole = text({});
  for (const std::size_t bytes : {std::size_t{30}, whole.size() - 1}) {
    auto client = connect();
    client->send(whole.substr(0, bytes));
    const auto reply = client->read();
    EXPECT_EQ(reply.status, 408) << bytes;
    EXPECT_EQ(reply.headers.at("Connection"), "close");
    EXPECT_TRUE(is_documented(reply));
  }
}

TEST_F(GatewayTest, AHeadOverItsBoundsIsA431) {
  std::string lines;
  for (std::uint32_t i = 0; i < limits::header_fields_max; ++i)
    lines += "X: y\r\n";
  for (const std::string& more :
       {lines, "X: " + std::string(limits::header_bytes_max, 'x') + "\r\n"}) {
    auto client = connect();
    client->send(text({.more = more}));
    const auto reply = client->read();
    EXPECT_EQ(reply.status, 431);
    EXPECT_EQ(reply.headers.at("Connection"), "close");
    EXPECT_TRUE(is_documented(reply));
  }
}

TEST_F(GatewayTest, AFaultOfTheServersIsA500) {
  client_->send(text({.stream = "is-checked", .content_type = xml_type, .body = "out of memory"}));
  const auto reply = client_->read();
  EXPECT_EQ(reply.status, 500);
  EXPECT_TRUE(is_documented(reply));
  client_ = connect();
  EXPECT_EQ(accepted({}).status, 202);
}

std::string coding(const std::string& name) {
  return "Content-Encoding: " + name + "\r\n";
}

TEST_F(GatewayTest, CompressedPayloadsAreKeptExpanded) {
  const std::string body = "{\"a\": \"" + std::string(900, 'x') + "\"}";
  const std::string line = "{\"a\":\"" + std::string(900, 'x') + "\"}";
  for (const auto& [name, how] :
       {std::pair{"gzip", Coding::gzip}, std::pair{"zstd", Coding::zstd},
        std::pair{"GZIP", Coding::gzip}, std::pair{"x-gzip", Coding::gzip},
        std::pair{"identity", Coding::identity}}) {
    EXPECT_EQ(accepted({.more = coding(name), .body = compressed(how, body)}).status, 202) << name;
    EXPECT_EQ(log_.kept().back().body, line);
  }
  EXPECT_EQ(accepted({.stream = "is-xml",
                      .content_type = xml_type,
                      .more = coding("gzip"),
                      .body = gzip_compressed("<a> b </a>")})
                .status,
            202);
  EXPECT_EQ(log_.kept().back().body, "<a> b </a>");
}

TEST_F(GatewayTest, ACompressedBodyMayComeInChunks) {
  const std::string body = gzip_compressed("{\"a\": 1}");
  char size[8];
  *std::to_chars(size, size + sizeof size, body.size(), 16).ptr = '\0';
  client_->send(
      "POST /stream/v0/data/is-json HTTP/1.1\r\nHost: h\r\nTenant: acme\r\n"
      "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
      "Transfer-Encoding: chunked\r\nAuthorization: Bearer " +
      token_ + "\r\n\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n");
  log_.commit(1);
  EXPECT_EQ(client_->read().status, 202);
  EXPECT_EQ(log_.kept()[0].body, "{\"a\":1}");
}

TEST_F(GatewayTest, ABombIsA413AndWhatIsNotItsCodingIsA400) {
  for (const auto& [name, how] :
       {std::pair{"gzip", Coding::gzip}, std::pair{"zstd", Coding::zstd}}) {
    const std::string bomb = compressed(how, std::string(500'000, ' '));
    ASSERT_LT(bomb.size(), 1000u);
    const auto reply = refused({.more = coding(name), .body = bomb});
    EXPECT_EQ(reply.status, 413);
    EXPECT_THAT(reply.body, HasSubstr("1000 bytes"));
    EXPECT_EQ(refused({.more = coding(name)}).status, 400);
    EXPECT_EQ(refused({.more = coding(name), .body = ""}).status, 400);
    const std::string whole = compressed(how, "{}");
    EXPECT_EQ(refused({.more = coding(name), .body = whole.substr(0, whole.size() - 1)}).status,
              400);
    const auto checked = refused({.more = coding(name), .body = compressed(how, "{\"a\":x}")});
    EXPECT_EQ(checked.status, 400);
    EXPECT_THAT(checked.body, HasSubstr("line 1, column 6 (byte 5)"));
  }
}

TEST_F(GatewayTest, AnUnknownOrRepeatedCodingIsA415BeforeTheBodyIsLookedAt) {
  for (const std::string& more :
       {coding("br"), coding("deflate"), coding("gzip, gzip"), coding("gzip") + coding("gzip"),
        coding("identity") + coding("gzip")}) {
    const auto reply = refused({.more = more, .body = "not even JSON"});
    EXPECT_EQ(reply.status, 415) << more;
    EXPECT_EQ(reply.headers.at("Accept-Encoding"), "gzip, zstd");
  }
}

TEST_F(GatewayTest, OverItsRateAStreamIsA429ThatSaysWhenToComeBack) {
  snapshot_.streams["is-json"].rate_limit = {2, 3};
  publish();
  for (int left = 2; left >= 0; --left) {
    const auto reply = accepted({});
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(reply.headers.at("RateLimit-Remaining"), std::to_string(left));
    EXPECT_EQ(reply.headers.at("RateLimit-Policy"), "\"stream\";q=2;w=1;burst=3");
  }
  const auto reply = refused({});
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.at("Retry-After"), "1");
  EXPECT_EQ(reply.headers.at("RateLimit"), "\"stream\";r=0;t=2");
  EXPECT_EQ(reply.headers.at("RateLimit-Limit"), "2");
  EXPECT_EQ(reply.headers.at("RateLimit-Reset"), "2");
  EXPECT_THAT(reply.body, HasSubstr("Stream is-json takes 2 requests a second"));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(accepted({}).status, 202);
  EXPECT_EQ(accepted({}).status, 202);
  EXPECT_EQ(refused({}).status, 429);
  snapshot_.streams["is-json"].rate_limit = {};
  publish();
  EXPECT_FALSE(accepted({}).headers.contains("RateLimit"));
}

TEST_F(GatewayTest, RefusalsOtherThanForTheRateCostATokenOnlyOnceTheCallerIsKnown) {
  snapshot_.streams["is-json"].rate_limit = {1, 1};
  publish();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(refused({.authorization = "X: y\r\n"}).status, 401);
  EXPECT_EQ(refused({.body = "not JSON"}).status, 400);
  EXPECT_EQ(refused({}).status, 429);
}

TEST_F(GatewayTest, ATenantsStreamsShareItsRateAndOthersHaveTheirOwn) {
  limits_.tenant_rate = {1, 2};
  restart();
  EXPECT_EQ(accepted({}).status, 202);
  EXPECT_EQ(accepted({.stream = "is-xml", .content_type = xml_type, .body = "<a/>"}).status, 202);
  const auto reply = refused({});
  EXPECT_EQ(reply.status, 429);
  EXPECT_THAT(reply.body, HasSubstr("Tenant acme takes 1 requests a second"));
  add_key("tak-rival", 2, catalog::Policies(catalog::Policy::streaming_ingest_write));
  publish();
  token_ = mint("tak-rival");
  EXPECT_EQ(accepted({.stream = "is-rival", .tenant = "Tenant: rival\r\n"}).status, 202);
}

TEST_F(GatewayTest, AThrottledBodyIsNotWaitedFor) {
  snapshot_.streams["is-json"].rate_limit = {1, 1};
  publish();
  EXPECT_EQ(accepted({}).status, 202);
  const std::string whole = text({.body = std::string(999, ' ')});
  client_->send(whole.substr(0, whole.size() - 999));
  const auto reply = client_->read();
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.at("Connection"), "close");
}

TEST_F(GatewayTest, ACommitThatStallsIsA504AndItsLateFateIsNobodysReply) {
  limits_.commit_timeout = std::chrono::milliseconds(250);
  restart();
  client_->send(text({.body = R"({"n":1})"}));
  log_.wait_for(1);
  const auto reply = client_->read();
  EXPECT_EQ(reply.status, 504);
  EXPECT_TRUE(is_documented(reply));
  EXPECT_THAT(reply.body, HasSubstr("may have been stored nevertheless"));
  // While it stalls, nothing more is put in the queue.
  client_->send(text({.body = R"({"n":2})"}));
  const auto shed = client_->read();
  EXPECT_EQ(shed.status, 503);
  EXPECT_TRUE(is_documented(shed));
  EXPECT_THAT(shed.body, HasSubstr("The disk does not answer"));
  EXPECT_EQ(log_.waiting(), 1u);
  log_.commit(1);
  wait_until_none_is_in_flight();
  const auto next = accepted({.body = R"({"n":3})"});
  EXPECT_EQ(next.status, 202);
  const Address second{StreamNo{1}, PartitionNo{0}, Sequence{2}};
  EXPECT_THAT(next.body, HasSubstr(std::string(view(encode_receipt(second)))));
}

TEST_F(GatewayTest, AStalledFirstPayloadStillBindsItsStreamWhenItIsStoredAfterAll) {
  limits_.commit_timeout = std::chrono::milliseconds(250);
  restart();
  client_->send(text({.stream = "is-open", .content_type = xml_type, .body = "<a/>"}));
  log_.wait_for(1);
  EXPECT_EQ(client_->read().status, 504);
  log_.commit(1);
  wait_until_none_is_in_flight();
  EXPECT_EQ(refused({.stream = "is-open"}).status, 400);
}

TEST_F(GatewayTest, AFullDiskIsA503UntilThereIsRoom) {
  log_.refuse(Errc::disk_full);
  for (int i = 0; i < 3; ++i) {
    const auto reply = refused({});
    EXPECT_EQ(reply.status, 503);
    EXPECT_THAT(reply.body, HasSubstr("no disk space left"));
  }
  log_.refuse(std::nullopt);
  EXPECT_EQ(accepted({}).status, 202);
}

}  // namespace
}  // namespace weir::gateway
