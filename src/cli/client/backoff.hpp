#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::cli {

struct BackoffPolicy {
  std::chrono::milliseconds first{100};  // the ceiling of the first wait; doubles each time
  std::chrono::milliseconds longest{30'000};
};

/// The wait before try number `attempt` + 1 (try number `attempt` has just failed): exponential
/// backoff with full jitter, within [0, min(longest, first * 2^(attempt-1))], and at least what the
/// server's Retry-After said. `random` is uniform over its type.
std::chrono::milliseconds backoff(const BackoffPolicy& policy, std::uint32_t attempt,
                                  std::optional<std::chrono::seconds> retry_after,
                                  std::uint64_t random);

/// Retry-After in seconds, at most an hour; nullopt for dates and malformed values.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view header);

/// Whether the same request may be accepted later (spec/ingest.md 3).
constexpr bool is_retryable(int http_status) {
  return http_status == 429 || http_status == 500 || http_status == 503 || http_status == 504;
}

}  // namespace weir::cli
