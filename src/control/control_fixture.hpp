#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "base/receipt.hpp"
#include "catalog/batch_fixture.hpp"
#include "control/control_api.hpp"
#include "control/fake_engine.hpp"
#include "control/init.hpp"
#include "control/sign_ins.hpp"
#include "pipeline/batcher/quarantine_world.hpp"
#include "token/token.hpp"

namespace weir::control {

namespace json = boost::json;

class Document;

/// Two tenants with an administrator each, and requests without sockets. Every answer is checked
/// against api/control.yaml.
class ControlTest : public catalog::BatchTest {
 protected:
  ControlTest();
  ~ControlTest() override;

  Services services();

  std::string add_key(const std::string& tenant, const std::vector<std::string>& policies);
  std::string mint(const std::string& key_id, std::optional<Time> expires_at = std::nullopt);

  http::Request request(const std::string& method, const std::string& path, const std::string& body,
                        const std::string& token);

  /// A user of acme who is active, with a password that nobody knows.
  catalog::User user_with(const std::vector<std::string>& policies);
  /// The token of a session of a new user of acme with these policies.
  std::string session_of(const std::vector<std::string>& policies);
  static http::Request by_session(http::Request request, const std::string& session);

  http::Response send(const http::Request& request);
  http::Response send(const std::string& method, const std::string& path,
                      const std::string& body = "");

  /// The body of an answer, which must have this status.
  json::object expect(int status, const http::Response& response);
  json::object get(const std::string& path);
  json::object created(const std::string& path, const std::string& body);
  std::string refusal(int status, const http::Response& response);

  static std::string text(const json::object& object, const char* name);
  static std::string header(const http::Response& response, const std::string& name);

  std::string new_stream();
  std::string new_courier();
  /// Loading the document takes longer than all else.
  static const Document& document();

  batcher::QuarantineWorld quarantine_{catalog_->batches()};
  RecordingEngine engine_;
  QueryGate queries_{4};
  int users_ = 0;
  std::string base_url_ = "http://127.0.0.1:8080";
  SignIns sign_ins_{clock_, {}, "first-code"};
  std::function<Result<std::vector<catalog::Batch>>(StreamNo)> flush_;
  int wakes_ = 0;
  Result<void> feed_check_;
  Result<void> courier_check_;
  Result<void> courier_validity_;
  Result<void> alert_check_;
  Result<void> readiness_;
  std::map<std::string, std::string> files_;  // by path
  Result<batcher::RecordPage> records_ = batcher::RecordPage{{{{0, 9}, R"({"id":1})"}}, 20};
  Result<batcher::ByteRange> located_ = batcher::ByteRange{100, 10};
  Sequence next_sequence_{1000};
  batcher::WaitingRecords waiting_;
  struct Replayed {
    StreamNo stream;
    PayloadType type;
    std::string key;
    std::string body;
  };
  struct Tried {
    catalog::StreamView stream;
    std::string content_type;
    std::string body;
  };
  std::vector<Tried> tried_;
  /// What the door makes of a payload: its own text as the record.
  std::function<TriedPayload(const std::string&)> tried_answer_ = [](const std::string& body) {
    const bool is_xml = body.starts_with('<');
    return TriedPayload{is_xml ? PayloadType::xml : PayloadType::json, {}, "", body + "\n"};
  };
  std::vector<Replayed> replayed_;
  std::optional<Error> replay_refusal_;
  Result<batcher::ConservationReport> conservation_ = batcher::ConservationReport{};
  std::vector<HealthCheck> health_checks_;
  std::string metrics_token_;
  std::function<Result<void>(const std::string&, const std::string&, const std::string&)>
      send_mail_;
  std::string operator_token_ = "weir-operator-of-tests";
  ControlApi api_;
  const Routes routes_;
  std::string acme_admin_;
  std::string rival_admin_;
};

}  // namespace weir::control
