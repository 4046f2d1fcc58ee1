#include "alert/deliverer.hpp"

#include <algorithm>
#include <thread>
#include <vector>

// The wait grows with the time since the first try, which doubles it each time and needs no count:
// a person's redelivery begins anew by itself. Endpoints are tried side by side, so that one that
// hangs holds up the others by the bound of one try at most.
namespace weir::alert {

catalog::AlertVerdict judge(const Sent& sent, const catalog::AlertMessage& message, Time now,
                            const RetryPolicy& policy, std::uint32_t random) {
  using catalog::AlertMessageState;
  if (sent.error.empty()) return {.state = AlertMessageState::delivered};
  if (sent.is_gone) return {.state = AlertMessageState::failed, .is_endpoint_gone = true};
  const auto tried = std::max(now - message.tried_since, std::chrono::microseconds(0));
  const auto full = std::min<std::chrono::microseconds>(tried + policy.first, policy.longest);
  // Less up to a half by chance, so that what failed together is not tried again together.
  const auto less = std::chrono::microseconds(full.count() / 2 * (random >> 16) >> 16);
  std::chrono::microseconds wait = full - less;
  if (sent.retry_after) wait = std::max<std::chrono::microseconds>(wait, *sent.retry_after);
  if (now + wait > message.tried_since + policy.give_up_after)
    return {.state = AlertMessageState::failed};
  return {.state = AlertMessageState::pending,
          .next_attempt_at = now + wait,
          .others_wait_until = now + std::min<std::chrono::microseconds>(wait, policy.first)};
}

Result<std::size_t> Deliverer::deliver_due(const std::stop_token& stop) {
  WEIR_TRY(const auto due, alerts_.due(endpoints_at_once));
  const Time begun = clock_.now();
  std::vector<Sent> sent(due.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < due.size(); ++i)
      threads.emplace_back([&, i] { sent[i] = sender_.send(due[i], begun, stop); });
    if (!due.empty()) sent[0] = sender_.send(due[0], begun, stop);
  }
  std::size_t tries = 0;
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (sent[i].was_stopped) continue;
    WEIR_CHECK(settle(due[i], sent[i], begun));
    ++tries;
  }
  return tries;
}

Result<void> Deliverer::settle(const catalog::DueAlert& alert, const Sent& sent, Time begun) {
  std::uint32_t random = 0;
  random_.fill({reinterpret_cast<char*>(&random), sizeof random});
  const Time now = clock_.now();
  auto& count = sent.error.empty() ? delivered_ : failed_tries_;
  count.fetch_add(1, std::memory_order_relaxed);
  return alerts_.settle(alert.message.id,
                        {.at = begun,
                         .status = sent.status,
                         .error = sent.error,
                         .duration_ms = sent.duration.count()},
                        judge(sent, alert.message, now, policy_, random));
}

}  // namespace weir::alert
