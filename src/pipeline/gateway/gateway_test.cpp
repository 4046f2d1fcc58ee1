#include "pipeline/gateway/gateway.hpp"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "base/receipt.hpp"
#include "pipeline/gateway/gateway_fixture.hpp"

namespace weir::gateway {
namespace {

using ::testing::HasSubstr;

TEST_F(GatewayTest, A202CarriesTheReceiptAndTheLogHasOneLine) {
  const auto reply = accepted({.more = "Idempotency-Key: order-7\r\n",
                               .body = " {\"b\" : 2.50,\n \"a\":\"x y\\u00e9\"}\n"});
  EXPECT_EQ(reply.status, 202);
  const Address address{StreamNo{1}, PartitionNo{0}, Sequence{1}};
  EXPECT_EQ(reply.body, "{\"status\":202,\"request_id\":\"" +
                            std::string(view(encode_receipt(address))) + "\"}");
  EXPECT_EQ(reply.headers.at("Content-Type"), "application/json");
  ASSERT_EQ(log_.kept().size(), 1u);
  const auto kept = log_.kept()[0];
  EXPECT_EQ(kept.body, R"({"b":2.50,"a":"x y\u00e9"})");
  EXPECT_EQ(kept.stream, StreamNo{1});
  EXPECT_EQ(kept.type, PayloadType::json);
  EXPECT_EQ(kept.idempotency_key, "order-7");
}

TEST_F(GatewayTest, Nothing202IsSaidBeforeTheLogHasSpoken) {
  client_->send(text({}));
  log_.wait_for(1);
  // A second client is served meanwhile, so the first one's silence is not slowness.
  auto second = connect();
  second->send(text({.method = "GET"}));
  EXPECT_EQ(second->read().status, 405);
  EXPECT_EQ(gateway_->stats().in_flight, 1u);
  EXPECT_EQ(gateway_->stats().replies[http::StatusCounters::index_of(202)], 0u);
  log_.commit(1);
  EXPECT_EQ(client_->read().status, 202);
  EXPECT_EQ(gateway_->stats().in_flight, 0u);
}

TEST_F(GatewayTest, AnotherMethodIsA405ThatNamesPost) {
  const auto reply = refused({.method = "PUT"});
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.headers.at("Allow"), "POST, OPTIONS");
}

TEST_F(GatewayTest, NoTokenOrABadOneIsA401) {
  for (const std::string authorization :
       {"Authorization: Basic abc\r\n", "Authorization: Bearer\r\n", "Authorization: Bearer  \r\n",
        "Authorization: Bearer not.a.token\r\n", "X: y\r\n"}) {
    const auto reply = refused({.authorization = authorization});
    EXPECT_EQ(reply.status, 401) << authorization;
    EXPECT_EQ(reply.headers.at("WWW-Authenticate"), "Bearer");
  }
  EXPECT_EQ(refused({.authorization = "Authorization: Bearer " + token_ + "x\r\n"}).status, 401);
  EXPECT_EQ(accepted({.authorization = "authorization: bEARER " + token_ + "\r\n"}).status, 202);
}

TEST_F(GatewayTest, AnExpiredTokenIsA401AlsoWhenItWasGoodBefore) {
  token_ = mint("tak-writer", clock_.now() + std::chrono::seconds(10));
  EXPECT_EQ(accepted({}).status, 202);
  EXPECT_EQ(accepted({}).status, 202);
  EXPECT_EQ(gateway_->stats().token_cache_hits, 1u);
  clock_.advance(std::chrono::seconds(10));
  EXPECT_EQ(refused({}).status, 401);
}

TEST_F(GatewayTest, ADeletedKeyBitesAtOnce) {
  EXPECT_EQ(accepted({}).status, 202);
  snapshot_.keys.erase("tak-writer");
  publish();
  EXPECT_EQ(refused({}).status, 401);
}

TEST_F(GatewayTest, AKeyWithoutThePolicyIsA403UntilItHasIt) {
  token_ = mint("tak-operator");
  const auto reply = refused({});
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(reply.body, HasSubstr("streaming-ingest-api:write"));
  snapshot_.keys["tak-operator"].policies |=
      catalog::Policies(catalog::Policy::streaming_ingest_write);
  publish();
  EXPECT_EQ(accepted({}).status, 202);
}

TEST_F(GatewayTest, TheTenantMustBeNamedAndTheTokensOwn) {
  EXPECT_EQ(refused({.tenant = ""}).status, 400);
  EXPECT_EQ(refused({.tenant = "Tenant:\r\n"}).status, 400);
  EXPECT_EQ(refused({.tenant = "Tenant: rival\r\n"}).status, 403);
  EXPECT_EQ(refused({.tenant = "Tenant: acme\r\nX-Amperity-Tenant: rival\r\n"}).status, 400);
  for (const std::string name : {"tenant", "AMPERITY-TENANT", "x-amperity-tenant"})
    EXPECT_EQ(accepted({.tenant = name + ": acme\r\n"}).status, 202) << name;
}

TEST_F(GatewayTest, AnUnknownStreamAndAnotherTenantsAreTheSame404) {
  const auto unknown = refused({.stream = "is-none"});
  const auto others = refused({.stream = "is-rival"});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(others.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr(R"(Tenant acme has no stream \"is-none\".)"));
  EXPECT_THAT(others.body, HasSubstr(R"(Tenant acme has no stream \"is-rival\".)"));
  EXPECT_EQ(refused({.stream = ""}).status, 404);
  EXPECT_EQ(refused({.stream = "is-json/x"}).status, 404);
  EXPECT_EQ(refused({.stream = "\xff\xfe"}).status, 404);
}

TEST_F(GatewayTest, ContentTypesOtherThanJsonAndXmlAreA415) {
  for (const std::string type :
       {"", "Content-Type:\r\n", "Content-Type: text/plain\r\n",
        "Content-Type: application/jsonx\r\n", "Content-Type: application/x-ndjson\r\n",
        "Content-Type: application/json; charset=utf-16\r\n"})
    EXPECT_EQ(refused({.content_type = type}).status, 415) << type;
  for (const std::string type : {"Application/JSON", "application/json;charset=UTF-8",
                                 "application/json ; x=y; charset=\"utf-8\""})
    EXPECT_EQ(accepted({.content_type = "Content-Type: " + type + "\r\n"}).status, 202) << type;
  for (const std::string type : {"application/xml", "text/xml; charset=utf-8"})
    EXPECT_EQ(
        accepted({.stream = "is-xml", .content_type = "Content-Type: " + type + "\r\n"}).status,
        202)
        << type;
}

TEST_F(GatewayTest, XmlIsKeptInAnEncodingItSaysItself) {
  const auto sent = [](const std::string& charset, const std::string& body) {
    return RequestParts{
        .stream = "is-xml",
        .content_type = "Content-Type: application/xml; charset=" + charset + "\r\n",
        .body = body};
  };
  const auto kept = [&](const std::string& charset, const std::string& body) {
    EXPECT_EQ(accepted(sent(charset, body)).status, 202) << charset;
    return log_.kept().back().body;
  };
  const std::string latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\u00fc</a>";
  EXPECT_EQ(kept("utf-8", "<a>\u00fc</a>"), "<a>\u00fc</a>");
  EXPECT_EQ(kept("utf-8", latin), "\xEF\xBB\xBF" + latin);
  EXPECT_EQ(kept("\"iso-8859-1\"", latin), latin);
  EXPECT_EQ(kept("windows-1252", "<a>\x80</a>"), "\xEF\xBB\xBF<a>\u20ac</a>");
  EXPECT_EQ(kept("utf-16", std::string("<\0a\0/\0>\0", 8)), "\xEF\xBB\xBF<a/>");
  const auto unreadable = refused(sent("Shift_JIS", "<a>\x82</a>"));
  EXPECT_EQ(unreadable.status, 400);
  EXPECT_THAT(unreadable.body, HasSubstr("not in the encoding"));
  client_ = connect();
  EXPECT_EQ(refused(sent("latin-42", "<a/>")).status, 415);
  client_ = connect();
  EXPECT_EQ(refused(sent("utf-8//IGNORE", "<a/>")).status, 415);
}

TEST_F(GatewayTest, ABodyWithoutLengthOrChunksIsA411) {
  client_->send(
      "POST /stream/v0/data/is-json HTTP/1.1\r\nHost: h\r\nTenant: acme\r\n"
      "Content-Type: application/json\r\nAuthorization: Bearer " +
      token_ + "\r\n\r\n");
  EXPECT_EQ(client_->read().status, 411);
}

TEST_F(GatewayTest, ChunksAreTaken) {
  client_->send(
      "POST /stream/v0/data/is-json HTTP/1.1\r\nHost: h\r\nTenant: acme\r\n"
      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
      "Authorization: Bearer " +
      token_ + "\r\n\r\n3\r\n{\"a\r\n5\r\n\": 1}\r\n0\r\n\r\n");
  log_.commit(1);
  EXPECT_EQ(client_->read().status, 202);
  EXPECT_EQ(log_.kept()[0].body, "{\"a\":1}");
}

TEST_F(GatewayTest, TheCapIsTheStreamsOwn) {
  const std::string most = "{\"a\":\"" + std::string(1000 - 8, 'x') + "\"}";
  EXPECT_EQ(accepted({.body = most}).status, 202);
  const auto reply = refused({.body = most + " "});
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("1000 bytes"));
  snapshot_.streams["is-json"].payload_bytes_max = limits::payload_bytes_ceiling;
  publish();
  const std::string large =
      "{\"a\":\"" + std::string(limits::payload_bytes_ceiling - 8, 'x') + "\"}";
  EXPECT_EQ(accepted({.body = large}).status, 202);
  EXPECT_EQ(log_.kept()[1].body, large);
}

TEST_F(GatewayTest, ABodyOverTheCapIsRefusedBeforeItIsSent) {
  client_->send(
      "POST /stream/v0/data/is-json HTTP/1.1\r\nHost: h\r\nTenant: acme\r\n"
      "Content-Type: application/json\r\nContent-Length: 1001\r\nAuthorization: Bearer " +
      token_ + "\r\n\r\n");
  EXPECT_EQ(client_->read().status, 413);
}

TEST_F(GatewayTest, AnUnauthorizedBodyIsNotWaitedFor) {
  client_->send(
      "POST /stream/v0/data/is-json HTTP/1.1\r\nHost: h\r\nTenant: acme\r\n"
      "Content-Type: application/json\r\nContent-Length: 999\r\n\r\n");
  const auto reply = client_->read();
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.headers.at("Connection"), "close");
}

TEST_F(GatewayTest, WhatIsNotOneObjectIsA400) {
  for (const std::string body : {"", "[1]", "1", "{\"a\":}", "{}{}", "{\"a\":1}\n{\"a\":2}"})
    EXPECT_EQ(refused({.body = body}).status, 400) << body;
}

TEST_F(GatewayTest, AnIdempotencyKeyHasABound) {
  EXPECT_EQ(accepted({.more = "Idempotency-Key: " + std::string(255, 'k') + "\r\n"}).status, 202);
  EXPECT_EQ(refused({.more = "Idempotency-Key: " + std::string(256, 'k') + "\r\n"}).status, 400);
  EXPECT_EQ(refused({.more = "Idempotency-Key:\r\n"}).status, 400);
  EXPECT_EQ(refused({.more = "Idempotency-Key: a\r\nIdempotency-Key: b\r\n"}).status, 400);
}

TEST_F(GatewayTest, XmlIsKeptAsSentAndNotLookedAt) {
  const std::string body = "<a>\n not closed & \xff";
  EXPECT_EQ(accepted({.stream = "is-xml", .content_type = xml_type, .body = body}).status, 202);
  EXPECT_EQ(log_.kept()[0].body, body);
  EXPECT_EQ(log_.kept()[0].type, PayloadType::xml);
  EXPECT_EQ(refused({.stream = "is-xml", .content_type = xml_type, .body = ""}).status, 400);
}

TEST_F(GatewayTest, XmlIsCheckedAtOnceWhereTheStreamSaysSo) {
  EXPECT_EQ(accepted({.stream = "is-checked", .content_type = xml_type, .body = "<a/>"}).status,
            202);
  const auto reply = refused({.stream = "is-checked", .content_type = xml_type, .body = "a"});
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("line 1, column 1"));
}

TEST_F(GatewayTest, ADeclaredStreamRefusesTheOtherType) {
  const auto reply = refused({.content_type = xml_type, .body = "<a/>"});
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("Stream is-json carries json, and this is xml."));
}

TEST_F(GatewayTest, TheFirstAcceptedPayloadBindsAnOpenStream) {
  EXPECT_EQ(accepted({.stream = "is-open", .content_type = xml_type, .body = "<a/>"}).status, 202);
  EXPECT_EQ(refused({.stream = "is-open"}).status, 400);
  EXPECT_EQ(bindings_.carried_by(StreamNo{3}), PayloadType::xml);
}

TEST_F(GatewayTest, APayloadThatWasNotAcceptedBindsNothing) {
  EXPECT_EQ(refused({.stream = "is-open", .content_type = xml_type, .body = ""}).status, 400);
  log_.refuse(Errc::overloaded);
  EXPECT_EQ(refused({.stream = "is-open", .content_type = xml_type, .body = "<a/>"}).status, 503);
  log_.refuse(std::nullopt);
  client_->send(text({.stream = "is-open", .content_type = xml_type, .body = "<a/>"}));
  log_.commit(1, Errc::disk_full);
  EXPECT_EQ(client_->read().status, 503);
  EXPECT_EQ(bindings_.carried_by(StreamNo{3}), std::nullopt);
  EXPECT_EQ(accepted({.stream = "is-open"}).status, 202);
  EXPECT_EQ(bindings_.carried_by(StreamNo{3}), PayloadType::json);
}

TEST_F(GatewayTest, WhatRecoveryBoundIsBound) {
  bindings_.bind(StreamNo{3}, PayloadType::json);
  EXPECT_EQ(refused({.stream = "is-open", .content_type = xml_type, .body = "<a/>"}).status, 400);
  EXPECT_EQ(accepted({.stream = "is-open"}).status, 202);
}

struct LogRefusal {
  Errc code;
  const char* words;
};

TEST_F(GatewayTest, EachRefusalOfTheLogIsA503OfItsOwn) {
  for (const auto& [code, words] : {LogRefusal{Errc::overloaded, "waiting to be made safe"},
                                    LogRefusal{Errc::disk_full, "no disk space left"},
                                    LogRefusal{Errc::log_failed, "disk failed"}}) {
    log_.refuse(code);
    const auto at_once = refused({});
    log_.refuse(std::nullopt);
    client_->send(text({}));
    log_.commit(1, code);
    const auto later = client_->read();
    for (const auto& reply : {at_once, later}) {
      EXPECT_EQ(reply.status, 503);
      EXPECT_EQ(reply.headers.at("Retry-After"), "1");
      EXPECT_THAT(reply.body, HasSubstr(words));
    }
  }
  EXPECT_EQ(accepted({}).status, 202);
}

/// As of brokers that did not confirm it.
TEST_F(GatewayTest, WhatMayHaveBeenStoredIsA504ThatSaysSo) {
  client_->send(text({}));
  log_.commit(1, Errc::commit_timeout);
  const auto reply = client_->read();
  EXPECT_EQ(reply.status, 504);
  EXPECT_THAT(reply.body, HasSubstr("may have been stored nevertheless"));
}

TEST_F(GatewayTest, PipelinedGoodAndBadAreAnsweredInOrder) {
  client_->send(text({.body = R"({"n":1})"}) + text({.body = "bad"}) +
                text({.body = R"({"n":2})"}) + text({.stream = "is-none"}) +
                text({.body = R"({"n":3})"}));
  log_.wait_for(3);
  log_.commit(1);
  log_.commit(2);
  for (const int status : {202, 400, 202, 404, 202})
    EXPECT_EQ(client_->read().status, status);
}

TEST_F(GatewayTest, PayloadsThatCameTogetherAreOneCommit) {
  std::string together;
  for (int i = 0; i < 10; ++i)
    together += text({.body = "{\"n\":" + std::to_string(i) + "}"});
  client_->send(together);
  log_.commit(10);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(client_->read().status, 202);
  EXPECT_EQ(log_.commits_asked(), 1);
}

TEST_F(GatewayTest, WhatComesDuringACommitIsGatheredForTheNext) {
  std::vector<std::unique_ptr<LoopbackClient>> clients;
  for (std::size_t i = 0; i < 20; ++i) {
    clients.push_back(connect());
    clients.back()->send(text({}));
    log_.wait_for(i + 1);
  }
  log_.commit(1);
  EXPECT_EQ(clients.front()->read().status, 202);
  log_.commit(19);
  for (std::size_t i = 1; i < 20; ++i)
    EXPECT_EQ(clients[i]->read().status, 202);
  EXPECT_LE(log_.commits_asked(), 2);
}

TEST_F(GatewayTest, OneCommitAnswersManyConnections) {
  std::vector<std::unique_ptr<LoopbackClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(connect());
    clients.back()->send(text({.body = "{\"client\":" + std::to_string(i) + "}"}));
    log_.wait_for(static_cast<std::size_t>(i) + 1);
  }
  log_.commit(20);
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Address address{StreamNo{1}, PartitionNo{0}, Sequence{i + 1}};
    EXPECT_THAT(clients[i]->read().body, HasSubstr(std::string(view(encode_receipt(address)))));
  }
}

TEST_F(GatewayTest, AClientThatLeftWhileItWaitedHarmsNobody) {
  auto lost = connect();
  lost->send(text({}));
  log_.wait_for(1);
  lost->reset();
  client_->send(text({.body = R"({"mine":1})"}));
  log_.commit(2);
  const auto reply = client_->read();
  const Address second{StreamNo{1}, PartitionNo{0}, Sequence{2}};
  EXPECT_THAT(reply.body, HasSubstr(std::string(view(encode_receipt(second)))));
  EXPECT_EQ(log_.kept().size(), 2u);
}

TEST_F(GatewayTest, StopWaitsForTheLogsWord) {
  client_->send(text({}));
  log_.wait_for(1);
  std::jthread stopper([this] { server_->stop(); });
  log_.commit(1);
  EXPECT_EQ(client_->read().status, 202);
  EXPECT_TRUE(client_->at_end());
}

TEST_F(GatewayTest, WorkersShareNothingButTheLog) {
  server_->stop();
  start(3);
  constexpr int requests = 200;
  std::vector<std::thread> clients;
  std::atomic<int> ok = 0;
  for (int c = 0; c < 6; ++c)
    clients.emplace_back([&, c] {
      LoopbackClient client(server_->port());
      for (int i = 0; i < requests; ++i) {
        client.send(text({.stream = c % 2 ? "is-open" : "is-json"}));
        ok += client.read().status == 202;
      }
    });
  for (int i = 0; i < 6 * requests; ++i)
    log_.commit(1);
  for (auto& client : clients)
    client.join();
  EXPECT_EQ(ok, 6 * requests);
  const auto stats = gateway_->stats();
  EXPECT_EQ(stats.replies[http::StatusCounters::index_of(202)], 6u * requests);
  EXPECT_EQ(stats.payload_bytes, 6u * requests * 8);
  EXPECT_EQ(stats.token_cache_hits + stats.token_cache_misses, 6u * requests);
  EXPECT_LE(stats.token_cache_misses, 3u);
}

TEST_F(GatewayTest, APublishedSnapshotReachesRunningRequests) {
  EXPECT_EQ(refused({.stream = "is-new"}).status, 404);
  add_stream("is-new", 9, 1, PayloadType::json);
  publish();
  EXPECT_EQ(accepted({.stream = "is-new"}).status, 202);
}

}  // namespace
}  // namespace weir::gateway
