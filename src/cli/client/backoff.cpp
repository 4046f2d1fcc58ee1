#include "cli/client/backoff.hpp"

#include <algorithm>
#include <charconv>

namespace weir::cli {

std::chrono::milliseconds backoff(const BackoffPolicy& policy, std::uint32_t attempt,
                                  std::optional<std::chrono::seconds> retry_after,
                                  std::uint64_t random) {
  std::chrono::milliseconds ceiling = policy.first;
  for (std::uint32_t i = 1; i < attempt && ceiling < policy.longest; ++i)
    ceiling *= 2;
  ceiling = std::min(ceiling, policy.longest);
  const auto steps = static_cast<std::uint64_t>(ceiling.count()) + 1;
  const std::chrono::milliseconds jittered(random % steps);
  // Clients that were told to wait a second would all return at once, so jitter is added on top.
  return retry_after ? std::chrono::milliseconds(*retry_after) + jittered : jittered;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view header) {
  constexpr std::uint64_t longest_s = 3600;
  std::uint64_t seconds = 0;
  const char* const end = header.data() + header.size();
  const auto [stop, error] = std::from_chars(header.data(), end, seconds);
  if (error != std::errc() || stop != end) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, longest_s));
}

}  // namespace weir::cli
