#include <gmock/gmock.h>

#include "catalog/audit.hpp"
#include "catalog/users.hpp"
#include "control/control_fixture.hpp"
#include "control/provider_sign_ins.hpp"
#include "oidc/test_provider.hpp"

/// Signing in with a provider, from the button to a session; the provider has no network.
namespace weir::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class OidcTest : public ControlTest {
 protected:
  OidcTest() {
    oidc::publish(network_, {key_.jwk("k1")});
    use({.label = "Example",
         .tenant = "acme",
         .name_claim = "name",
         .policy_claim = "groups",
         .policies = read_policy_rules("staff=datagrid-operator, "
                                       "admins=datagrid-administrator+user-administration")
                         .value()});
  }

  void use(ProviderRules rules) {
    sign_ins_at_provider_ =
        std::make_unique<ProviderSignIns>(provider_, std::move(rules), clock_, random_);
    Services with = services();
    with.provider_sign_ins = sign_ins_at_provider_.get();
    with.note_refused_sign_in = [this](const std::string& why) { refused_because_ = why; };
    server_ = std::make_unique<ControlApi>(with);
  }

  struct Begun {
    std::string state;
    std::string nonce;
    std::string cookie;  // "weir_sign_in=..."
  };
  http::Response ask(const std::string& path, const std::string& cookie) {
    auto sent = request("GET", path, "", "");
    if (!cookie.empty()) sent.headers["cookie"] = cookie;
    return server_->handle(sent);
  }
  Begun begin(const std::string& to = "/sources", const std::string& cookie = "") {
    const auto response = ask("/api/v0/oidc/start?to=" + to, cookie);
    EXPECT_EQ(response.status, 302) << response.body;
    const std::string url = header(response, "Location");
    const auto of = [&](const std::string& name) {
      const std::size_t at = url.find("&" + name + "=") + name.size() + 2;
      return url.substr(at, url.find('&', at) - at);
    };
    const std::string set = header(response, "Set-Cookie");
    EXPECT_THAT(set, HasSubstr("; HttpOnly; SameSite=Lax"));
    return {of("state"), of("nonce"), set.substr(0, set.find(';'))};
  }
  /// What the provider vouches for in this sign-in.
  void vouch(const Begun& begun, json::object more) {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
    json::object claims{{"iss", oidc::test_issuer},
                        {"aud", "weir"},
                        {"nonce", begun.nonce},
                        {"exp", now + 300},
                        {"iat", now},
                        {"sub", "42"},
                        {"name", "Ada"},
                        {"groups", {"staff"}}};
    for (const auto& [name, value] : more)
      claims[name] = value;
    network_.replies[oidc::test_issuer + "/token"] = {
        200, json::serialize(json::object{{"id_token", key_.sign(claims, "k1")}})};
  }
  http::Response come_back(const Begun& begun) {
    return ask("/api/v0/oidc/callback?code=c&state=" + begun.state, begun.cookie);
  }
  http::Response sign_in(json::object more = {}) {
    const Begun begun = begin();
    vouch(begun, std::move(more));
    return come_back(begun);
  }
  /// Who the session of an answer is of.
  json::object me(const http::Response& signed_in) {
    const std::string set = header(signed_in, "Set-Cookie");
    return expect(200, ask("/api/v0/me", set.substr(0, set.find(';'))));
  }
  static void is_refused(const http::Response& response, const std::string& word) {
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(header(response, "Location"), "/ui/login?failed=" + word);
    EXPECT_EQ(header(response, "Set-Cookie"), "");
  }

  static inline const oidc::SigningKey key_ = oidc::SigningKey::ec();
  oidc::FakeNetwork network_;
  oidc::Provider provider_{{oidc::test_issuer, "weir", "secret", "openid",
                            "https://weir.example.org/api/v0/oidc/callback"},
                           network_.fetch(),
                           clock_};
  std::unique_ptr<ProviderSignIns> sign_ins_at_provider_;
  std::unique_ptr<ControlApi> server_;
  std::string refused_because_;
};

TEST_F(OidcTest, TheFirstSignInMakesTheUserWithThePoliciesOfTheirGroups) {
  const auto response = sign_in({{"groups", {"staff", "unknown"}}});
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(header(response, "Location"), "/ui/sources");
  const auto ada = me(response);
  EXPECT_EQ(text(ada, "name"), "Ada");
  EXPECT_EQ(text(ada, "tenant"), "acme");
  EXPECT_EQ(json::serialize(ada.at("policies")), R"(["datagrid-operator"])");
  const auto events = catalog_->audit().list(acme_, {.type = "user/"}, {1, ""}).value().items;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, "user/sign-in");
  EXPECT_EQ(events[0].principal_name, "Ada");
  const auto again = me(sign_in({{"groups", {"admins"}}, {"name", "Another Name"}}));
  EXPECT_EQ(text(again, "id"), text(ada, "id")) << "the subject is who one is";
  EXPECT_EQ(json::serialize(again.at("policies")),
            R"(["datagrid-administrator","user-administration"])");
}

TEST_F(OidcTest, AGroupThatOneHasLeftGivesNothingAnyMore) {
  sign_in({{"groups", {"staff"}}});
  EXPECT_EQ(json::serialize(me(sign_in({{"groups", json::array()}})).at("policies")), "[]");
}

TEST_F(OidcTest, TheTenantsLastAdministratorOfUsersStaysOne) {
  sign_in({{"groups", {"admins"}}});
  EXPECT_EQ(json::serialize(me(sign_in({{"groups", {"staff"}}})).at("policies")),
            R"(["datagrid-operator","user-administration"])");
}

TEST_F(OidcTest, OnlyTheBrowserThatBeganEndsASignInAndOnce) {
  Begun begun = begin();
  vouch(begun, {});
  Begun other = begun;
  other.cookie = "";
  is_refused(come_back(other), "refused");
  is_refused(come_back(begun), "refused");  // the state is used up by the try
  begun = begin();
  vouch(begun, {});
  other = begin();
  is_refused(ask("/api/v0/oidc/callback?code=c&state=" + begun.state, other.cookie), "refused");
  begun = begin();
  vouch(begun, {});
  EXPECT_EQ(header(come_back(begun), "Location"), "/ui/sources");
  is_refused(come_back(begun), "refused");
  EXPECT_THAT(refused_because_, HasSubstr("not begun in this browser"));
}

TEST_F(OidcTest, ASignInThatTookTooLongOrIsAnotherOnesIsRefused) {
  const Begun late = begin();
  clock_.turn(std::chrono::minutes(11));
  vouch(late, {});
  is_refused(come_back(late), "refused");
  const Begun begun = begin();
  vouch(begin(), {});  // an ID token of another sign-in, put under this one
  is_refused(come_back(begun), "refused");
  is_refused(ask("/api/v0/oidc/callback?code=c&state=guess", begun.cookie), "refused");
  is_refused(ask("/api/v0/oidc/callback", ""), "refused");
  is_refused(ask("/api/v0/oidc/callback?error=access_denied&state=" + begin().state, ""),
             "refused");
}

TEST_F(OidcTest, AnAnswerThatSaysAnotherIssuerIsRefused) {
  const Begun begun = begin();
  vouch(begun, {});
  const std::string path = "/api/v0/oidc/callback?code=c&state=" + begun.state + "&iss=";
  is_refused(ask(path + "https://evil.example", begun.cookie), "refused");
  EXPECT_EQ(header(ask(path + oidc::test_issuer, begun.cookie), "Location"), "/ui/sources");
}

TEST_F(OidcTest, ADisabledPersonIsOutWhateverTheProviderSays) {
  const auto ada = me(sign_in({{"groups", {"staff"}}}));
  ASSERT_TRUE(catalog_->users().disable(acme_, text(ada, "id"), "user-administration"));
  is_refused(sign_in({{"groups", {"admins"}}}), "nobody");
  EXPECT_TRUE(catalog_->users().find(acme_, text(ada, "id"))->policies ==
              std::vector<std::string>{"datagrid-operator"})
      << "nor are policies given";
  const auto enabled = catalog_->users().enable(acme_, text(ada, "id"));
  EXPECT_EQ(enabled->state, catalog::UserState::active);
  EXPECT_EQ(sign_in().status, 302);
}

TEST_F(OidcTest, NobodyBecomesAUserWhoIsThereByTheProvidersNameForSomebody) {
  const auto mine = user_with({"user-administration"});
  is_refused(sign_in({{"name", mine.name}}), "name");
  EXPECT_FALSE(*catalog_->users().of_provider(oidc::test_issuer, "42"));
}

TEST_F(OidcTest, WithoutATenantForThemNobodyIsMadeAUser) {
  use({.label = "Example", .tenant = "", .name_claim = "name", .policy_claim = "", .policies = {}});
  is_refused(sign_in(), "nobody");
  EXPECT_THAT(refused_because_, HasSubstr("oidc.tenant"));
}

TEST_F(OidcTest, WithoutAClaimPoliciesAreGivenHere) {
  use({.label = "Example",
       .tenant = "acme",
       .name_claim = "name",
       .policy_claim = "",
       .policies = {}});
  const auto ada = me(sign_in({{"groups", {"admins"}}}));
  EXPECT_EQ(json::serialize(ada.at("policies")), "[]");
  ASSERT_TRUE(catalog_->users().set_policies(acme_, text(ada, "id"), {"datagrid-operator"},
                                             "user-administration"));
  EXPECT_EQ(json::serialize(me(sign_in()).at("policies")), R"(["datagrid-operator"])");
}

TEST_F(OidcTest, ABrowserIsLedBackFromTheProvidersSite) {
  const Begun begun = begin();
  vouch(begun, {});
  auto sent = request("GET", "/api/v0/oidc/callback?code=c&state=" + begun.state, "", "");
  sent.headers = {{"cookie", begun.cookie}, {"sec-fetch-site", "cross-site"}, {"host", "h"}};
  EXPECT_EQ(header(server_->handle(sent), "Location"), "/ui/sources");
}

TEST_F(OidcTest, OneIsLedNowhereElse) {
  for (const char* to : {"//evil.example", "https://evil.example", "/\\evil.example", "evil",
                         "/a\r\nSet-Cookie: x=y", "/a b", ""}) {
    const Begun begun = begin(to);
    vouch(begun, {});
    EXPECT_EQ(header(come_back(begun), "Location"), "/ui/") << to;
  }
}

TEST_F(OidcTest, TheSessionOfBeforeEndsAndItsTokenIsNotTakenOver) {
  const std::string before = session_of({"datagrid-operator"});
  const std::string cookie = std::string(session_cookie) + "=" + before;
  const Begun begun = begin("/", cookie);
  vouch(begun, {});
  const auto response = come_back(begun);
  EXPECT_THAT(header(response, "Set-Cookie"), Not(HasSubstr(before)));
  EXPECT_THAT(header(response, "Set-Cookie"), HasSubstr("SameSite=Strict"));
  EXPECT_EQ(ask("/api/v0/me", cookie).status, 401);
}

TEST_F(OidcTest, AProviderThatIsAwayOrAServerWithoutOneSaysSo) {
  network_.replies.clear();
  is_refused(ask("/api/v0/oidc/start", ""), "provider");
  EXPECT_EQ(send(request("GET", "/api/v0/oidc/start", "", "")).status, 404);
  EXPECT_EQ(send(request("GET", "/api/v0/oidc/callback", "", "")).status, 404);
  EXPECT_EQ(text(expect(200, ask("/api/v0/session", "")), "provider"), "Example");
  EXPECT_TRUE(
      expect(200, send(request("GET", "/api/v0/session", "", ""))).at("provider").is_null());
}

TEST_F(OidcTest, RulesThatAreNoneAreRefused) {
  EXPECT_THAT(read_policy_rules("staff").error().message, HasSubstr("VALUE=policy"));
  EXPECT_THAT(read_policy_rules("staff=root").error().message, HasSubstr("\"root\""));
  EXPECT_THAT(read_policy_rules("staff=api-keys:administer").error().message, HasSubstr("users"));
  EXPECT_TRUE(read_policy_rules("")->empty());
  EXPECT_EQ(
      read_policy_rules(" a b = datagrid-operator + source-data-deletion ,").value().at("a b"),
      (std::vector<std::string>{"datagrid-operator", "source-data-deletion"}));
}

}  // namespace
}  // namespace weir::control
