#include "control/authorize.hpp"

#include <map>

#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Who may do what: every route with every policy, and never another tenant's things.
namespace weir::control {
namespace {

using ::testing::HasSubstr;

constexpr const char* write_policy = "streaming-ingest-api:write";
constexpr const char* issue_policy = "api-keys:issue";
constexpr const char* operate_policy = "datagrid:operate";
constexpr const char* admin_policy = "api-keys:administer";

class AuthorizeTest : public ControlTest {
 protected:
  /// A path of the route that names nothing there is.
  static std::string path_of(const Route& route) {
    std::string path(route.path);
    const auto open = path.find('{');
    if (open != std::string::npos) path.replace(open, path.find('}') - open + 1, "none");
    return path;
  }
  /// Of that courier: it found its files and could not load them.
  std::string failed_run(const std::string& courier) {
    const std::string run =
        text(created("/api/v0/couriers/" + courier + "/runs", R"({"all":true})"), "id");
    const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
    EXPECT_EQ(claimed->run.id, run);
    catalog::RunTask find{.id = run + "-1", .run_id = run, .position = 1, .kind = "find-batches"};
    find.state = catalog::RunState::succeeded;
    catalog::RunTask load{.id = run + "-2", .run_id = run, .position = 2, .kind = "load"};
    load.state = catalog::RunState::failed;
    EXPECT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::failed, "Bad.",
                                        {.tasks = {find, load}}));
    return run;
  }
  bool is_health(const Route& route) { return route.path.find("/api/") == std::string::npos; }
  int status(const Route& route, const std::string& token) {
    return send(request(std::string(route.method), path_of(route), "", token)).status;
  }
};

/// Written down again on purpose, operation by operation, so that a slip in the table shows.
const std::map<std::string, std::set<std::string>> allowed = {
    {"listApiKeys", {}},
    {"createApiKey", {}},
    {"getApiKey", {}},
    {"updateApiKey", {}},
    {"deleteApiKey", {}},
    {"createToken", {issue_policy}},
    {"rotateApiKey", {}},
    {"revokeTokens", {}},
    {"getTenant", {operate_policy}},
    {"allowOrigins", {operate_policy}},
    {"listStreams", {operate_policy}},
    {"createStream", {operate_policy}},
    {"getStream", {operate_policy}},
    {"flushStream", {operate_policy}},
    {"getPostmanSample", {operate_policy}},
    {"getCurlSample", {operate_policy}},
    {"getHttpSample", {operate_policy}},
    {"getPythonSample", {operate_policy}},
    {"limitStream", {operate_policy}},
    {"limitBatchAge", {operate_policy}},
    {"listBatches", {operate_policy}},
    {"getReceipt", {operate_policy}},
    {"listQuarantine", {operate_policy}},
    {"getQuarantined", {operate_policy}},
    {"replayQuarantined", {operate_policy}},
    {"dropQuarantined", {operate_policy}},
    {"listHours", {operate_policy}},
    {"examine", {operate_policy}},
    {"listIngestQueries", {operate_policy}},
    {"createIngestQuery", {operate_policy}},
    {"getIngestQuery", {operate_policy}},
    {"updateIngestQuery", {operate_policy}},
    {"deleteIngestQuery", {operate_policy}},
    {"previewIngestQuery", {operate_policy}},
    {"previewSql", {operate_policy}},
    {"getNextOfSchedule", {operate_policy}},
    {"listCourierGroups", {operate_policy}},
    {"createCourierGroup", {operate_policy}},
    {"getCourierGroup", {operate_policy}},
    {"updateCourierGroup", {operate_policy}},
    {"deleteCourierGroup", {operate_policy}},
    {"activateCourierGroup", {operate_policy}},
    {"deactivateCourierGroup", {operate_policy}},
    {"copyCourierGroup", {operate_policy}},
    {"runCourierGroup", {operate_policy}},
    {"getNextOfCourierGroup", {operate_policy}},
    {"listAlerts", {operate_policy}},
    {"createAlert", {}},
    {"getAlert", {operate_policy}},
    {"updateAlert", {}},
    {"deleteAlert", {}},
    {"testAlert", {operate_policy}},
    {"listAlertDeliveries", {operate_policy}},
    {"getAlertDelivery", {operate_policy}},
    {"redeliverAlert", {operate_policy}},
    {"listFeeds", {operate_policy}},
    {"createFeed", {operate_policy}},
    {"getFeed", {operate_policy}},
    {"activateFeed", {operate_policy}},
    {"updateFeed", {operate_policy}},
    {"deleteFeed", {operate_policy}},
    {"copyFeed", {operate_policy}},
    {"truncateFeed", {operate_policy}},
    {"loadFeed", {operate_policy}},
    {"purgeFeed", {operate_policy}},
    {"draftFeed", {operate_policy}},
    {"listSampleFiles", {operate_policy}},
    {"listCouriers", {operate_policy}},
    {"createCourier", {operate_policy}},
    {"getCourier", {operate_policy}},
    {"updateCourier", {operate_policy}},
    {"deleteCourier", {operate_policy}},
    {"validateCourier", {operate_policy}},
    {"runCourier", {operate_policy}},
    {"listRuns", {operate_policy}},
    {"getRun", {operate_policy}},
    {"stopRun", {operate_policy}},
    {"resolveRun", {operate_policy}},
    {"listRunBatches", {operate_policy}},
    {"listIngestJobs", {operate_policy}},
    {"getIngestJob", {operate_policy}},
    {"restartIngestJob", {operate_policy}},
    {"listRowErrors", {operate_policy}},
    {"listErrorKinds", {operate_policy}},
    {"downloadRowErrors", {operate_policy}},
    {"loadRowErrors", {operate_policy}},
    {"getRowError", {operate_policy}},
    {"mendRowError", {operate_policy}},
    {"dismissRowError", {operate_policy}},
    {"listLoads", {operate_policy}},
    {"undoLoad", {operate_policy}},
    {"listTables", {operate_policy}},
    {"getTable", {operate_policy}},
    {"purgeTable", {operate_policy}},
    {"deleteRows", {operate_policy}},
    {"renameTable", {operate_policy}},
    {"getRowLineage", {operate_policy}},
    {"listTableChanges", {operate_policy}},
    {"listShadowChanges", {operate_policy}},
    {"copyTableToShadow", {operate_policy}},
    {"dropShadow", {operate_policy}},
    {"swapWithShadow", {operate_policy}},
    {"exportTable", {operate_policy}},
    {"readExport", {operate_policy}},
    {"dropExport", {operate_policy}},
    {"queryTables", {operate_policy}},
};

TEST_F(AuthorizeTest, EveryRouteAsksForItsPolicy) {
  for (const std::string policy : {write_policy, issue_policy, operate_policy, admin_policy}) {
    const std::string token = mint(add_key("acme", {policy}));
    for (const Route& route : routes_) {
      if (is_health(route)) continue;
      SCOPED_TRACE(policy + " on " + std::string(route.operation_id));
      const auto known = allowed.find(std::string(route.operation_id));
      ASSERT_NE(known, allowed.end()) << "decide who may use the new route";
      if (policy == admin_policy || known->second.contains(policy))
        EXPECT_THAT(status(route, token), ::testing::AnyOf(200, 201, 204, 400, 404));
      else
        EXPECT_EQ(status(route, token), 403);
    }
  }
}

TEST_F(AuthorizeTest, TheHeadAloneDecidesWhoseBodyIsRead) {
  for (const std::string& token :
       {std::string(), std::string("x"), mint(add_key("acme", {operate_policy})), acme_admin_}) {
    for (const Route& route : routes_) {
      const auto refusal =
          api_.refuse_by_head(request(std::string(route.method), path_of(route), "", token));
      const int whole = status(route, token);
      if (is_health(route))
        EXPECT_EQ(refusal->status, 400) << "anyone could send it anything";
      else if (whole == 401 || whole == 403)
        EXPECT_EQ(refusal->status, whole) << route.operation_id;
      else
        EXPECT_FALSE(refusal) << route.operation_id;
    }
  }
  const auto refused = api_.refuse_by_head(request("PUT", "/api/v0/streams", "", acme_admin_));
  EXPECT_EQ(refused->status, 405);
  EXPECT_EQ(header(*refused, "Allow"), "GET, HEAD, POST");
  EXPECT_EQ(api_.refuse_by_head(request("POST", "/nowhere", "", acme_admin_))->status, 404);
  const auto unknown = api_.refuse_by_head(request("POST", "/api/v0/streams", "", ""));
  EXPECT_EQ(header(*unknown, "WWW-Authenticate"), "Bearer");
}

TEST_F(AuthorizeTest, WithoutATokenThereIsHealthOnly) {
  for (const Route& route : routes_)
    EXPECT_EQ(status(route, ""), is_health(route) ? 200 : 401) << route.operation_id;
}

TEST_F(AuthorizeTest, ATokenThatDoesNotVerifyOpensNothing) {
  const std::string key = add_key("acme", {admin_policy});
  const std::string good = mint(key);
  const std::string expired = mint(key, clock_.now() + std::chrono::hours(1));
  clock_.turn(std::chrono::hours(2));
  const std::string deleted_key = add_key("acme", {admin_policy});
  const std::string of_deleted_key = mint(deleted_key);
  ASSERT_TRUE(catalog_->keys().remove(acme_, deleted_key));
  std::string altered = good;
  altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
  for (const Route& route : routes_) {
    if (is_health(route)) continue;
    for (const auto& token : {expired, of_deleted_key, altered, std::string("x"), good + "."})
      EXPECT_EQ(status(route, token), 401) << route.operation_id << " " << token;
    EXPECT_NE(status(route, good), 401) << route.operation_id;
  }
}

TEST_F(AuthorizeTest, A401SaysHowToAuthenticate) {
  const auto response = send(request("GET", "/api/v0/streams", "", ""));
  EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer");
  EXPECT_THAT(refusal(401, response), HasSubstr("Authorization: Bearer"));
}

TEST_F(AuthorizeTest, TheSchemeIsBearerInAnyCase) {
  http::Request sent = request("GET", "/api/v0/streams", "", "");
  for (const std::string scheme : {"Bearer ", "bearer ", "BEARER  "}) {
    sent.headers["authorization"] = scheme + acme_admin_;
    EXPECT_EQ(send(sent).status, 200) << scheme;
  }
  for (const std::string& value :
       std::vector<std::string>{"", " ", "Bearer", "Bearer ", "Basic " + acme_admin_, acme_admin_,
                                "Bearer" + acme_admin_, "Bearerx " + acme_admin_}) {
    sent.headers["authorization"] = value;
    EXPECT_EQ(send(sent).status, 401) << value;
  }
}

TEST_F(AuthorizeTest, ATenantHeaderMustBeTheTokens) {
  for (const char* name : {"x-amperity-tenant", "amperity-tenant", "tenant"}) {
    http::Request sent = request("GET", "/api/v0/streams", "", acme_admin_);
    sent.headers[name] = "acme";
    EXPECT_EQ(send(sent).status, 200) << name;
    for (const char* other : {"rival", "ACME", ""}) {
      sent.headers[name] = other;
      EXPECT_EQ(send(sent).status, 403) << name << ": " << other;
    }
  }
  http::Request both = request("GET", "/api/v0/streams", "", acme_admin_);
  both.headers["tenant"] = "acme";
  both.headers["x-amperity-tenant"] = "rival";
  EXPECT_EQ(send(both).status, 403);
}

TEST_F(AuthorizeTest, AChangeOfTheKeyBitesItsTokensAtOnce) {
  const std::string key = add_key("acme", {operate_policy});
  const std::string token = mint(key);
  const auto status_now = [&] { return send(request("GET", "/api/v0/streams", "", token)).status; };
  EXPECT_EQ(status_now(), 200);
  EXPECT_EQ(send("POST", "/api/v0/admin/api-keys/" + key + "/rotate").status, 200);
  EXPECT_EQ(status_now(), 200) << "deposed, but accepted for 30 days";
  EXPECT_EQ(send("POST", "/api/v0/admin/api-keys/" + key + "/revoke", "{}").status, 200);
  EXPECT_EQ(status_now(), 401);
}

TEST_F(AuthorizeTest, AnotherTenantsThingsAreNotThere) {
  // Everything that an id can name, of acme.
  const std::string courier = new_courier();
  const std::string stream = new_stream();
  const std::string query =
      text(created("/api/v0/ingest-queries", R"({"name":"Q","sql":"SELECT 1"})"), "id");
  const std::string feed =
      text(created("/api/v0/feeds",
                   R"({"source":"S","name":"F","fields":[{"name":"id","type":"string"}],)"
                   R"("primary_key":["id"]})"),
           "id");
  const std::string failed = failed_run(courier);
  const std::string over = failed_run(courier);
  const std::string run =
      text(created("/api/v0/couriers/" + courier + "/runs", R"({"all":true})"), "id");
  const std::string key = add_key("acme", {operate_policy});
  const std::string alert = text(
      created("/api/v0/alerts", R"({"name":"A","channel":"webhook","target":"http://h"})"), "id");
  const std::string delivery = text(created("/api/v0/alerts/" + alert + "/test", ""), "id");
  const std::string group_body =
      R"({"name":"Nightly","couriers":[{"courier_id":")" + courier + R"("}]})";
  const std::string group = text(created("/api/v0/courier-groups", group_body), "id");
  engine_.domain_tables["acme"] = {{"S:F", 0, {}}, {"S:Old", 1, {}}};
  engine::LoggedError bad;
  bad.load = 7;
  bad.number = 1;
  bad.run = run;
  bad.record = 1;
  bad.error.file = "ingest/f.ndjson";
  engine_.logged.push_back(bad);
  const catalog::Stream aside = add_stream(acme_);
  catalog::BatchCommit quarantine;
  quarantine.checkpoint = Lsn{4096};
  quarantine.positions = {{aside.no, Sequence{1}, Sequence{3}, PayloadType::xml}};
  quarantine.quarantined = {quarantined(aside, 1), quarantined(aside, 2)};
  ASSERT_TRUE(commit(quarantine));
  const std::string receipt(view(encode_receipt({aside.no, PartitionNo{0}, Sequence{1}})));
  const std::string other(view(encode_receipt({aside.no, PartitionNo{0}, Sequence{2}})));

  const std::string courier_body = R"({"name":"C","stream_id":")" + stream +
                                   R"(","file_format":"NDJSON","file_tag":"s",)"
                                   R"("load_operations":{}})";
  const std::map<std::string, std::pair<std::string, std::string>> calls = {
      {"getApiKey", {key, ""}},
      {"updateApiKey", {key, R"({"name":"Mine"})"}},
      {"deleteApiKey", {key, ""}},
      {"createToken", {key, "{}"}},
      {"rotateApiKey", {key, ""}},
      {"revokeTokens", {key, R"({"all":true})"}},
      {"getStream", {stream, ""}},
      {"getPostmanSample", {stream, ""}},
      {"getCurlSample", {stream, ""}},
      {"getHttpSample", {stream, ""}},
      {"getPythonSample", {stream, ""}},
      {"flushStream", {stream, ""}},
      {"limitStream", {stream, R"({"rate_limit":5})"}},
      {"limitBatchAge", {stream, R"({"batch_age_s":1})"}},
      {"getReceipt", {receipt, ""}},
      {"getQuarantined", {receipt, ""}},
      {"replayQuarantined", {receipt, ""}},
      {"dropQuarantined", {other, ""}},
      {"getIngestQuery", {query, ""}},
      {"updateIngestQuery", {query, R"({"sql":"SELECT 2"})"}},
      {"deleteIngestQuery", {query, ""}},
      {"previewIngestQuery", {query, R"({"stream_id":")" + stream + R"("})"}},
      {"getFeed", {feed, ""}},
      {"activateFeed", {feed, ""}},
      {"updateFeed", {feed, R"({"error_threshold":3})"}},
      {"deleteFeed", {feed, ""}},
      {"copyFeed", {feed, R"({"name":"Copy"})"}},
      {"truncateFeed", {feed, ""}},
      {"loadFeed", {feed, R"({"all":true})"}},
      {"purgeFeed", {feed, ""}},
      {"getCourier", {courier, ""}},
      {"updateCourier", {courier, courier_body}},
      {"deleteCourier", {courier, ""}},
      {"validateCourier", {courier, ""}},
      {"runCourier", {courier, R"({"all":true})"}},
      {"getRun", {run, ""}},
      {"stopRun", {run, ""}},
      {"resolveRun", {failed, R"({"resolution":"retry_task"})"}},
      {"listRunBatches", {run, ""}},
      {"getIngestJob", {"isj-" + run.substr(3), ""}},
      {"restartIngestJob", {"isj-" + over.substr(3), ""}},
      {"getAlert", {alert, ""}},
      {"updateAlert", {alert, R"({"name":"B","target":"http://h"})"}},
      {"deleteAlert", {alert, ""}},
      {"testAlert", {alert, ""}},
      {"listAlertDeliveries", {alert, ""}},
      {"getAlertDelivery", {delivery, ""}},
      {"redeliverAlert", {delivery, ""}},
      {"getCourierGroup", {group, ""}},
      {"updateCourierGroup", {group, group_body}},
      {"deleteCourierGroup", {group, ""}},
      {"activateCourierGroup", {group, ""}},
      {"deactivateCourierGroup", {group, ""}},
      {"copyCourierGroup", {group, R"({"name":"Copy"})"}},
      {"runCourierGroup", {group, R"({"all":true})"}},
      {"getNextOfCourierGroup", {group, ""}},
      {"listRowErrors", {run, ""}},
      {"listErrorKinds", {run, ""}},
      {"downloadRowErrors", {run, ""}},
      {"loadRowErrors", {run, ""}},
      {"getRowError", {"7.1", ""}},
      {"mendRowError", {"7.1", R"({"record":"{}"})"}},
      {"dismissRowError", {"7.1", ""}},
      {"undoLoad", {"7", ""}},
      {"getRowLineage", {"S:F", ""}},
      {"listTableChanges", {"S:F", ""}},
      {"listShadowChanges", {"S:F", ""}},
      {"copyTableToShadow", {"S:F", ""}},
      {"dropShadow", {"S:F", ""}},
      {"swapWithShadow", {"S:F", ""}},
      {"exportTable", {"S:F", R"({"format":"csv"})"}},
      {"readExport", {"ex-1", ""}},
      {"dropExport", {"ex-1", ""}},
      {"getTable", {"S:F", ""}},
      {"purgeTable", {"S:Old", ""}},
      {"deleteRows", {"S:Old", R"({"column":"id","value":"1"})"}},
      {"renameTable", {"S:Old", R"({"name":"S:G"})"}},
  };
  const auto sent_as = [&](const Route& route, const std::string& token) {
    const auto& [id, body] = calls.at(std::string(route.operation_id));
    std::string path(route.path);
    const auto open = path.find('{');
    path.replace(open, path.find('}') - open + 1, id);
    if (route.operation_id == "getRowLineage") path += "?row=1";
    if (route.operation_id == "listTableChanges") path += "?since=1";
    return send(request(std::string(route.method), path, body, token)).status;
  };
  for (const Route& route : routes_) {
    if (route.path.find('{') == std::string_view::npos) continue;
    ASSERT_TRUE(calls.contains(std::string(route.operation_id))) << route.operation_id;
    // No matter whether there is a shadow, dropping it is done.
    const int none = route.operation_id == "dropShadow" ? 204 : 404;
    EXPECT_EQ(sent_as(route, rival_admin_), none) << route.operation_id;
  }
  // Their owner reaches every one of them, in an order that deletes last.
  for (const Route& route : routes_)
    if (route.path.find('{') != std::string_view::npos && route.method != "DELETE" &&
        route.operation_id != "previewIngestQuery" && route.operation_id != "loadFeed") {
      EXPECT_THAT(sent_as(route, acme_admin_), ::testing::AnyOf(200, 201)) << route.operation_id;
    }
}

TEST_F(AuthorizeTest, ListsHoldOnesOwnThingsOnly) {
  const std::string courier = new_courier();
  created("/api/v0/couriers/" + courier + "/runs", R"({"all":true})");
  created("/api/v0/courier-groups",
          R"({"name":"Nightly","couriers":[{"courier_id":")" + courier + R"("}]})");
  created("/api/v0/ingest-queries", R"({"name":"Q","sql":"SELECT 1"})");
  created("/api/v0/feeds", R"({"source":"S","name":"F","fields":[],"primary_key":["id"]})");
  created("/api/v0/alerts", R"({"name":"A","channel":"webhook","target":"http://h"})");
  const catalog::Stream stream = add_stream(acme_);
  catalog::BatchCommit file = one_file(stream, 1, 2, Lsn{4096});
  file.batches[0].records = 1;
  file.batches[0].quarantined = 1;
  file.quarantined = {quarantined(stream, 2)};
  ASSERT_TRUE(commit(file));
  engine_.domain_tables["acme"] = {{"S:F", 1, {}}};
  engine_.ledger_entries.emplace_back();
  for (const Route& route : routes_) {
    if (route.method != "GET" || route.path.find('{') != std::string_view::npos || is_health(route))
      continue;
    if (route.operation_id == "listHours" || route.operation_id == "examine" ||
        route.operation_id == "getTenant" || route.operation_id == "listSampleFiles")
      continue;  // of one stream (conservation_test), and no lists
    SCOPED_TRACE(route.operation_id);
    std::string path(route.path);
    if (route.operation_id == "listIngestJobs")
      path += "?created_from=2027-03-01T00:00:00Z&created_to=2027-03-08T00:00:00Z";
    const auto theirs = expect(200, send(request("GET", path, "", rival_admin_)));
    const std::size_t own = route.operation_id == "listApiKeys" ? 1 : 0;
    EXPECT_EQ(theirs.at("items").as_array().size(), own);
    EXPECT_GE(get(path).at("items").as_array().size(), 1u);
  }
}

TEST_F(AuthorizeTest, AnotherTenantsStreamCannotBeNamedInABody) {
  const std::string stream = new_stream();
  const auto courier = send(request("POST", "/api/v0/couriers",
                                    R"({"name":"C","stream_id":")" + stream +
                                        R"(","file_format":"NDJSON","file_tag":"s",)"
                                        R"("load_operations":{}})",
                                    rival_admin_));
  EXPECT_THAT(refusal(400, courier), HasSubstr(stream));
  EXPECT_EQ(send(request("POST", "/api/v0/ingest-queries/preview",
                         R"({"sql":"SELECT 1","stream_id":")" + stream + R"("})", rival_admin_))
                .status,
            404);
  EXPECT_EQ(send(request("GET", "/api/v0/batches?stream_id=" + stream, "", rival_admin_)).status,
            404);
  EXPECT_EQ(send(request("GET", "/api/v0/quarantine?stream_id=" + stream, "", rival_admin_)).status,
            404);
  EXPECT_EQ(send(request("GET", "/api/v0/hours?stream_id=" + stream, "", rival_admin_)).status,
            404);
}

TEST_F(AuthorizeTest, TheEngineIsAskedForTheTokensTenant) {
  send(request("POST", "/api/v0/query", R"({"sql":"SELECT 1"})", rival_admin_));
  EXPECT_EQ(engine_.asked.tenant, "rival");
}

TEST_F(AuthorizeTest, IdsThatAreSqlOrPathsNameNothing) {
  new_stream();
  for (const std::string id : {"' OR '1'='1", "\"; DROP TABLE streams; --", "%", "_", "*", "..",
                               "is-%", "\xFF\xFE", "{id}", "null", "0x1"}) {
    for (const Route& route : routes_) {
      const auto open = route.path.find('{');
      if (open == std::string_view::npos || route.method != "GET") continue;
      const std::string path = std::string(route.path.substr(0, open)) + id;
      EXPECT_EQ(send("GET", path).status, 404) << path;
    }
  }
  EXPECT_EQ(get("/api/v0/streams").at("items").as_array().size(), 1u);
}

}  // namespace
}  // namespace weir::control
