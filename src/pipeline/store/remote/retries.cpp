// Full jitter: each wait is a random share of its bound, so that many processes that lost the same
// server do not come back to it in step. The thread sleeps, since its caller waits for the answer
// anyway; the bound on tries keeps a stop from taking long.
#include "pipeline/store/remote/retries.hpp"

#include <algorithm>
#include <thread>

namespace weir::store {
namespace {

constexpr std::chrono::seconds told_wait_max{10};  // by Retry-After

std::chrono::milliseconds share_of(std::chrono::milliseconds bound, Random& random) {
  std::uint32_t chance = 0;
  random.fill({reinterpret_cast<char*>(&chance), sizeof chance});
  return bound * (chance % 1000 + 1) / 1000;
}

std::chrono::milliseconds told_wait(const Result<HttpReply>& reply) {
  if (!reply) return {};
  const std::string text = reply->header("retry-after");
  if (text.empty() || text.size() > 4 || text.find_first_not_of("0123456789") != std::string::npos)
    return {};
  return std::min<std::chrono::milliseconds>(std::chrono::seconds(std::stoi(text)), told_wait_max);
}

}  // namespace

bool may_pass_later(const Result<HttpReply>& reply) {
  if (!reply) return reply.error().code == Errc::unavailable;
  return reply->status == 408 || reply->status == 429 || reply->status >= 500;
}

Tried with_retries(const Retries& retries, Random& random,
                   const std::function<Result<HttpReply>()>& send,
                   const std::function<bool(const HttpReply&)>& also_retry) {
  Tried tried;
  for (auto bound = retries.first_wait;; bound = std::min(2 * bound, retries.longest_wait)) {
    tried.reply = send();
    ++tried.tries;
    const bool later = may_pass_later(tried.reply);
    const bool again = later || (tried.reply && also_retry && also_retry(*tried.reply));
    if (!again || tried.tries >= retries.tries_max) return tried;
    tried.is_ambiguous |= !tried.reply || tried.reply->status >= 500;
    std::this_thread::sleep_for(std::max(share_of(bound, random), told_wait(tried.reply)));
  }
}

}  // namespace weir::store
