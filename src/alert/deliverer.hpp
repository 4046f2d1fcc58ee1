#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>

#include "alert/sender.hpp"
#include "base/result.hpp"
#include "catalog/alerts.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"

namespace weir::alert {

/// When a message that could not be delivered is tried again.
struct RetryPolicy {
  std::chrono::seconds first{10};
  std::chrono::seconds longest{3 * 3600};
  std::chrono::seconds give_up_after{24 * 3600};
};

/// What a try means for its message. `random` is uniform over its type.
catalog::AlertVerdict judge(const Sent& sent, const catalog::AlertMessage& message, Time now,
                            const RetryPolicy& policy, std::uint32_t random);

/// Delivers what waits in the catalog. Used by one thread; it sends from several.
class Deliverer {
 public:
  Deliverer(catalog::Alerts& alerts, Sender& sender, const Clock& clock, Random& random,
            RetryPolicy policy = {})
      : alerts_(alerts), sender_(sender), clock_(clock), random_(random), policy_(policy) {}

  /// Tries one due message of each of at most `endpoints_at_once` endpoints, all at the same time.
  /// Returns the number of tries; 0: nothing is due. A try that `stop` ended is not counted and
  /// changes nothing.
  Result<std::size_t> deliver_due(const std::stop_token& stop);

  /// Since the start; any thread.
  std::uint64_t delivered() const { return delivered_.load(std::memory_order_relaxed); }
  std::uint64_t failed_tries() const { return failed_tries_.load(std::memory_order_relaxed); }

  static constexpr std::size_t endpoints_at_once = 8;

 private:
  Result<void> settle(const catalog::DueAlert& alert, const Sent& sent, Time begun);

  catalog::Alerts& alerts_;
  Sender& sender_;
  const Clock& clock_;
  Random& random_;
  const RetryPolicy policy_;
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> failed_tries_{0};
};

}  // namespace weir::alert
