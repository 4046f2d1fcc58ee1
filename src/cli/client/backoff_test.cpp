#include "cli/client/backoff.hpp"

#include <gtest/gtest.h>

namespace weir::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr BackoffPolicy policy{milliseconds(100), milliseconds(1000)};

TEST(Backoff, DoublesItsCeilingUpToTheLongestWait) {
  const std::uint64_t ceilings[] = {100, 200, 400, 800, 1000, 1000};
  for (std::uint32_t attempt = 1; attempt <= 6; ++attempt) {
    const std::uint64_t ceiling = ceilings[attempt - 1];
    EXPECT_EQ(backoff(policy, attempt, std::nullopt, ceiling), milliseconds(ceiling));
    EXPECT_EQ(backoff(policy, attempt, std::nullopt, ceiling + 1), milliseconds(0));
  }
}

TEST(Backoff, IsAnywhereBetweenNothingAndItsCeiling) {
  EXPECT_EQ(backoff(policy, 1, std::nullopt, 0), milliseconds(0));
  EXPECT_EQ(backoff(policy, 1, std::nullopt, 37), milliseconds(37));
}

TEST(Backoff, NeverComesBackBeforeTheServerAskedFor) {
  EXPECT_EQ(backoff(policy, 1, seconds(2), 0), milliseconds(2000));
  EXPECT_EQ(backoff(policy, 1, seconds(2), 50), milliseconds(2050));
}

TEST(Backoff, LastsForAnyNumberOfAttempts) {
  EXPECT_LE(backoff(policy, 4'000'000'000, std::nullopt, 999), milliseconds(1000));
}

TEST(RetryAfter, IsSecondsAndNothingElse) {
  EXPECT_EQ(parse_retry_after("7"), seconds(7));
  EXPECT_EQ(parse_retry_after("999999"), seconds(3600));
  EXPECT_EQ(parse_retry_after("soon"), std::nullopt);
  EXPECT_EQ(parse_retry_after("-1"), std::nullopt);
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2026 07:28:00 GMT"), std::nullopt);
}

TEST(Retryable, IsWhatTheDocumentsSay) {
  for (const int status : {429, 500, 503, 504})
    EXPECT_TRUE(is_retryable(status)) << status;
  for (const int status : {200, 202, 400, 401, 403, 404, 413, 415, 501})
    EXPECT_FALSE(is_retryable(status));
}

}  // namespace
}  // namespace weir::cli
