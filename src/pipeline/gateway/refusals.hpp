#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/ids.hpp"

namespace weir::gateway {

/// Counts the payloads of each stream that were refused to somebody who may send to it, until they
/// are taken. Thread-safe. Only a refusal costs anything.
class Refusals {
 public:
  void note(StreamNo stream) {
    const std::lock_guard lock(mutex_);
    ++counts_[stream];
  }
  /// Since the last call.
  std::unordered_map<StreamNo, std::uint64_t> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(counts_, {});
  }

 private:
  std::mutex mutex_;
  std::unordered_map<StreamNo, std::uint64_t> counts_;  // guarded by mutex_
};

}  // namespace weir::gateway
