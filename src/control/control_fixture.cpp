#include "control/control_fixture.hpp"

#include "control/document_fixture.hpp"

// Compiled once and not with each of the tests: half of their compilation was this.
namespace weir::control {
namespace {

Result<std::vector<catalog::Batch>> no_batches() {
  return std::vector<catalog::Batch>();
}

void read_query(const std::string& query, http::Request& request) {
  std::size_t begin = 0;
  while (begin <= query.size()) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    const std::string pair = query.substr(begin, end - begin);
    request.query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
    begin = end + 1;
  }
}

}  // namespace

RecordingEngine::RecordingEngine() = default;
RecordingEngine::~RecordingEngine() = default;

ControlTest::ControlTest() : api_(services()), routes_(all_routes()) {
  acme_admin_ = mint(add_key("acme", {"api-keys:administer"}));
  rival_admin_ = mint(add_key("rival", {"api-keys:administer"}));
}

ControlTest::~ControlTest() = default;

Services ControlTest::services() {
  return {
      .catalog = *catalog_,
      .engine = engine_,
      .clock = clock_,
      .random = random_,
      .queries = queries_,
      .query_time_max = std::chrono::seconds(30),
      .sign_ins = sign_ins_,
      .provider_sign_ins = nullptr,
      .send_mail = send_mail_,
      .token_life_max = std::chrono::days(0),
      .flush = [this](StreamNo no) { return flush_ ? flush_(no) : no_batches(); },
      .wake_runs = [this] { ++wakes_; },
      .check_feed = [this](const catalog::Feed&) { return feed_check_; },
      .check_courier =
          [this](std::uint32_t tenant_no, const catalog::Courier& courier) {
            EXPECT_EQ(tenant_no, acme_);
            EXPECT_EQ(courier.tenant_no, tenant_no);
            return courier_check_;
          },
      .validate_courier = [this](std::uint32_t,
                                 const catalog::Courier&) { return courier_validity_; },
      .check_alert = [this](const catalog::AlertEndpoint&) { return alert_check_; },
      .file_uri = [](const std::string& path) { return "/data/" + path; },
      .read_file = [this](const std::string& path, std::uint64_t offset, std::uint64_t bytes)
          -> Result<std::string> { return files_[path].substr(offset, bytes); },
      .base_url = [this](const http::Request&) { return base_url_; },
      .ingest_url = [this](const http::Request&, const std::string&) { return base_url_; },
      .domain = "weir.example.org",
      .ready = [this] { return readiness_; },
      .metrics = [] { return std::string("weir_up 1\n"); },
      .locate = [this](const catalog::Batch&, Sequence) { return located_; },
      .records = [this](const catalog::Batch&, std::uint64_t, std::uint64_t) { return records_; },
      .try_payload =
          [this](const catalog::StreamView& stream, const std::string& content_type,
                 const std::string& body) {
            tried_.push_back({stream, content_type, body});
            return tried_answer_(body);
          },
      .next_sequence = [this](const Address&) { return next_sequence_; },
      .waiting = [this](StreamNo, std::size_t) { return waiting_; },
      .waiting_record = [this](const Address&) -> Result<std::optional<batcher::WaitingRecord>> {
        if (waiting_.newest.empty()) return std::nullopt;
        return waiting_.newest.front();
      },
      .replay = [this](const Address& of, PayloadType type, const std::string& key,
                       const std::string& body) -> Result<Address> {
        replayed_.push_back({of.stream, type, key, body});
        if (replay_refusal_) return fail(*replay_refusal_);
        return Address{of.stream, of.partition, Sequence{77}};
      },
      .quarantined_body =
          [this](const catalog::Quarantined& record) {
            return quarantine_.quarantine.body(record);
          },
      .settle_quarantined =
          [this](std::uint32_t tenant_no, const Address& address, catalog::QuarantineState state,
                 std::optional<Sequence> replayed_as) {
            return quarantine_.quarantine.settle(tenant_no, address, state, replayed_as);
          },
      .check_conservation = [this] { return conservation_; },
      .newest_conservation = [this]() -> std::shared_ptr<const batcher::ConservationReport> {
        return conservation_ ? std::make_shared<const batcher::ConservationReport>(*conservation_)
                             : nullptr;
      },
      .health_checks = [this] { return health_checks_; },
      .operator_token = operator_token_,
      .metrics_token = metrics_token_,
      .data_directory = "/srv/weir/data"};
}

std::string ControlTest::add_key(const std::string& tenant,
                                 const std::vector<std::string>& policies) {
  return catalog_->keys().add(tenant == "acme" ? acme_ : rival_, "Key", policies)->id;
}

std::string ControlTest::mint(const std::string& key_id, std::optional<Time> expires_at) {
  return token::mint(catalog_->snapshots().current()->keys.at(key_id), clock_.now(), expires_at,
                     random_)
      .value();
}

http::Request ControlTest::request(const std::string& method, const std::string& path,
                                   const std::string& body, const std::string& token) {
  http::Request request;
  request.method = method;
  request.path = path.substr(0, path.find('?'));
  if (path.find('?') != std::string::npos) read_query(path.substr(path.find('?') + 1), request);
  request.body = body;
  request.request_id = "req-1";
  request.peer = "192.0.2.7";
  if (!token.empty()) request.headers["authorization"] = "Bearer " + token;
  return request;
}

catalog::User ControlTest::user_with(const std::vector<std::string>& policies) {
  auto& users = catalog_->users();
  const std::string name = "User " + std::to_string(++users_);
  const auto user = users.add(acme_, {name, "", policies}).value();
  EXPECT_TRUE(users.set_code(acme_, user.id, catalog::CodeUse::invitation, name,
                             clock_.now() + std::chrono::hours(1)));
  return users.use_code(name, "x").value();
}

std::string ControlTest::session_of(const std::vector<std::string>& policies) {
  const std::string token = "session " + std::to_string(users_ + 1);
  EXPECT_TRUE(catalog_->users().start_session(user_with(policies), stored_form(token), "",
                                              sign_ins_.life()));
  return token;
}

http::Request ControlTest::by_session(http::Request request, const std::string& session) {
  request.headers.erase("authorization");
  request.headers["cookie"] = std::string(session_cookie) + "=" + session;
  request.headers["x-csrf-token"] = csrf_token(session);
  return request;
}

http::Response ControlTest::send(const http::Request& request) {
  const http::Response response = api_.handle(request);
  const Match match = find_route(routes_, request.method, request.path);
  if (match.route) {
    SCOPED_TRACE(request.method + " " + request.path + " " + request.body);
    document().check(match.route->operation_id, response);
  }
  return response;
}

http::Response ControlTest::send(const std::string& method, const std::string& path,
                                 const std::string& body) {
  return send(request(method, path, body, acme_admin_));
}

json::object ControlTest::expect(int status, const http::Response& response) {
  EXPECT_EQ(response.status, status) << response.body;
  json::error_code error;
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  auto body = json::parse(response.body, error, {}, options);
  return !error && body.is_object() ? body.get_object() : json::object();
}

json::object ControlTest::get(const std::string& path) {
  return expect(200, send("GET", path));
}

json::object ControlTest::created(const std::string& path, const std::string& body) {
  return expect(201, send("POST", path, body));
}

std::string ControlTest::refusal(int status, const http::Response& response) {
  return text(expect(status, response), "message");
}

std::string ControlTest::text(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::string ControlTest::header(const http::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

std::string ControlTest::new_stream() {
  return text(created("/api/v0/streams", R"({"name":"S"})"), "id");
}

std::string ControlTest::new_courier() {
  return text(created("/api/v0/couriers", R"({"name":"C","stream_id":")" + new_stream() +
                                              R"(","file_format":"NDJSON","file_tag":"streaming",)"
                                              R"("load_operations":{}})"),
              "id");
}

const Document& ControlTest::document() {
  static const Document document;
  return document;
}

}  // namespace weir::control
