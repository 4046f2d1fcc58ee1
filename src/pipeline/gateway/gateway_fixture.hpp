#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include "env/fake/counting_random.hpp"
#include "env/fake/manual_clock.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"
#include "pipeline/gateway/fake_log.hpp"
#include "pipeline/gateway/gateway.hpp"
#include "token/token.hpp"

/// For tests only: a gateway behind a real socket, on a log that decides results on request.
namespace weir::gateway {

using http::LoopbackClient;
using http::ReadReply;

inline const std::string xml_type = "Content-Type: application/xml\r\n";

/// Whether api/ingest.yaml has this reply, with its headers and its content type.
inline bool is_documented(const ReadReply& reply) {
  static const YAML::Node document = YAML::LoadFile(WEIR_SOURCE_DIR "/api/ingest.yaml");
  const YAML::Node post = document["paths"]["/stream/v0/data/{stream_id}"]["post"];
  const YAML::Node described = post["responses"][std::to_string(reply.status)];
  if (!described) return false;
  const YAML::Node headers = described["headers"];
  for (const char* name : {"WWW-Authenticate", "Allow", "Retry-After", "Accept", "Accept-Encoding"})
    if (reply.headers.contains(name) != (headers && headers[name])) return false;
  return bool(described["content"][reply.headers.at("Content-Type")]);
}

struct RequestParts {
  std::string method = "POST";
  std::string stream = "is-json";
  std::string tenant = "X-Amperity-Tenant: acme\r\n";
  std::string authorization{};  // whole line; empty: the writer's token
  std::string content_type = "Content-Type: application/json\r\n";
  std::string more{};
  std::string host = "h";
  std::string body = "{\"a\": 1}";
};

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    clock_.set(*parse_time("2027-03-02T08:00:00Z"));
    add_stream("is-json", 1, 1, PayloadType::json);
    add_stream("is-xml", 2, 1, PayloadType::xml);
    add_stream("is-open", 3, 1, std::nullopt);
    add_stream("is-checked", 4, 1, PayloadType::xml);
    snapshot_.streams["is-checked"].xml_check_sync = true;
    add_stream("is-rival", 5, 2, PayloadType::json);
    add_key("tak-writer", 1, catalog::Policies(catalog::Policy::streaming_ingest_write));
    add_key("tak-operator", 1, catalog::Policies(catalog::Policy::operate));
    publish();
    token_ = mint("tak-writer");
    start(1);
  }
  ~GatewayTest() override { server_->stop(); }

  void start(unsigned threads) {
    http::Options options;
    options.threads = threads;
    options.timeouts.tick = std::chrono::milliseconds(5);
    options.timeouts.drain = std::chrono::milliseconds(20);  // nobody here reads on
    options.timeouts.head = options.timeouts.body = request_timeout_;
    gateway_ = std::make_unique<Gateway>(
        Dependencies{snapshots_, log_, clock_, bindings_,
                     [](std::string_view text) -> Result<void> {
                       if (text.starts_with("<")) return {};
                       if (text == "out of memory") static_cast<void>(std::string().at(1));
                       return fail(Errc::bad_request, "no element found at line 1, column 1");
                     },
                     limits_});
    server_ = std::make_unique<http::Server>(
        options, std::vector<http::Route>{{std::string(path_prefix), gateway_->responder()}},
        random_);
    ASSERT_TRUE(server_->start());
    client_ = connect();
  }
  std::unique_ptr<LoopbackClient> connect() {
    return std::make_unique<LoopbackClient>(server_->port());
  }

  static std::string tenant_name(std::uint32_t no) { return no == 1 ? "acme" : "rival"; }
  void add_stream(const std::string& id, std::uint32_t no, std::uint32_t tenant,
                  std::optional<PayloadType> type) {
    snapshot_.streams[id] = {StreamNo{no}, tenant, tenant_name(tenant), id, type, false, 1000,
                             {},           {}};
  }
  void add_key(const std::string& id, std::uint32_t tenant, catalog::Policies policies) {
    snapshot_.keys[id] = {
        id, tenant, tenant_name(tenant), policies, {{1, std::string(32, 's'), std::nullopt}}};
  }
  void publish() {
    for (const std::uint32_t no : {1U, 2U})
      snapshot_.tenants[tenant_name(no)] = {no, tenant_name(no)};
    ++snapshot_.version;
    snapshots_.publish(std::make_shared<const catalog::Snapshot>(snapshot_));
  }
  std::string mint(const std::string& key, std::optional<Time> expires_at = std::nullopt) {
    return token::mint(snapshot_.keys.at(key), clock_.now(), expires_at, random_).value();
  }

  std::string text(const RequestParts& parts) const {
    const std::string authorization = parts.authorization.empty()
                                          ? "Authorization: Bearer " + token_ + "\r\n"
                                          : parts.authorization;
    return parts.method + " /stream/v0/data/" + parts.stream + " HTTP/1.1\r\nHost: " + parts.host +
           "\r\n" + parts.tenant + authorization + parts.content_type + parts.more +
           "Content-Length: " + std::to_string(parts.body.size()) + "\r\n\r\n" + parts.body;
  }
  /// For requests that do not reach the log.
  ReadReply refused(const RequestParts& parts) {
    client_->send(text(parts));
    const auto reply = client_->read();
    EXPECT_EQ(log_.waiting(), 0u);
    EXPECT_THAT(reply.body,
                ::testing::MatchesRegex(R"(\{"status":)" + std::to_string(reply.status) +
                                        R"(,"message":".+","request_id":"[-0-9a-f]+"\})"));
    EXPECT_TRUE(is_documented(reply)) << reply.status;
    return reply;
  }
  ReadReply accepted(const RequestParts& parts) {
    client_->send(text(parts));
    log_.commit(1);
    const auto reply = client_->read();
    EXPECT_TRUE(is_documented(reply)) << reply.status;
    return reply;
  }

  /// Restarts the server with the test's options.
  void restart(unsigned threads = 1) {
    server_->stop();
    client_.reset();
    server_.reset();
    start(threads);
  }
  void wait_until_none_is_in_flight() {
    while (gateway_->stats().in_flight > 0)
      std::this_thread::yield();
  }

  std::chrono::milliseconds request_timeout_{10'000};
  Limits limits_;
  FakeLog log_;
  ManualClock clock_;
  CountingRandom random_;
  catalog::Snapshot snapshot_;
  catalog::SnapshotSource snapshots_;
  StreamBindings bindings_;
  std::string token_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<LoopbackClient> client_;
};

}  // namespace weir::gateway
