#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/time.hpp"

namespace weir::gateway {

/// Which API keys were used, for their "last used", gathered in rounds: in each, a worker notes a
/// token that it has verified once, with the time, and whoever writes the notes down takes them and
/// begins the next round. Thread-safe; what a request costs is one look at the round's number.
class KeyUses {
 public:
  std::uint32_t round() const noexcept { return round_.load(std::memory_order_relaxed); }

  void note(const std::string& key_id, Time at) {
    const std::lock_guard lock(mutex_);
    Time& last = last_used_[key_id];
    if (at > last) last = at;
  }

  /// By key id, since it was taken last.
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
