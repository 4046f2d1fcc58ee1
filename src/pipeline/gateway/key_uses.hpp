#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/time.hpp"

namespace weir::gateway {

/// Collects which API keys were used, for their "last used" time, in rounds. In each round a worker
/// notes every verified token once, with the time; the saving thread takes the notes and starts the
/// next round. Thread-safe; a request costs one read of the round's number.
class KeyUses {
 public:
  std::uint32_t round() const noexcept { return round_.load(std::memory_order_relaxed); }

  void note(const std::string& key_id, Time at) {
    const std::lock_guard lock(mutex_);
    Time& last = last_used_[key_id];
    if (at > last) last = at;
  }

  /// The uses since the last call, by key id.
  std::map<std::string, Time> take() {
    const std::lock_guard lock(mutex_);
    round_.fetch_add(1, std::memory_order_relaxed);
    return std::exchange(last_used_, {});
  }

 private:
  std::atomic<std::uint32_t> round_{1};
  std::mutex mutex_;
  std::map<std::string, Time> last_used_;  // guarded by mutex_
};

}  // namespace weir::gateway
