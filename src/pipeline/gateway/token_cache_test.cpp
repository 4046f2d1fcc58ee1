#include "pipeline/gateway/token_cache.hpp"

#include <gtest/gtest.h>

#include "env/fake/counting_random.hpp"

namespace weir::gateway {
namespace {

class TokenCacheTest : public ::testing::Test {
 protected:
  TokenCacheTest() {
    snapshot_.version = 1;
    for (const char* id : {"tak-a", "tak-b"})
      snapshot_.keys[id] = {id, 1, "acme", 1, {{1, std::string(32, id[4]), std::nullopt}}};
  }
  std::string mint(const std::string& key, std::optional<Time> expires_at = std::nullopt) {
    return token::mint(snapshot_.keys[key], now_, expires_at, random_).value();
  }
  std::string key_of(TokenCache& cache, const std::string& token) {
    const auto key = cache.key_of(token, snapshot_, now_);
    return key ? (*key)->id : "refused";
  }

  CountingRandom random_;
  Time now_ = *parse_time("2027-03-02T08:00:00Z");
  catalog::Snapshot snapshot_;
  http::Counter hits_;
  http::Counter misses_;
  KeyUses uses_;
  TokenCache cache_{hits_, misses_, uses_};
};

TEST_F(TokenCacheTest, ASecondLookIsAHit) {
  const auto token = mint("tak-a");
  EXPECT_EQ(key_of(cache_, token), "tak-a");
  EXPECT_EQ(key_of(cache_, token), "tak-a");
  EXPECT_EQ(misses_.value(), 1u);
  EXPECT_EQ(hits_.value(), 1u);
}

TEST_F(TokenCacheTest, AUseIsNotedOnceARoundWithTheTimeItWasFirstSeenIn) {
  const auto token = mint("tak-a");
  const Time first = now_;
  key_of(cache_, token);
  now_ += std::chrono::seconds(1);
  key_of(cache_, token);
  EXPECT_EQ(uses_.take(), (std::map<std::string, Time>{{"tak-a", first}}));
  EXPECT_TRUE(uses_.take().empty());
  now_ += std::chrono::seconds(1);
  key_of(cache_, token);
  key_of(cache_, "not a token");
  EXPECT_EQ(uses_.take(), (std::map<std::string, Time>{{"tak-a", now_}}));
}

TEST_F(TokenCacheTest, AnotherSnapshotIsAnotherLook) {
  const auto token = mint("tak-a");
  EXPECT_EQ(key_of(cache_, token), "tak-a");
  snapshot_.keys.erase("tak-a");
  snapshot_.version = 2;
  EXPECT_EQ(key_of(cache_, token), "refused");
}

TEST_F(TokenCacheTest, ExpiryIsCheckedOnEveryHit) {
  const auto token = mint("tak-a", now_ + std::chrono::seconds(5));
  EXPECT_EQ(key_of(cache_, token), "tak-a");
  now_ += std::chrono::seconds(4);
  EXPECT_EQ(key_of(cache_, token), "tak-a");
  EXPECT_EQ(hits_.value(), 1u);
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(key_of(cache_, token), "refused");
}

TEST_F(TokenCacheTest, ADeposedSecretsLastMomentIsCheckedOnEveryHit) {
  const auto token = mint("tak-a", now_ + std::chrono::hours(24));
  snapshot_.keys["tak-a"].secrets[0].accepted_until = now_ + std::chrono::hours(1);
  EXPECT_EQ(key_of(cache_, token), "tak-a");
  EXPECT_EQ(key_of(cache_, token), "tak-a");
  EXPECT_EQ(hits_.value(), 1u);
  now_ += std::chrono::hours(1);
  EXPECT_EQ(key_of(cache_, token), "refused");
}

TEST_F(TokenCacheTest, TokensOfTheSameHashAreNotMistaken) {
  TokenCache cache(hits_, misses_, uses_, [](std::string_view) { return std::size_t{7}; });
  const auto a = mint("tak-a");
  const auto b = mint("tak-b");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(key_of(cache, a), "tak-a");
    EXPECT_EQ(key_of(cache, b), "tak-b");
    EXPECT_EQ(key_of(cache, "forged"), "refused");
  }
  EXPECT_EQ(hits_.value(), 4u);
}

TEST_F(TokenCacheTest, FourOfTheSameHashStayAFifthTakesAPlace) {
  TokenCache cache(hits_, misses_, uses_, [](std::string_view) { return std::size_t{7}; });
  std::vector<std::string> tokens;
  for (int i = 1; i <= 5; ++i)
    tokens.push_back(mint("tak-a", now_ + std::chrono::seconds(i)));
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 4; ++i)
      EXPECT_EQ(key_of(cache, tokens[static_cast<std::size_t>(i)]), "tak-a");
  EXPECT_EQ(hits_.value(), 4u);
  EXPECT_EQ(key_of(cache, tokens[4]), "tak-a");
  EXPECT_EQ(key_of(cache, tokens[4]), "tak-a");
  EXPECT_EQ(hits_.value(), 5u);
}

TEST_F(TokenCacheTest, ARefusedTokenIsNotRemembered) {
  const auto token = mint("tak-a");
  auto altered = token;
  altered.back() = altered.back() == 'A' ? 'Q' : 'A';
  EXPECT_EQ(key_of(cache_, altered), "refused");
  EXPECT_EQ(key_of(cache_, altered), "refused");
  EXPECT_EQ(key_of(cache_, token), "tak-a");
  EXPECT_EQ(hits_.value(), 0u);
}

TEST_F(TokenCacheTest, MoreTokensThanRoomStillVerify) {
  std::vector<std::string> tokens;
  for (std::uint32_t i = 0; i < 2 * limits::cached_tokens_max; ++i)
    tokens.push_back(mint(i % 2 ? "tak-a" : "tak-b", now_ + std::chrono::seconds(i + 1)));
  for (std::uint32_t i = 0; i < tokens.size(); ++i)
    ASSERT_EQ(key_of(cache_, tokens[i]), i % 2 ? "tak-a" : "tak-b");
}

}  // namespace
}  // namespace weir::gateway
