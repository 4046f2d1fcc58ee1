#include "oidc/provider.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "env/fake/manual_clock.hpp"
#include "oidc/id_token.hpp"
#include "oidc/test_provider.hpp"

namespace weir::oidc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ProviderTest : public ::testing::Test {
 protected:
  ProviderTest() {
    clock_.set(*parse_time("2027-03-02T08:00:00Z"));
    publish(network_, {key_.jwk("k1")});
  }

  json::object claims() const {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
    return {{"iss", test_issuer},   {"aud", "weir"},    {"sub", "42"},
            {"nonce", "the nonce"}, {"exp", now + 300}, {"iat", now}};
  }
  Result<json::object> redeem(const std::string& id_token) {
    network_.replies[test_issuer + "/token"] = {
        200, json::serialize(json::object{{"id_token", id_token}, {"access_token", "at"}})};
    return provider_.redeem(attempt_, "the code");
  }
  Errc code_of(const std::string& id_token) {
    const auto taken = redeem(id_token);
    return taken ? Errc::internal : taken.error().code;
  }

  static inline const SigningKey key_ = SigningKey::rsa();
  ManualClock clock_;
  FakeNetwork network_;
  const Attempt attempt_{"the state", "the nonce", "the verifier"};
  const ProviderSettings settings_{test_issuer, "weir", "s:e&cret", "openid email",
                                   "https://weir.example.org/api/v0/oidc/callback"};
  Provider provider_{settings_, network_.fetch(), clock_};
};

TEST_F(ProviderTest, ABrowserIsSentThereWithStateNonceAndChallenge) {
  const auto url = provider_.authorization_url(attempt_).value();
  EXPECT_THAT(url, StartsWith("https://login.example.org/auth?response_type=code&client_id=weir"));
  EXPECT_THAT(url, HasSubstr("&state=the%20state&nonce=the%20nonce"));
  EXPECT_THAT(url, HasSubstr("&code_challenge_method=S256"));
  EXPECT_THAT(url, HasSubstr("&code_challenge=" + challenge_of("the verifier")));
  EXPECT_THAT(url, Not(HasSubstr("verifier=")));
  EXPECT_THAT(url, Not(HasSubstr("cret")));
  // RFC 7636, appendix B.
  EXPECT_EQ(challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_F(ProviderTest, ACodeIsExchangedForWhatTheProviderVouchesFor) {
  for (const SigningKey& key : {key_, SigningKey::ec()}) {
    publish(network_, {key.jwk("k1")});
    Provider provider(settings_, network_.fetch(), clock_);
    network_.replies[test_issuer + "/token"] = {
        200, json::serialize(json::object{{"id_token", key.sign(claims(), "k1")}})};
    const auto taken = provider.redeem(attempt_, "the code");
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(taken->at("sub").as_string(), "42");
  }
  const FetchRequest& asked =
      *std::find_if(network_.asked.begin(), network_.asked.end(),
                    [](const FetchRequest& each) { return each.url == test_issuer + "/token"; });
  EXPECT_THAT(asked.form, HasSubstr("code=the%20code"));
  EXPECT_THAT(asked.form, HasSubstr("code_verifier=the%20verifier"));
  EXPECT_EQ(asked.password, "s%3Ae%26cret") << "encoded, as RFC 6749 2.3.1 says";
  EXPECT_THAT(asked.form, Not(HasSubstr("cret")));
}

TEST_F(ProviderTest, ATokenThatIsNotSignedByTheProviderIsRefused) {
  const SigningKey stranger = SigningKey::rsa();
  EXPECT_EQ(code_of(stranger.sign(claims(), "k1")), Errc::unauthorized);
  EXPECT_EQ(code_of(key_.unsigned_token(claims(), "k1")), Errc::unauthorized) << "none";
  EXPECT_EQ(code_of(key_.hmac_token(claims(), "k1")), Errc::unauthorized) << "the key's confusion";
  EXPECT_EQ(code_of(SigningKey::ec().sign(claims(), "k1")), Errc::unauthorized);
  const std::string good = key_.sign(claims(), "k1");
  EXPECT_EQ(code_of(good.substr(0, good.size() - 8) + "AAAAAAAA"), Errc::unauthorized);
  EXPECT_EQ(code_of(good.substr(0, good.rfind('.'))), Errc::unauthorized);
  for (const char* nonsense : {"a", "a.b.c", "..", ".", "e30.e30.", "e30.e30"})
    EXPECT_EQ(code_of(nonsense), Errc::unauthorized) << nonsense;
  EXPECT_TRUE(redeem(good));
}

TEST_F(ProviderTest, ATokenOfAnotherSignInClientIssuerOrTimeIsRefused) {
  const auto now =
      std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  const auto with = [&](const char* name, const json::value& value) {
    json::object changed = claims();
    if (value.is_null())
      changed.erase(name);
    else
      changed[name] = value;
    return key_.sign(changed, "k1");
  };
  EXPECT_EQ(code_of(with("iss", "https://evil.example.org")), Errc::unauthorized);
  EXPECT_EQ(code_of(with("aud", "another")), Errc::unauthorized);
  EXPECT_EQ(code_of(with("aud", json::array{"weir", "another"})), Errc::unauthorized);
  EXPECT_EQ(code_of(with("aud", nullptr)), Errc::unauthorized);
  EXPECT_EQ(code_of(with("nonce", "another")), Errc::unauthorized);
  EXPECT_EQ(code_of(with("nonce", nullptr)), Errc::unauthorized);
  EXPECT_EQ(code_of(with("exp", now - 61)), Errc::unauthorized);
  EXPECT_EQ(code_of(with("exp", nullptr)), Errc::unauthorized);
  EXPECT_EQ(code_of(with("iat", now + 120)), Errc::unauthorized);
  EXPECT_EQ(code_of(with("sub", "")), Errc::unauthorized);
  EXPECT_TRUE(redeem(with("aud", json::array{"weir"})));
  EXPECT_TRUE(redeem(with("exp", now - 30))) << "clocks differ";
}

TEST_F(ProviderTest, ARotatedKeyIsFoundWithTheFirstTokenAndNotAskedForMoreThanOnceAMinute) {
  EXPECT_TRUE(redeem(key_.sign(claims(), "k1")));
  EXPECT_EQ(network_.count(test_issuer + "/jwks"), 1);
  const SigningKey next = SigningKey::ec();
  publish(network_, {next.jwk("k2")});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(code_of(next.sign(claims(), "k2")), Errc::unauthorized);
  EXPECT_EQ(network_.count(test_issuer + "/jwks"), 1);
  clock_.set(clock_.now() + std::chrono::minutes(2));
  EXPECT_TRUE(redeem(next.sign(claims(), "k2")));
  EXPECT_EQ(network_.count(test_issuer + "/jwks"), 2);
}

TEST_F(ProviderTest, WeakAndForeignKeysAreLeftOut) {
  json::object encrypts = key_.jwk("e");
  encrypts["use"] = "enc";
  json::object other = key_.jwk("o");
  other["alg"] = "PS256";
  json::object off_curve = SigningKey::ec().jwk("c");
  off_curve["x"] = off_curve["y"];
  const json::object set{
      {"keys", json::array{encrypts, other, off_curve, nullptr, SigningKey::rsa(1024).jwk("weak"),
                           json::object{{"kty", "oct"}, {"k", "AAAA"}}, key_.jwk("good")}}};
  const auto keys = read_keys(json::serialize(set)).value();
  EXPECT_EQ(keys.size(), 1U);
  EXPECT_TRUE(keys.contains("good"));
  EXPECT_FALSE(read_keys("[]"));
  EXPECT_FALSE(read_keys("no JSON"));
}

TEST_F(ProviderTest, WhatIsSignedStaysWhateverTheProviderSaysBesideIt) {
  network_.replies[test_issuer + "/.well-known/openid-configuration"].body =
      json::serialize(json::object{{"issuer", test_issuer},
                                   {"authorization_endpoint", test_issuer + "/auth"},
                                   {"token_endpoint", test_issuer + "/token"},
                                   {"jwks_uri", test_issuer + "/jwks"},
                                   {"userinfo_endpoint", test_issuer + "/me"}});
  network_.replies[test_issuer + "/me"] = {
      200, R"({"sub":"42","groups":["a"],"nonce":"x","email":"ada@example.org"})"};
  const auto taken = redeem(key_.sign(claims(), "k1"));
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->at("email").as_string(), "ada@example.org");
  EXPECT_EQ(taken->at("nonce").as_string(), "the nonce");
  EXPECT_EQ(network_.asked.back().bearer, "at");
  network_.replies[test_issuer + "/me"].body = R"({"sub":"43"})";
  EXPECT_EQ(code_of(key_.sign(claims(), "k1")), Errc::unauthorized) << "somebody else's";
}

TEST_F(ProviderTest, AProviderThatIsAnotherOrAwayIsSaidToBe) {
  auto& said = network_.replies[test_issuer + "/.well-known/openid-configuration"].body;
  said.replace(said.find(test_issuer), test_issuer.size(), "https://evil.example.org");
  EXPECT_THAT(provider_.authorization_url(attempt_).error().message, HasSubstr("oidc.issuer"));
  publish(network_, {key_.jwk("k1")});
  said.replace(said.find(test_issuer + "/token"), test_issuer.size(), "http://login.example.org");
  EXPECT_THAT(provider_.authorization_url(attempt_).error().message, HasSubstr("https://"));
  network_.replies.clear();
  EXPECT_EQ(provider_.authorization_url(attempt_).error().code, Errc::unavailable);
  publish(network_, {key_.jwk("k1")});
  network_.replies[test_issuer + "/token"] = {400, R"({"error":"invalid_grant\r\nX: y"})"};
  const auto refused = provider_.redeem(attempt_, "used");
  EXPECT_EQ(refused.error().code, Errc::unauthorized);
  EXPECT_THAT(refused.error().message, HasSubstr("invalid_grant??X: y"));
}

TEST_F(ProviderTest, SecretsGoOverHttpsOrStayOnThisMachine) {
  const auto with = [&](const std::string& issuer, const std::string& back) {
    ProviderSettings changed = settings_;
    changed.issuer = issuer;
    changed.redirect_uri = back;
    return check(changed).has_value();
  };
  const std::string back = settings_.redirect_uri;
  EXPECT_TRUE(with(test_issuer, back));
  EXPECT_TRUE(with("http://127.0.0.1:4000", "http://localhost:8080/api/v0/oidc/callback"));
  EXPECT_FALSE(with("http://login.example.org", back));
  EXPECT_FALSE(with("http://127.0.0.1.evil.org", back));
  EXPECT_FALSE(with("http://localhost@evil.org", back));
  EXPECT_FALSE(with(test_issuer, "/api/v0/oidc/callback")) << "without http.public_url";
  EXPECT_FALSE(with("", back));
}

}  // namespace
}  // namespace weir::oidc
