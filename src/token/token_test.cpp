#include "token/token.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include <gtest/gtest.h>
#include <jwt.h>

#include "env/fake/counting_random.hpp"

namespace weir::token {
namespace {

class TokenTest : public ::testing::Test {
 protected:
  TokenTest() {
    key_.id = "tak-Abc1defGh2i";
    key_.tenant = "acme";
    key_.secrets = {{2, std::string(32, 'a'), std::nullopt}};
    put();
  }
  void put() { snapshot_.keys[key_.id] = key_; }
  std::string minted(std::optional<Time> expires_at = std::nullopt) {
    return mint(key_, now_, expires_at, random_).value();
  }
  Errc refusal(const std::string& token) {
    const auto claims = verify(token, snapshot_, now_);
    return claims ? Errc::internal : claims.error().code;
  }

  /// A token as an attacker would make it: any algorithm, any key, any claims.
  std::string forged(jwt_alg_t alg, const std::string& secret, const char* tenant = "acme",
                     std::optional<long> expires_at = std::nullopt) {
    jwt_t* raw = nullptr;
    EXPECT_EQ(jwt_new(&raw), 0);
    const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(raw, &jwt_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(secret.data());
    EXPECT_EQ(
        jwt_set_alg(raw, alg, secret.empty() ? nullptr : bytes, static_cast<int>(secret.size())),
        0);
    jwt_add_header(raw, "kid", "tak-Abc1defGh2i.2");
    jwt_add_grant(raw, "sub", "tak-Abc1defGh2i");
    jwt_add_grant(raw, "tnt", tenant);
    if (expires_at) jwt_add_grant_int(raw, "exp", *expires_at);
    const std::unique_ptr<char, decltype(&free)> text(jwt_encode_str(raw), &free);
    return text.get();
  }

  CountingRandom random_;
  Time now_ = *parse_time("2027-03-02T08:00:00.5Z");
  catalog::KeyView key_;
  catalog::Snapshot snapshot_;
};

TEST_F(TokenTest, AMintedTokenVerifies) {
  const auto claims = verify(minted(now_ + std::chrono::hours(1)), snapshot_, now_);
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->key_id, key_.id);
  EXPECT_EQ(claims->tenant, "acme");
  EXPECT_EQ(claims->secret_version, 2u);
  EXPECT_EQ(to_string(*claims->expires_at), "2027-03-02T09:00:00.000000Z");
}

TEST_F(TokenTest, ItEndsWithItsExpiry) {
  const auto token = minted(now_ + std::chrono::hours(1));
  now_ += std::chrono::minutes(59);
  EXPECT_TRUE(verify(token, snapshot_, now_));
  now_ += std::chrono::minutes(1);
  EXPECT_EQ(refusal(token), Errc::unauthorized);
}

// Found by token_verify_fuzz.
TEST_F(TokenTest, AnExpiryBeyondAllCalendarsIsFarAway) {
  const auto token = [&](long expires_at) {
    return forged(JWT_ALG_HS256, key_.secrets[0].secret, "acme", expires_at);
  };
  EXPECT_TRUE(verify(token(360'000'720'720'000), snapshot_, now_));
  EXPECT_TRUE(verify(token(std::numeric_limits<long>::max()), snapshot_, now_));
  EXPECT_EQ(refusal(token(-360'000'720'720'000)), Errc::unauthorized);
}

TEST_F(TokenTest, NoneAndOtherAlgorithmsAreRefused) {
  EXPECT_EQ(refusal(forged(JWT_ALG_NONE, "")), Errc::unauthorized);
  EXPECT_EQ(refusal(forged(JWT_ALG_HS384, key_.secrets[0].secret)), Errc::unauthorized);
  EXPECT_EQ(refusal(forged(JWT_ALG_HS512, key_.secrets[0].secret)), Errc::unauthorized);
  EXPECT_EQ(refusal(forged(JWT_ALG_HS256, std::string(32, 'b'))), Errc::unauthorized);
  // The forger is able to make a good one, so the refusals above are for their reasons.
  EXPECT_TRUE(verify(forged(JWT_ALG_HS256, key_.secrets[0].secret), snapshot_, now_));
}

TEST_F(TokenTest, AnEmptySecretVerifiesNothing) {
  const auto token = forged(JWT_ALG_NONE, "");
  key_.secrets[0].secret.clear();
  put();
  EXPECT_EQ(refusal(token), Errc::unauthorized);
}

TEST_F(TokenTest, ATokenOfAnotherTenantsNameIsRefused) {
  EXPECT_EQ(refusal(forged(JWT_ALG_HS256, key_.secrets[0].secret, "rival")), Errc::unauthorized);
}

TEST_F(TokenTest, EveryAlteredCharacterOfTheSignedPartIsRefused) {
  const auto token = minted();
  const std::size_t signed_part = token.rfind('.');
  for (std::size_t i = 0; i < signed_part; ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    if (altered == token) continue;
    EXPECT_EQ(refusal(altered), Errc::unauthorized) << i;
  }
}

TEST_F(TokenTest, ADeposedSecretIsAcceptedUntilItsLastMoment) {
  const auto token = minted();
  key_.secrets[0].accepted_until = now_ + std::chrono::hours(24 * 30);
  key_.secrets.insert(key_.secrets.begin(), {3, std::string(32, 'c'), std::nullopt});
  put();
  EXPECT_TRUE(verify(token, snapshot_, now_));
  EXPECT_EQ(verify(minted(), snapshot_, now_)->secret_version, 3u);
  now_ += std::chrono::hours(24 * 30);
  EXPECT_EQ(refusal(token), Errc::unauthorized);
}

TEST_F(TokenTest, ADeletedKeysTokensAreRefused) {
  const auto token = minted();
  snapshot_.keys.clear();
  EXPECT_EQ(refusal(token), Errc::unauthorized);
}

TEST_F(TokenTest, WhatIsNoJwtIsRefused) {
  for (const char* text :
       {"", ".", "..", "a.b.c", "Bearer", "eyJhbGciOiJIUzI1NiJ9.e30.", "eyJhbGciOiJub25lIn0.e30."})
    EXPECT_EQ(refusal(text), Errc::unauthorized) << text;
}

TEST_F(TokenTest, AnExpiryInThePastIsNotMinted) {
  EXPECT_EQ(mint(key_, now_, now_, random_).error().code, Errc::bad_request);
}

}  // namespace
}  // namespace weir::token
