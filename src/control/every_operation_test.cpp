#include <map>
#include <set>

#include <gmock/gmock.h>

#include "catalog/audit.hpp"
#include "control/audit_type.hpp"
#include "control/every_operation_fixture.hpp"

/// Promises that each operation of the route table is held to: who may call it, that another
/// tenant's things are not there, and that a change leaves one audit event.
namespace weir::control {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class EveryOperationTest : public EveryOperationWorld {
 protected:
  static bool names_something(const Route& route) {
    return route.path.find('{') != std::string_view::npos;
  }
  static bool is_open(const Route& route) {
    return route.access == Access::everyone || route.access == Access::sign_in;
  }
  std::vector<catalog::AuditEvent> events() {
    return catalog_->audit().list(acme_, {}, {1000, ""}).value().items;
  }
  http::Request call_with(const Route& route, const std::string& token) {
    http::Request sent = call_of(route);
    sent.headers.erase("cookie");
    sent.headers.erase("authorization");
    if (!token.empty()) sent.headers["authorization"] = "Bearer " + token;
    return sent;
  }
};

/// A world for one call.
class FreshWorld final : public EveryOperationTest {
 public:
  void TestBody() override {}

  void leaves_one_event(const Route& route) {
    const std::string id(route.operation_id);
    const std::string type = audit_type(route);
    ASSERT_TRUE(calls_.contains(id)) << "say how it is called";
    const auto before = events();
    const http::Response response = send(call_of(route));
    ASSERT_THAT(response.status, AnyOf(200, 201, 204)) << response.body;
    const auto after = events();
    ASSERT_EQ(after.size(), before.size() + (type.empty() ? 0 : 1));
    if (type.empty()) return;
    const catalog::AuditEvent& event = after.front();
    EXPECT_EQ(event.type, id == "resolveRun" ? "workflow/retry" : type);
    EXPECT_EQ(event.origin_ip, "192.0.2.7");
    EXPECT_FALSE(event.object.empty());
    EXPECT_FALSE(event.principal_id.empty());
    EXPECT_FALSE(event.principal_name.empty());
    if (names_something(route)) {
      EXPECT_EQ(event.object, calls_[id].id);
    }
    holds_no_secret(event, response);
  }

 private:
  /// What was secret in the call or its answer is nowhere in the event.
  void holds_no_secret(const catalog::AuditEvent& event, const http::Response& response) {
    const std::string whole = event.object + event.object_name + event.principal_id +
                              event.principal_name + event.principal_email + event.type;
    EXPECT_THAT(whole, Not(HasSubstr("correct horse")));
    if (response.content_type != "application/json" || response.body.empty()) return;
    const auto body = expect(response.status, response);
    for (const char* member : {"token", "secret", "client_secret", "code", "csrf_token"})
      if (const auto secret = text(body, member); !secret.empty()) {
        EXPECT_THAT(whole, Not(HasSubstr(secret))) << member;
      }
  }
};

TEST_F(EveryOperationTest, AChangeLeavesOneAuditEventAndAReadNone) {
  for (const Route& route : routes_) {
    SCOPED_TRACE(route.operation_id);
    // sessions_test, where there is no user yet, server_tenants_test and oidc_test.
    if (route.operation_id == "setUp" || route.operation_id == "createTenant" ||
        route.operation_id == "finishProviderSignIn")
      continue;
    if (audit_type(route).empty() && !names_something(route)) continue;
    FreshWorld().leaves_one_event(route);
  }
}

TEST_F(EveryOperationTest, WhatIsRefusedLeavesNoAuditEvent) {
  const std::string writer = mint(add_key("acme", {"streaming-ingest-api:write"}));
  const auto before = events().size();
  for (const Route& route : routes_) {
    if (is_open(route)) continue;
    SCOPED_TRACE(route.operation_id);
    EXPECT_EQ(send(call_with(route, "")).status, 401);
    if (route.access != Access::signed_in) {
      EXPECT_EQ(send(call_with(route, writer)).status, 403);
    }
    http::Request nonsense = call_of(route);
    nonsense.query["nonsense"] = "1";
    EXPECT_EQ(send(nonsense).status, 400);
    if (route.method == "GET" || route.method == "DELETE") continue;
    nonsense.query.clear();
    nonsense.body = "{\"nonsense\":1}";
    EXPECT_EQ(send(nonsense).status, 400);
  }
  EXPECT_EQ(events().size(), before);
}

TEST_F(EveryOperationTest, AnotherTenantsThingsAreNotThere) {
  const auto before = events().size();
  for (const Route& route : routes_) {
    if (!names_something(route)) continue;
    SCOPED_TRACE(route.operation_id);
    ASSERT_TRUE(calls_.contains(std::string(route.operation_id))) << "say how it is called";
    if (route.access == Access::operate_server) {
      EXPECT_EQ(send(call_with(route, rival_admin_)).status, 403);
      continue;
    }
    // No matter whether there is a shadow, dropping it is done.
    EXPECT_EQ(send(call_with(route, rival_admin_)).status,
              route.operation_id == "dropShadow" ? 204 : 404);
  }
  EXPECT_EQ(events().size(), before);
}

using Policies = std::set<std::string>;

/// Who may call what, written down again on purpose, so that a slip in the table shows. Above are
/// the policies of keys, behind them those of users.
const Policies viewers = {"datagrid:operate",       "datagrid-operator",
                          "datagrid-administrator", "datagrid-operator-read-only",
                          "source-data-deletion",   "datagrid-administrator-read-only"};
const Policies operators = {"datagrid:operate", "datagrid-operator", "datagrid-administrator"};
const Policies builders = {"datagrid:operate", "datagrid-administrator"};
const Policies removers = {"datagrid:operate", "source-data-deletion"};
const Policies issuers = {"api-keys:issue", "api-key-administration", "user-administration"};
const Policies key_administrators = {"api-key-administration", "user-administration"};
const Policies user_administrators = {"user-administration"};
const Policies administrators = {"datagrid-administrator", "user-administration"};

const std::map<std::string, Policies> allowed = {
    {"listApiKeys", key_administrators},
    {"createApiKey", key_administrators},
    {"getApiKey", key_administrators},
    {"updateApiKey", key_administrators},
    {"deleteApiKey", key_administrators},
    {"createToken", issuers},
    {"rotateApiKey", key_administrators},
    {"revokeTokens", key_administrators},
    {"getTenant", viewers},
    {"allowOrigins", builders},
    {"listStreams", viewers},
    {"listStreamFields", viewers},
    {"createStream", builders},
    {"getStream", viewers},
    {"flushStream", operators},
    {"getPostmanSample", viewers},
    {"getCurlSample", viewers},
    {"getHttpSample", viewers},
    {"getPythonSample", viewers},
    {"updateStream", builders},
    {"deleteStream", builders},
    {"limitStream", builders},
    {"limitBatchAge", builders},
    {"listBatches", viewers},
    {"listBatchRecords", viewers},
    {"getReceipt", viewers},
    {"getReceiptPayload", viewers},
    {"listQuarantine", viewers},
    {"getQuarantined", viewers},
    {"replayQuarantined", operators},
    {"dropQuarantined", operators},
    {"listHours", viewers},
    {"examine", viewers},
    {"listIngestQueries", viewers},
    {"createIngestQuery", builders},
    {"getIngestQuery", viewers},
    {"updateIngestQuery", builders},
    {"deleteIngestQuery", builders},
    {"listIngestQueryVersions", viewers},
    {"diffIngestQueryVersions", viewers},
    {"restoreIngestQuery", builders},
    {"compareIngestQueryVersions", viewers},
    {"listQueryFunctions", viewers},
    {"validatePayload", viewers},
    {"previewIngestQuery", viewers},
    {"previewSql", viewers},
    {"getNextOfSchedule", viewers},
    {"listCourierGroups", viewers},
    {"createCourierGroup", builders},
    {"getCourierGroup", viewers},
    {"updateCourierGroup", builders},
    {"deleteCourierGroup", builders},
    {"activateCourierGroup", builders},
    {"deactivateCourierGroup", builders},
    {"copyCourierGroup", builders},
    {"runCourierGroup", operators},
    {"getNextOfCourierGroup", viewers},
    {"listAlerts", viewers},
    {"createAlert", administrators},
    {"getAlert", viewers},
    {"updateAlert", administrators},
    {"deleteAlert", administrators},
    {"testAlert", operators},
    {"listAlertDeliveries", viewers},
    {"getAlertDelivery", viewers},
    {"redeliverAlert", operators},
    {"listFeeds", viewers},
    {"createFeed", operators},
    {"getFeed", viewers},
    {"activateFeed", operators},
    {"updateFeed", operators},
    {"deleteFeed", operators},
    {"copyFeed", operators},
    {"truncateFeed", operators},
    {"loadFeed", operators},
    {"purgeFeed", operators},
    {"draftFeed", operators},
    {"listSampleFiles", viewers},
    {"listCouriers", viewers},
    {"createCourier", builders},
    {"getCourier", viewers},
    {"updateCourier", builders},
    {"deleteCourier", builders},
    {"copyCourier", builders},
    {"listCredentials", viewers},
    {"createCredential", builders},
    {"getCredential", viewers},
    {"updateCredential", builders},
    {"deleteCredential", builders},
    {"validateCourier", operators},
    {"runCourier", operators},
    {"listRuns", viewers},
    {"startRun", operators},
    {"followLive", viewers},
    {"listNeedsYou", viewers},
    {"getUsage", viewers},
    {"getStreamVolume", viewers},
    {"listWaitingPayloads", viewers},
    {"getRun", viewers},
    {"stopRun", operators},
    {"resolveRun", operators},
    {"listRunBatches", viewers},
    {"listIngestJobs", viewers},
    {"getIngestJob", viewers},
    {"restartIngestJob", operators},
    {"listRowErrors", viewers},
    {"listErrorKinds", viewers},
    {"downloadRowErrors", viewers},
    {"loadRowErrors", operators},
    {"getRowError", viewers},
    {"mendRowError", operators},
    {"dismissRowError", operators},
    {"listLoads", viewers},
    {"undoLoad", operators},
    {"listTables", viewers},
    {"getTable", viewers},
    {"purgeTable", builders},
    {"deleteRows", removers},
    {"renameTable", builders},
    {"getRowLineage", viewers},
    {"listTableChanges", viewers},
    {"listShadowChanges", viewers},
    {"copyTableToShadow", operators},
    {"dropShadow", operators},
    {"swapWithShadow", builders},
    {"exportTable", operators},
    {"readExport", viewers},
    {"dropExport", operators},
    {"queryTables", viewers},
    {"createOauthCredentials", key_administrators},
    {"deleteOauthCredentials", key_administrators},
    {"listUsers", user_administrators},
    {"createUser", user_administrators},
    {"addMember", user_administrators},
    {"removeMember", user_administrators},
    {"listTenants", {}},
    {"createTenant", {}},
    {"getServerTenant", {}},
    {"updateTenant", {}},
    {"disableTenant", {}},
    {"enableTenant", {}},
    {"getUser", user_administrators},
    {"inviteUser", user_administrators},
    {"resetUser", user_administrators},
    {"disableUser", user_administrators},
    {"enableUser", user_administrators},
    {"signOutUser", user_administrators},
    {"attachPolicies", user_administrators},
    {"detachPolicies", user_administrators},
    {"listAuditEvents", administrators},
    {"exportAuditEvents", administrators},
};

/// A key that administers may do everything, so it is in none of the sets.
constexpr const char* everything = "api-keys:administer";

TEST_F(EveryOperationTest, EachPolicyOpensWhatItSays) {
  for (const Grant& grant : grants()) {
    const std::string policy(grant.policy);
    const std::string secret =
        grant.of_users ? session_of({policy}) : mint(add_key("acme", {policy}));
    for (const Route& route : routes_) {
      if (is_open(route) || route.path == "/api/v0/session" || route.path == "/api/v0/sessions")
        continue;
      SCOPED_TRACE(policy + " on " + std::string(route.operation_id));
      const bool of_everyone = route.access == Access::signed_in;
      const auto known = allowed.find(std::string(route.operation_id));
      ASSERT_TRUE(of_everyone || known != allowed.end()) << "decide who may use the new operation";
      // Its path names nothing that is there.
      http::Request sent = request(std::string(route.method), std::string(route.path), "",
                                   grant.of_users ? "" : secret);
      if (grant.of_users) sent = by_session(sent, secret);
      const int status = send(sent).status;
      const bool of_operator = route.access == Access::operate_server;
      if (of_everyone || (policy == everything && !of_operator) || known->second.contains(policy))
        EXPECT_THAT(status, Not(AnyOf(401, 403)));
      else
        EXPECT_EQ(status, 403);
    }
  }
}

}  // namespace
}  // namespace weir::control
