#include "catalog/keys.hpp"

#include <set>

#include <gmock/gmock.h>

#include "catalog/catalog_fixture.hpp"

namespace weir::catalog {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class KeysTest : public CatalogTest {
 protected:
  ApiKey add_key(std::vector<std::string> policies = {"streaming-ingest-api:write"}) {
    return catalog_->keys().add(acme_, "Producer", policies).value();
  }
  KeyView view(const std::string& id) { return catalog_->snapshots().current()->keys.at(id); }
  bool in_snapshot(const std::string& id) {
    return catalog_->snapshots().current()->keys.contains(id);
  }
};

TEST_F(KeysTest, ANewKeyHasOneSecretOf32Bytes) {
  const ApiKey key = add_key();
  EXPECT_THAT(key.id, MatchesRegex("tak-[0-9A-Za-z]{11}"));
  EXPECT_EQ(key.status, "active");
  EXPECT_EQ(key.last_used_at, std::nullopt);
  const KeyView seen = view(key.id);
  EXPECT_EQ(seen.tenant, "acme");
  EXPECT_EQ(seen.tenant_no, acme_);
  ASSERT_EQ(seen.secrets.size(), 1u);
  EXPECT_EQ(seen.secrets[0].version, 1u);
  EXPECT_EQ(seen.secrets[0].secret.size(), 32u);
  EXPECT_EQ(seen.secrets[0].accepted_until, std::nullopt);
}

TEST_F(KeysTest, SecretsDiffer) {
  std::set<std::string> secrets;
  for (int i = 0; i < 20; ++i)
    secrets.insert(view(add_key().id).secrets[0].secret);
  EXPECT_EQ(secrets.size(), 20u);
}

TEST_F(KeysTest, PoliciesAreKeptByName) {
  const ApiKey key =
      add_key({"api-keys:administer", "streaming-ingest-api:write", "api-keys:administer"});
  EXPECT_THAT(catalog_->keys().find(acme_, key.id)->policies,
              ElementsAre("streaming-ingest-api:write", "api-keys:administer"));
  EXPECT_TRUE(allows(view(key.id).policies, Policy::administer));
  EXPECT_TRUE(allows(view(key.id).policies, Policy::streaming_ingest_write));
  EXPECT_FALSE(allows(view(key.id).policies, Policy::operate));
  EXPECT_FALSE(allows(view(key.id).policies, Policy::token_issue));
}

TEST_F(KeysTest, AnUnknownPolicyListsTheKnownOnes) {
  const auto refused = catalog_->keys().add(acme_, "Producer", {"streaming-ingest-api:read"});
  EXPECT_EQ(code_of(refused), Errc::bad_request);
  EXPECT_THAT(message_of(refused), HasSubstr("streaming-ingest-api:read"));
  for (const char* known :
       {"streaming-ingest-api:write", "api-keys:issue", "datagrid:operate", "api-keys:administer"})
    EXPECT_THAT(message_of(refused), HasSubstr(known));
  EXPECT_EQ(code_of(catalog_->keys().add(acme_, "Producer", {})), Errc::bad_request);
  EXPECT_TRUE(catalog_->keys().list(acme_, {})->items.empty());
}

TEST_F(KeysTest, RotationDeposesForThirtyDays) {
  const ApiKey key = add_key();
  const std::string old_secret = view(key.id).secrets[0].secret;
  ASSERT_TRUE(catalog_->keys().rotate(acme_, key.id));
  const KeyView seen = view(key.id);
  ASSERT_EQ(seen.secrets.size(), 2u);
  EXPECT_EQ(seen.secrets[0].version, 2u) << "the active one comes first";
  EXPECT_EQ(seen.secrets[0].accepted_until, std::nullopt);
  EXPECT_NE(seen.secrets[0].secret, old_secret);
  EXPECT_EQ(seen.secrets[1].version, 1u);
  EXPECT_EQ(seen.secrets[1].secret, old_secret);
  EXPECT_EQ(seen.secrets[1].accepted_until, clock_.now() + hours(30 * 24));
}

TEST_F(KeysTest, ASecondRotationDropsTheOlderDeposedSecret) {
  const ApiKey key = add_key();
  ASSERT_TRUE(catalog_->keys().rotate(acme_, key.id));
  clock_.turn(hours(24));
  ASSERT_TRUE(catalog_->keys().rotate(acme_, key.id));
  const KeyView seen = view(key.id);
  ASSERT_EQ(seen.secrets.size(), 2u);
  EXPECT_EQ(seen.secrets[0].version, 3u);
  EXPECT_EQ(seen.secrets[1].version, 2u);
  EXPECT_EQ(seen.secrets[1].accepted_until, clock_.now() + hours(30 * 24));
}

TEST_F(KeysTest, RevokingOldTokensDropsTheDeposedSecretOnly) {
  const ApiKey key = add_key();
  ASSERT_TRUE(catalog_->keys().rotate(acme_, key.id));
  ASSERT_TRUE(catalog_->keys().revoke(acme_, key.id, false));
  ASSERT_EQ(view(key.id).secrets.size(), 1u);
  EXPECT_EQ(view(key.id).secrets[0].version, 2u);
  EXPECT_TRUE(catalog_->keys().revoke(acme_, key.id, false)) << "nothing left is no error";
}

TEST_F(KeysTest, RevokingAllTokensLeavesASecretNoTokenHas) {
  const ApiKey key = add_key();
  ASSERT_TRUE(catalog_->keys().rotate(acme_, key.id));
  ASSERT_TRUE(catalog_->keys().revoke(acme_, key.id, true));
  ASSERT_EQ(view(key.id).secrets.size(), 1u);
  EXPECT_EQ(view(key.id).secrets[0].version, 3u) << "versions are not used again";
}

TEST_F(KeysTest, ARemovedKeyIsGoneAtOnce) {
  const ApiKey key = add_key();
  ASSERT_TRUE(catalog_->keys().remove(acme_, key.id));
  EXPECT_FALSE(in_snapshot(key.id));
  EXPECT_EQ(code_of(catalog_->keys().find(acme_, key.id)), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->keys().rotate(acme_, key.id)), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->keys().remove(acme_, key.id)), Errc::not_found);
  EXPECT_TRUE(catalog_->keys().list(acme_, {})->items.empty());
}

TEST_F(KeysTest, AnotherTenantsKeyCannotBeTouched) {
  const ApiKey key = add_key();
  EXPECT_EQ(code_of(catalog_->keys().find(rival_, key.id)), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->keys().rotate(rival_, key.id)), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->keys().revoke(rival_, key.id, true)), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->keys().remove(rival_, key.id)), Errc::not_found);
  EXPECT_EQ(view(key.id).secrets.size(), 1u);
}

TEST_F(KeysTest, TheLastAdministratorCannotLockEveryoneOut) {
  const ApiKey admin = add_key({"api-keys:administer"});
  add_key({"datagrid:operate"});
  ASSERT_TRUE(catalog_->keys().add(rival_, "Theirs", {"api-keys:administer"}));
  EXPECT_EQ(code_of(catalog_->keys().remove(acme_, admin.id)), Errc::conflict);
  EXPECT_EQ(code_of(catalog_->keys().revoke(acme_, admin.id, true)), Errc::conflict);
  EXPECT_TRUE(catalog_->keys().revoke(acme_, admin.id, false));

  const ApiKey second = add_key({"api-keys:administer"});
  EXPECT_TRUE(catalog_->keys().revoke(acme_, admin.id, true));
  EXPECT_TRUE(catalog_->keys().remove(acme_, admin.id));
  EXPECT_EQ(code_of(catalog_->keys().remove(acme_, second.id)), Errc::conflict);
}

TEST_F(KeysTest, LastUseIsRemembered) {
  const ApiKey key = add_key();
  clock_.turn(hours(1));
  ASSERT_TRUE(catalog_->keys().mark_used({{key.id, clock_.now()}}));
  EXPECT_EQ(catalog_->keys().find(acme_, key.id)->last_used_at, clock_.now());
}

TEST_F(KeysTest, ALaterUseIsNotForgottenForAnEarlierOne) {
  const ApiKey key = add_key();
  const ApiKey unused = add_key();
  const Time now = clock_.now();
  ASSERT_TRUE(catalog_->keys().mark_used({{key.id, now}, {"tak-gone", now}}));
  ASSERT_TRUE(catalog_->keys().mark_used({{key.id, now - hours(1)}}));
  EXPECT_EQ(catalog_->keys().find(acme_, key.id)->last_used_at, now);
  EXPECT_EQ(catalog_->keys().find(acme_, unused.id)->last_used_at, std::nullopt);
}

TEST_F(KeysTest, PoliciesAndNameAreChangedOneWithoutTheOther) {
  const ApiKey key = add_key({"datagrid:operate"});
  const auto secrets = view(key.id).secrets;
  auto changed = catalog_->keys().update(acme_, key.id, std::nullopt,
                                         std::vector<std::string>{"api-keys:issue"});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->name, "Producer");
  EXPECT_THAT(changed->policies, ElementsAre("api-keys:issue"));
  EXPECT_EQ(view(key.id).policies, static_cast<Policies>(Policy::token_issue)) << "at once";
  EXPECT_EQ(view(key.id).secrets[0].secret, secrets[0].secret) << "tokens stay good";
  changed = catalog_->keys().update(acme_, key.id, "Issuer", std::nullopt);
  EXPECT_EQ(changed->name, "Issuer");
  EXPECT_THAT(changed->policies, ElementsAre("api-keys:issue"));
  EXPECT_EQ(code_of(catalog_->keys().update(acme_, key.id, "", std::nullopt)), Errc::bad_request);
  EXPECT_EQ(code_of(catalog_->keys().update(acme_, key.id, std::nullopt,
                                            std::vector<std::string>{"root"})),
            Errc::bad_request);
  EXPECT_EQ(code_of(catalog_->keys().update(rival_, key.id, "Mine", std::nullopt)),
            Errc::not_found);
}

TEST_F(KeysTest, TheLastAdministratorStaysOne) {
  const ApiKey admin = add_key({"api-keys:administer"});
  const std::vector<std::string> less{"datagrid:operate"};
  EXPECT_EQ(code_of(catalog_->keys().update(acme_, admin.id, std::nullopt, less)), Errc::conflict);
  add_key({"api-keys:administer"});
  EXPECT_TRUE(catalog_->keys().update(acme_, admin.id, std::nullopt, less));
}

TEST_F(KeysTest, KeysAndSecretsSurviveAReopen) {
  const std::string path = places_.lasting();
  std::string id;
  KeyView before;
  {
    const auto catalog = open(path);
    const auto tenant = catalog->tenants().add("acme")->no;
    id = catalog->keys().add(tenant, "Producer", {"api-keys:issue"})->id;
    ASSERT_TRUE(catalog->keys().rotate(tenant, id));
    before = catalog->snapshots().current()->keys.at(id);
  }
  const auto catalog = open(path);
  const KeyView after = catalog->snapshots().current()->keys.at(id);
  EXPECT_EQ(after.policies, before.policies);
  ASSERT_EQ(after.secrets.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(after.secrets[i].version, before.secrets[i].version);
    EXPECT_EQ(after.secrets[i].secret, before.secrets[i].secret);
    EXPECT_EQ(after.secrets[i].accepted_until, before.secrets[i].accepted_until);
  }
}

}  // namespace
}  // namespace weir::catalog
