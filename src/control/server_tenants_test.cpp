#include <gmock/gmock.h>

#include "catalog/audit.hpp"
#include "catalog/users.hpp"
#include "control/control_fixture.hpp"

/// Tenants as who operates the server makes them, and users who belong to several.
namespace weir::control {
namespace {

using ::testing::HasSubstr;

class ServerTenantsTest : public ControlTest {
 protected:
  http::Response operate(const std::string& method, const std::string& path,
                         const std::string& body = "") {
    return send(request(method, path, body, operator_token_));
  }
  /// In one of the tenants that the session's user belongs to.
  http::Response in_tenant(const std::string& tenant, const std::string& session,
                           const std::string& path = "/api/v0/me") {
    auto sent = by_session(request("GET", path, "", ""), session);
    if (!tenant.empty()) sent.headers["x-amperity-tenant"] = tenant;
    return send(sent);
  }
  /// A user of acme, by the name of the test's, with a session.
  std::string user_of_acme(const std::string& session) {
    const auto user = user_with({"user-administration"});
    EXPECT_TRUE(catalog_->users().start_session(user, stored_form(session), "", sign_ins_.life()));
    return user.name;
  }
};

TEST_F(ServerTenantsTest, ANewTenantsFirstKeyDoesEverythingThereAndNothingElsewhere) {
  const auto made = expect(201, operate("POST", "/api/v0/tenants", R"({"name":"third"})"));
  const std::string token = text(made, "admin_token");
  const auto stream =
      expect(201, send(request("POST", "/api/v0/streams", R"({"name":"S"})", token)));
  const std::string path = "/api/v0/streams/" + text(stream, "id");
  EXPECT_EQ(send(request("GET", path, "", token)).status, 200);
  EXPECT_EQ(send("GET", path).status, 404);
  EXPECT_EQ(send(request("GET", "/api/v0/streams/" + new_stream(), "", token)).status, 404);
  const auto me = expect(200, send(request("GET", "/api/v0/me", "", token)));
  EXPECT_EQ(json::serialize(me.at("tenants")), R"([{"name":"third","sandbox_of":null}])");
  const auto third = catalog_->tenants().find("third").value().no;
  const auto events = catalog_->audit().list(third, {.type = "tenant/"}, {10, ""}).value().items;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, "tenant/created");
  EXPECT_EQ(events[0].object, "third");
  EXPECT_EQ(events[0].principal_id, "operator");
  EXPECT_EQ(events[0].principal_name, "Operator of the server");
}

TEST_F(ServerTenantsTest, OnlyTheOperatorMakesTenantsAndDoesNothingElse) {
  const std::string body = R"({"name":"third"})";
  EXPECT_THAT(refusal(403, send("POST", "/api/v0/tenants", body)), HasSubstr("weir tenant"));
  EXPECT_EQ(send(request("POST", "/api/v0/tenants", body, "")).status, 401);
  EXPECT_EQ(send(request("POST", "/api/v0/tenants", body, "weir-operator-guess")).status, 401);
  const std::string everything = session_of({"user-administration", "datagrid-administrator"});
  EXPECT_EQ(send(by_session(request("POST", "/api/v0/tenants", body, ""), everything)).status, 403);
  for (const char* path :
       {"/api/v0/streams", "/api/v0/me", "/api/v0/users", "/api/v0/audit-events"})
    EXPECT_EQ(operate("GET", path).status, 403) << path;
  EXPECT_EQ(operate("GET", "/api/v0/tenants").status, 200);
}

TEST_F(ServerTenantsTest, WithoutAnOperatorsTokenNobodyIsTheOperator) {
  Services services = this->services();
  services.operator_token = "";
  ControlApi api(services);
  for (const char* token : {"weir-operator-", "weir-operator-x"})
    EXPECT_EQ(api.handle(request("GET", "/api/v0/tenants", "", token)).status, 401) << token;
}

TEST_F(ServerTenantsTest, ANameIsAFolderAndALabelOfAHost) {
  for (const char* name : {"", "A", "a_b", "-a", "a-", "a.b", "../x", "ü"})
    EXPECT_EQ(
        operate("POST", "/api/v0/tenants", json::serialize(json::object{{"name", name}})).status,
        400)
        << name;
  EXPECT_EQ(operate("POST", "/api/v0/tenants", R"({"name":"acme"})").status, 409);
  EXPECT_EQ(
      operate("POST", "/api/v0/tenants", R"({"name":")" + std::string(63, 'a') + R"("})").status,
      201);
  EXPECT_EQ(
      operate("POST", "/api/v0/tenants", R"({"name":")" + std::string(64, 'a') + R"("})").status,
      400);
}

TEST_F(ServerTenantsTest, LimitsAreInForceWithTheNextRequest) {
  const std::string stream = new_stream();
  const std::string path = "/api/v0/tenants/acme";
  const auto set = expect(
      200,
      operate("PUT", path, R"({"payload_bytes_max":5242880,"rate_limit":100,"rate_burst":200})"));
  EXPECT_EQ(set.at("payload_bytes_max").as_int64(), 5'242'880);
  const auto view = [&] { return catalog_->snapshots().current()->streams.at(stream); };
  EXPECT_EQ(view().payload_bytes_max, 5'242'880U);
  EXPECT_EQ(view().tenant_rate_limit, (catalog::RateLimit{100, 200}));
  expect(200, operate("PUT", path, R"({"payload_bytes_max":1000})"));
  EXPECT_EQ(view().payload_bytes_max, 1000U);
  EXPECT_EQ(view().tenant_rate_limit, (catalog::RateLimit{100, 200})) << "stays";
  expect(200, operate("PUT", path, R"({"rate_limit":0})"));
  EXPECT_FALSE(view().tenant_rate_limit.is_set());
  for (const char* wrong :
       {R"({"payload_bytes_max":5242881})", R"({"payload_bytes_max":0})", R"({"rate_burst":1})",
        R"({"rate_limit":1,"rate_burst":0})", R"({"rate_limit":0,"rate_burst":1})",
        R"({"rate_limit":-1})", R"({"name":"other"})"})
    EXPECT_EQ(operate("PUT", path, wrong).status, 400) << wrong;
  EXPECT_EQ(view().payload_bytes_max, 1000U);
  EXPECT_EQ(operate("PUT", "/api/v0/tenants/nobody", R"({"rate_limit":1})").status, 404);
}

TEST_F(ServerTenantsTest, ADisabledTenantIsRefusedEverythingAtOnceAndKeepsWhatItHas) {
  const std::string stream = new_stream();
  const std::string session = session_of({"datagrid-operator"});
  expect(200, operate("POST", "/api/v0/tenants/acme/disable"));
  EXPECT_EQ(send("GET", "/api/v0/streams").status, 401);
  EXPECT_EQ(in_tenant("", session).status, 401);
  EXPECT_FALSE(catalog_->snapshots().current()->streams.contains(stream));
  EXPECT_EQ(send(request("GET", "/api/v0/streams", "", rival_admin_)).status, 200);
  expect(200, operate("POST", "/api/v0/tenants/acme/enable"));
  EXPECT_EQ(send("GET", "/api/v0/streams/" + stream).status, 200);
  EXPECT_EQ(in_tenant("", session).status, 200);
}

TEST_F(ServerTenantsTest, NothingPassesBetweenATenantAndItsSandbox) {
  const auto made = expect(
      201, operate("POST", "/api/v0/tenants", R"({"name":"acme-test","sandbox_of":"acme"})"));
  EXPECT_EQ(made.at("tenant").at("sandbox_of").as_string(), "acme");
  const std::string token = text(made, "admin_token");
  const std::string stream = new_stream();
  EXPECT_EQ(send(request("GET", "/api/v0/streams/" + stream, "", token)).status, 404);
  auto crossed = request("GET", "/api/v0/streams", "", acme_admin_);
  crossed.headers["x-amperity-tenant"] = "acme-test";
  EXPECT_EQ(send(crossed).status, 403);
  crossed = request("GET", "/api/v0/streams", "", token);
  crossed.headers["x-amperity-tenant"] = "acme";
  EXPECT_EQ(send(crossed).status, 403);
  expect(200, operate("PUT", "/api/v0/tenants/acme-test", R"({"rate_limit":5})"));
  EXPECT_FALSE(catalog_->snapshots().current()->streams.at(stream).tenant_rate_limit.is_set());
  EXPECT_THAT(refusal(400, operate("POST", "/api/v0/tenants",
                                   R"({"name":"deeper","sandbox_of":"acme-test"})")),
              HasSubstr("sandbox itself"));
  EXPECT_EQ(operate("POST", "/api/v0/tenants", R"({"name":"x","sandbox_of":"nobody"})").status,
            404);
}

TEST_F(ServerTenantsTest, AUserOfSeveralTenantsActsInTheOneThatTheRequestNames) {
  const std::string name = user_of_acme("the session");
  EXPECT_EQ(in_tenant("rival", "the session").status, 403);
  const auto add = [&](const std::string& token) {
    return send(request("POST", "/api/v0/members",
                        R"({"name":")" + name + R"(","policies":["datagrid-operator"]})", token));
  };
  const auto member = expect(201, add(rival_admin_));
  EXPECT_TRUE(member.at("is_member_only").as_bool());
  EXPECT_EQ(add(rival_admin_).status, 409);
  EXPECT_EQ(add(acme_admin_).status, 409) << "is there anyway";
  const auto home = expect(200, in_tenant("", "the session"));
  EXPECT_EQ(text(home, "tenant"), "acme");
  EXPECT_EQ(json::serialize(home.at("tenants")),
            R"([{"name":"acme","sandbox_of":null},{"name":"rival","sandbox_of":null}])");
  EXPECT_EQ(json::serialize(home.at("policies")), R"(["user-administration"])");
  const auto there = expect(200, in_tenant("rival", "the session"));
  EXPECT_EQ(text(there, "tenant"), "rival");
  EXPECT_EQ(json::serialize(there.at("policies")), R"(["datagrid-operator"])");
  EXPECT_EQ(in_tenant("rival", "the session", "/api/v0/users").status, 403);
  EXPECT_EQ(in_tenant("acme", "the session", "/api/v0/users").status, 200);
  EXPECT_EQ(in_tenant("rival", "the session", "/api/v0/streams/" + new_stream()).status, 404);
  EXPECT_EQ(text(expect(200, in_tenant("", "the session", "/api/v0/me?tenant=rival")), "tenant"),
            "rival");
  EXPECT_EQ(in_tenant("acme", "the session", "/api/v0/me?tenant=rival").status, 403);
  EXPECT_EQ(in_tenant("", "the session", "/api/v0/me?tenant=nobody").status, 403);
  expect(200, operate("POST", "/api/v0/tenants/rival/disable"));
  EXPECT_EQ(in_tenant("rival", "the session").status, 403);
  expect(200, operate("POST", "/api/v0/tenants/rival/enable"));
  const std::string path = "/api/v0/members/" + text(member, "id");
  EXPECT_EQ(send("DELETE", path).status, 409) << "a tenant's own user";
  EXPECT_EQ(send(request("DELETE", path, "", rival_admin_)).status, 204);
  EXPECT_EQ(in_tenant("rival", "the session").status, 403);
  EXPECT_EQ(in_tenant("acme", "the session").status, 200);
  EXPECT_EQ(send(request("DELETE", path, "", rival_admin_)).status, 404);
}

TEST_F(ServerTenantsTest, PasswordAndStateAreForTheTenantThatMadeTheUser) {
  const std::string name = user_of_acme("the session");
  const auto member =
      expect(201, send(request("POST", "/api/v0/members",
                               R"({"name":")" + name + R"(","policies":["user-administration"]})",
                               rival_admin_)));
  const std::string path = "/api/v0/users/" + text(member, "id");
  for (const char* verb : {"/reset", "/disable", "/enable", "/sign-out", "/invite"})
    EXPECT_THAT(refusal(403, send(request("POST", path + verb, "", rival_admin_))),
                HasSubstr("another tenant"))
        << verb;
  EXPECT_EQ(in_tenant("acme", "the session").status, 200) << "nothing of it was done";
  EXPECT_EQ(send(request("POST", path + "/attach-policies", R"({"policies":["datagrid-operator"]})",
                         rival_admin_))
                .status,
            200);
  EXPECT_EQ(json::serialize(expect(200, in_tenant("acme", "the session")).at("policies")),
            R"(["user-administration"])")
      << "policies are each tenant's own";
  EXPECT_EQ(json::serialize(expect(200, in_tenant("rival", "the session")).at("policies")),
            R"(["user-administration","datagrid-operator"])");
}

TEST_F(ServerTenantsTest, AMemberOfNobodysNameIsNotFound) {
  EXPECT_THAT(refusal(404, send("POST", "/api/v0/members", R"({"name":"Nobody","policies":[]})")),
              HasSubstr("Invite"));
  EXPECT_EQ(send("POST", "/api/v0/members", R"({"name":"Nobody","policies":["root"]})").status,
            400);
}

TEST_F(ServerTenantsTest, TwoTenantHeadersThatDifferAreRefused) {
  auto sent = request("GET", "/api/v0/me", "", acme_admin_);
  sent.headers["x-amperity-tenant"] = "acme";
  sent.headers["tenant"] = "rival";
  EXPECT_EQ(send(sent).status, 403);
  sent.headers["tenant"] = "acme";
  EXPECT_EQ(send(sent).status, 200);
}

TEST_F(ServerTenantsTest, TheHostOfATenantIsItsAlone) {
  const auto ask = [&](const std::string& host, const std::string& token) {
    auto sent = request("GET", "/api/v0/me", "", token);
    sent.headers["host"] = host;
    return send(sent);
  };
  EXPECT_EQ(ask("acme.weir.example.org", acme_admin_).status, 200);
  EXPECT_EQ(ask("weir.example.org", acme_admin_).status, 200);
  EXPECT_THAT(refusal(403, ask("rival.weir.example.org", acme_admin_)), HasSubstr("rival"));
  // Whatever is asked for there.
  for (const char* path : {"/api/v0/me", "/api/v0/session", "/api/v0/streams"}) {
    auto stray = request("GET", path, "", acme_admin_);
    stray.headers["host"] = "nobody.weir.example.org";
    EXPECT_THAT(refusal(404, api_.handle(stray)), HasSubstr("No tenant has the host")) << path;
    stray.headers.erase("authorization");
    EXPECT_EQ(api_.handle(stray).status, 404) << path;
  }
  auto contradicted = request("GET", "/api/v0/me", "", acme_admin_);
  contradicted.headers["host"] = "acme.weir.example.org";
  contradicted.headers["x-amperity-tenant"] = "rival";
  EXPECT_EQ(send(contradicted).status, 403);
  auto probe = request("GET", "/healthz", "", "");
  probe.headers["host"] = "balancer.weir.example.org";
  EXPECT_EQ(send(probe).status, 200);
}

TEST_F(ServerTenantsTest, TheHostSaysInWhichTenantAUserActs) {
  const std::string name = user_of_acme("the session");
  const auto ask = [&] {
    auto sent = by_session(request("GET", "/api/v0/me", "", ""), "the session");
    sent.headers["host"] = "rival.weir.example.org";
    return send(sent);
  };
  EXPECT_EQ(ask().status, 403);
  ASSERT_TRUE(catalog_->users().add_member(rival_, name, {"datagrid-operator"}));
  EXPECT_EQ(text(expect(200, ask()), "tenant"), "rival");
}

}  // namespace
}  // namespace weir::control
