#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

namespace weir::control {
namespace {

using ::testing::HasSubstr;

constexpr const char* keys_path = "/api/v0/admin/api-keys";

class ApiKeysTest : public ControlTest {
 protected:
  std::string path(const std::string& id, const std::string& verb = "") {
    return std::string(keys_path) + "/" + id + (verb.empty() ? "" : "/" + verb);
  }
  int status_with(const std::string& token, const std::string& where = "/api/v0/streams") {
    return send(request("GET", where, "", token)).status;
  }
};

TEST_F(ApiKeysTest, AKeyIsAddedAndTold) {
  const auto key =
      created(keys_path, R"({"name":"Producer","policies":["streaming-ingest-api:write"]})");
  EXPECT_EQ(text(key, "name"), "Producer");
  EXPECT_EQ(text(key, "status"), "active");
  EXPECT_EQ(text(key, "created_at"), to_string(clock_.now()));
  EXPECT_EQ(key.at("policies"), json::array{"streaming-ingest-api:write"});
  EXPECT_EQ(get(path(text(key, "id"))), key);
}

TEST_F(ApiKeysTest, NoAnswerTellsASecret) {
  const auto key = created(keys_path, R"({"name":"P","policies":["datagrid:operate"]})");
  const auto id = text(key, "id");
  send("POST", path(id, "rotate"));
  const auto snapshot = catalog_->snapshots().current();
  for (const auto& secret : snapshot->keys.at(id).secrets) {
    std::string hex;
    for (const char c : secret.secret) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
      hex += digits;
    }
    for (const auto& response : {send("GET", path(id)), send("GET", keys_path)})
      EXPECT_THAT(response.body, ::testing::Not(HasSubstr(hex)));
  }
}

TEST_F(ApiKeysTest, AnUnknownPolicyIsRefused) {
  EXPECT_THAT(refusal(400, send("POST", keys_path, R"({"name":"P","policies":["root"]})")),
              HasSubstr("datagrid:operate"));
}

TEST_F(ApiKeysTest, ATokenIsGoodUntilItsExpiry) {
  const auto id = add_key("acme", {"datagrid:operate"});
  const auto answer =
      created(path(id, "tokens"), R"({"expires-at":"2027-03-02T09:00:00.75+00:00"})");
  EXPECT_EQ(text(answer, "expires-at"), "2027-03-02T09:00:00.000000Z");
  const auto token = text(answer, "token");
  EXPECT_EQ(status_with(token), 200);
  clock_.turn(std::chrono::minutes(59));
  EXPECT_EQ(status_with(token), 200);
  clock_.turn(std::chrono::minutes(1));
  EXPECT_EQ(status_with(token), 401);
}

TEST_F(ApiKeysTest, ATokenWithoutExpiryIsGoodUntilItIsRevoked) {
  const auto id = add_key("acme", {"datagrid:operate"});
  for (const char* body : {"", "{}", R"({"expires-at":null})"}) {
    const auto answer = created(path(id, "tokens"), body);
    EXPECT_TRUE(answer.at("expires-at").is_null());
  }
  const auto token = text(created(path(id, "tokens"), ""), "token");
  clock_.turn(std::chrono::hours(24 * 3650));
  EXPECT_EQ(status_with(token), 200);
  get(path(id));
  expect(200, send("POST", path(id, "revoke"), R"({"all":true})"));
  EXPECT_EQ(status_with(token), 401);
}

TEST_F(ApiKeysTest, AnExpiryIsATimeToCome) {
  const auto id = add_key("acme", {"datagrid:operate"});
  for (const char* time :
       {"2027-03-02T08:00:00Z", "2026-01-01T00:00:00Z", "2027-03-03", "tomorrow",
        "2027-13-01T00:00:00Z", "", "2027-03-02T59+00:00Z", "2027-03-02T7-03-02T09:0009:00:00Z"})
    EXPECT_THAT(refusal(400, send("POST", path(id, "tokens"),
                                  R"({"expires-at":")" + std::string(time) + "\"}")),
                HasSubstr("expires-at"))
        << time;
  EXPECT_EQ(send("POST", path(id, "tokens"), R"({"expires-at":1803888000})").status, 400);
}

TEST_F(ApiKeysTest, AnIssuerMintsForTheKeysOfItsTenant) {
  const auto issuer = add_key("acme", {"api-keys:issue"});
  const auto token = mint(issuer);
  const auto mints_for = [&](const std::string& id) {
    return send(request("POST", path(id, "tokens"), "{}", token)).status;
  };
  EXPECT_EQ(mints_for(issuer), 201) << "it refreshes itself";
  EXPECT_EQ(mints_for(add_key("acme", {"streaming-ingest-api:write"})), 201);
  EXPECT_EQ(mints_for(add_key("acme", {"datagrid:operate"})), 201);
  EXPECT_EQ(mints_for(add_key("rival", {"streaming-ingest-api:write"})), 404);
}

TEST_F(ApiKeysTest, AnIssuerDoesNotMakeItselfAnAdministrator) {
  const auto admin = add_key("acme", {"api-keys:administer"});
  const auto token = mint(add_key("acme", {"api-keys:issue", "datagrid:operate"}));
  EXPECT_THAT(refusal(403, send(request("POST", path(admin, "tokens"), "{}", token))),
              HasSubstr("api-keys:administer"));
  EXPECT_EQ(send("POST", path(admin, "tokens"), "{}").status, 201) << "an administrator may";
  EXPECT_EQ(
      send(request("POST", keys_path, R"({"name":"x","policies":["api-keys:administer"]})", token))
          .status,
      403);
}

TEST_F(ApiKeysTest, RotationKeepsOldTokensForThirtyDays) {
  const auto id = add_key("acme", {"datagrid:operate"});
  const auto before = text(created(path(id, "tokens"), ""), "token");
  expect(200, send("POST", path(id, "rotate")));
  const auto after = text(created(path(id, "tokens"), ""), "token");
  EXPECT_EQ(status_with(before), 200);
  clock_.turn(std::chrono::hours(30 * 24) - std::chrono::seconds(1));
  EXPECT_EQ(status_with(before), 200);
  clock_.turn(std::chrono::seconds(1));
  EXPECT_EQ(status_with(before), 401);
  EXPECT_EQ(status_with(after), 200);
}

TEST_F(ApiKeysTest, AnExpiryMayBeGivenInDays) {
  const auto id = add_key("acme", {"datagrid:operate"});
  const auto answer = created(path(id, "tokens"), R"({"expires-in-days":3})");
  EXPECT_EQ(text(answer, "expires-at"), to_string(clock_.now() + std::chrono::days(3)));
  const auto token = text(answer, "token");
  clock_.turn(std::chrono::hours(72) - std::chrono::seconds(1));
  EXPECT_EQ(status_with(token), 200);
  clock_.turn(std::chrono::seconds(1));
  EXPECT_EQ(status_with(token), 401);
  for (const char* body :
       {R"({"expires-in-days":0})", R"({"expires-in-days":36501})", R"({"expires-in-days":"3"})",
        R"({"expires-in-days":3,"expires-at":"2030-01-01T00:00:00Z"})"})
    EXPECT_EQ(send("POST", path(id, "tokens"), body).status, 400) << body;
}

TEST_F(ApiKeysTest, ASettingCapsTheLifeOfTokens) {
  const auto id = add_key("acme", {"datagrid:operate"});
  ControlApi capped([this] {
    Services services = this->services();
    services.token_life_max = std::chrono::days(90);
    return services;
  }());
  const auto asked = [&](const std::string& body) {
    return capped.handle(request("POST", path(id, "tokens"), body, acme_admin_));
  };
  for (const char* body : {R"({"expires-at":"9999-12-31T23:59:59Z"})", R"({"expires-in-days":91})",
                           "{}", R"({"expires-at":null})"})
    EXPECT_THAT(refusal(400, asked(body)),
                ::testing::AllOf(HasSubstr("90 days"), HasSubstr("tokens.days_max")))
        << body;
  expect(201, asked(R"({"expires-in-days":90})"));
}

TEST_F(ApiKeysTest, ASecretIsRotatedOnGenerate) {
  const auto id = add_key("acme", {"datagrid:operate"});
  const auto before = text(created(path(id, "tokens"), ""), "token");
  const auto after = text(created(path(id, "tokens"), R"({"rotate":true})"), "token");
  EXPECT_EQ(status_with(before), 200) << "deposed, and good for 30 days";
  expect(200, send("POST", path(id, "revoke")));
  EXPECT_EQ(status_with(before), 401) << "it was of the secret before";
  EXPECT_EQ(status_with(after), 200) << "it is of the new one";
  EXPECT_EQ(
      send("POST", path(id, "tokens"), R"({"rotate":true,"expires-at":"2000-01-01T00:00:00Z"})")
          .status,
      400);
  EXPECT_EQ(catalog_->snapshots().current()->keys.at(id).secrets.size(), 1u)
      << "what is refused rotates nothing";
}

TEST_F(ApiKeysTest, AnIssuerRotatesNoSecretButItsOwn) {
  const auto issuer = add_key("acme", {"api-keys:issue"});
  const auto other = add_key("acme", {"datagrid:operate"});
  const auto token = mint(issuer);
  const auto asks = [&](const std::string& id) {
    return send(request("POST", path(id, "tokens"), R"({"rotate":true})", token));
  };
  EXPECT_THAT(refusal(403, asks(other)), HasSubstr("rotate"));
  EXPECT_EQ(asks(issuer).status, 201);
}

TEST_F(ApiKeysTest, ARotationMoreDropsTheOlderDeposedSecret) {
  const auto id = add_key("acme", {"datagrid:operate"});
  const auto first = text(created(path(id, "tokens"), ""), "token");
  const auto second = text(created(path(id, "tokens"), R"({"rotate":true})"), "token");
  expect(200, send("POST", path(id, "rotate")));
  EXPECT_EQ(status_with(first), 401);
  EXPECT_EQ(status_with(second), 200);
}

TEST_F(ApiKeysTest, APolicyChangeBitesTokensThatAreOut) {
  const auto id = add_key("acme", {"datagrid:operate"});
  const auto token = text(created(path(id, "tokens"), ""), "token");
  EXPECT_EQ(status_with(token), 200);
  const auto key = expect(200, send("PATCH", path(id), R"({"policies":["api-keys:issue"]})"));
  EXPECT_EQ(key.at("policies"), json::array{"api-keys:issue"});
  EXPECT_EQ(status_with(token), 403);
  expect(200, send("PATCH", path(id), R"({"name":"Renamed","policies":["datagrid:operate"]})"));
  EXPECT_EQ(status_with(token), 200);
  EXPECT_EQ(text(get(path(id)), "name"), "Renamed");
  EXPECT_EQ(send("PATCH", path(id), R"({"policies":[]})").status, 400);
  EXPECT_EQ(send("PATCH", path("tak-none"), R"({"name":"x"})").status, 404);
  EXPECT_EQ(send(request("PATCH", path(id), R"({"name":"x"})", token)).status, 403);
}

TEST_F(ApiKeysTest, RevokingOldTokensKeepsTheNewOnes) {
  const auto id = add_key("acme", {"datagrid:operate"});
  const auto before = mint(id);
  expect(200, send("POST", path(id, "rotate")));
  const auto after = mint(id);
  expect(200, send("POST", path(id, "revoke"), R"({"all":false})"));
  EXPECT_EQ(status_with(before), 401);
  EXPECT_EQ(status_with(after), 200);
}

TEST_F(ApiKeysTest, ADeletedKeyIsGoneWithItsTokens) {
  const auto id = add_key("acme", {"datagrid:operate"});
  const auto token = mint(id);
  const auto response = send("DELETE", path(id));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(status_with(token), 401);
  EXPECT_THAT(refusal(404, send("GET", path(id))), HasSubstr(id));
  EXPECT_EQ(send("DELETE", path(id)).status, 404);
  EXPECT_EQ(send("POST", path(id, "tokens"), "{}").status, 404);
}

TEST_F(ApiKeysTest, TheLastAdministratorStays) {
  const auto keys = get(keys_path).at("items").as_array();
  ASSERT_EQ(keys.size(), 1u);
  const auto id = text(keys[0].as_object(), "id");
  EXPECT_THAT(refusal(409, send("DELETE", path(id))), HasSubstr("lock everyone out"));
  EXPECT_EQ(send("POST", path(id, "revoke"), R"({"all":true})").status, 409);
  EXPECT_EQ(send("GET", keys_path).status, 200);
}

class InitTest : public catalog::CatalogTest {
 protected:
  Result<InitResult> init(const std::string& tenant) {
    return initialise(*catalog_, tenant, clock_, random_);
  }
};

TEST_F(InitTest, TheFirstTokenOpensEverythingForAYear) {
  const auto made = init("shop");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->tenant, "shop");
  const auto snapshot = catalog_->snapshots().current();
  const auto claims = token::verify(made->admin_token, *snapshot, clock_.now());
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->key_id, made->admin_key);
  EXPECT_EQ(claims->tenant, "shop");
  EXPECT_EQ(claims->expires_at, clock_.now() + std::chrono::days(365));
  for (const auto access : {Access::operate, Access::issue_tokens, Access::administer})
    EXPECT_TRUE(permits(access, rights_of_key(snapshot->keys.at(made->admin_key).policies)));
  EXPECT_TRUE(
      allows(snapshot->keys.at(made->admin_key).policies, catalog::Policy::streaming_ingest_write));
}

TEST_F(InitTest, ATenantIsSetUpOnce) {
  ASSERT_TRUE(init("shop"));
  EXPECT_EQ(catalog::code_of(init("shop")), Errc::conflict);
  EXPECT_EQ(catalog::code_of(init("Not a name")), Errc::bad_request);
}

TEST_F(InitTest, AnInitThatWasCutOffIsDoneAgain) {
  ASSERT_TRUE(catalog_->tenants().add("shop"));
  EXPECT_TRUE(init("shop"));
}

}  // namespace
}  // namespace weir::control
