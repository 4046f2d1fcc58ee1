#include "control/authorize.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "control/authorization_page.hpp"
#include "control/control_fixture.hpp"

/// Who may do what: every route with every policy, and never another tenant's things.
namespace weir::control {
namespace {

using ::testing::HasSubstr;

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
  bool is_health(const Route& route) { return route.access == Access::everyone; }
  bool asks_for_a_token(const Route& route) {
    return route.access != Access::everyone && route.access != Access::sign_in;
  }
  int status(const Route& route, const std::string& token) {
    return send(request(std::string(route.method), path_of(route), "", token)).status;
  }
};

TEST_F(AuthorizeTest, TheHeadAloneDecidesWhoseBodyIsRead) {
  for (const std::string& token :
       {std::string(), std::string("x"), mint(add_key("acme", {operate_policy})), acme_admin_}) {
    for (const Route& route : routes_) {
      const auto refusal =
          api_.refuse_by_head(request(std::string(route.method), path_of(route), "", token));
      const int whole = status(route, token);
      if (is_health(route))
        EXPECT_EQ(refusal->status, 400) << "anyone could send it anything";
      else if (!asks_for_a_token(route))
        EXPECT_EQ(refusal->status, 411) << "anyone could send it any number of bytes";
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
  for (const Route& route : routes_) {
    if (asks_for_a_token(route)) {
      EXPECT_EQ(status(route, ""), 401) << route.operation_id;
    }
    if (is_health(route)) {
      EXPECT_EQ(status(route, ""), 200) << route.operation_id;
    }
  }
}

TEST_F(AuthorizeTest, OfAStrangerOnlyASmallBodyIsRead) {
  for (const Route& route : routes_) {
    if (route.access != Access::sign_in) continue;
    http::Request head = request(std::string(route.method), path_of(route), "", "");
    const auto refused = [&](const char* length) {
      head.headers["content-length"] = length;
      const auto refusal = api_.refuse_by_head(head);
      return refusal ? refusal->status : 0;
    };
    EXPECT_EQ(refused("4096"), 0);
    EXPECT_EQ(refused("4097"), 413);
    EXPECT_EQ(refused("99999999999999999999"), 413);
  }
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
    if (!asks_for_a_token(route)) continue;
    for (const auto& token : {expired, of_deleted_key, altered, std::string("x"), good + "."})
      EXPECT_EQ(status(route, token), 401) << route.operation_id << " " << token;
    EXPECT_NE(status(route, good), 401) << route.operation_id;
  }
}

TEST_F(AuthorizeTest, ThePageOfTheDocumentsIsWhatTheTableSays) {
  std::ifstream in(std::string(WEIR_API_DIRECTORY) + "/../docs/authorization.md");
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_EQ(page.str(), authorization_markdown())
      << "run: weir authorization > docs/authorization.md";
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

TEST_F(AuthorizeTest, ListsHoldOnesOwnThingsOnly) {
  const std::string courier = new_courier();
  created("/api/v0/couriers/" + courier + "/runs", R"({"all":true})");
  created("/api/v0/courier-groups",
          R"({"name":"Nightly","couriers":[{"courier_id":")" + courier + R"("}]})");
  created("/api/v0/ingest-queries", R"({"name":"Q","sql":"SELECT 1"})");
  created("/api/v0/feeds", R"({"source":"S","name":"F","fields":[],"primary_key":["id"]})");
  created("/api/v0/credentials", R"({"name":"C"})");
  created("/api/v0/alerts", R"({"name":"A","channel":"webhook","target":"http://h"})");
  const catalog::Stream stream = add_stream(acme_);
  catalog::BatchCommit file = one_file(stream, 1, 2, Lsn{4096});
  file.batches[0].records = 1;
  file.batches[0].quarantined = 1;
  file.quarantined = {quarantined(stream, 2)};
  ASSERT_TRUE(commit(file));
  engine_.domain_tables["acme"] = {{"S:F", 1, {}}};
  engine_.ledger_entries.emplace_back();
  session_of({"datagrid-operator"});
  for (const Route& route : routes_) {
    if (route.method != "GET" || route.path.find('{') != std::string_view::npos ||
        !asks_for_a_token(route) || route.path.ends_with(".csv") ||
        route.access == Access::operate_server)
      continue;
    if (route.operation_id == "getMe" || route.operation_id == "listHours" ||
        route.operation_id == "examine" || route.operation_id == "getTenant" ||
        route.operation_id == "getUsage" || route.operation_id == "followLive" ||
        route.operation_id == "listSampleFiles" || route.operation_id == "listBatchRecords" ||
        route.operation_id == "listQueryFunctions")
      continue;  // of one stream (conservation_test) or file (lists_test), endless, no lists,
                 // all's, or days that have nothing (usage_test)
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
      const bool of_operator = route.access == Access::operate_server;
      EXPECT_EQ(send(request("GET", path, "", of_operator ? operator_token_ : acme_admin_)).status,
                404)
          << path;
    }
  }
  EXPECT_EQ(get("/api/v0/streams").at("items").as_array().size(), 1u);
}

}  // namespace
}  // namespace weir::control
