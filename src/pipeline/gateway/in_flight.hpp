#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace weir::gateway {

/// The entries that one worker has appended and that have no result yet, in the order of appending,
/// which is nearly always that of the results. A ring that only grows, so a request allocates
/// nothing. Used by one thread.
class InFlight {
 public:
  using Moment = std::chrono::milliseconds;  // of a monotonic clock

  void add(std::uint64_t cookie, Moment now, Time handed_over = {});
  struct Resolved {
    bool was_given_up = false;
    Time handed_over;
  };
  /// Removes an entry whose result has arrived.
  Resolved resolve(std::uint64_t cookie);
  /// Gives up the entries added at or before `then`, and calls `visit` with their cookies.
  template <class Visit>
  void give_up_since(Moment then, const Visit& visit) {
    for (; given_up_ < size_; ++given_up_) {
      Entry& entry = at(given_up_);
      if (entry.state == State::resolved) continue;
      if (entry.added_at > then) return;
      entry.state = State::given_up;
      visit(entry.cookie);
    }
  }
  /// Whether an entry that was given up has no result yet.
  bool is_stalled() const { return given_up_ > 0; }

 private:
  enum class State : std::uint8_t { waiting, given_up, resolved };
  struct Entry {
    std::uint64_t cookie = 0;
    Moment added_at{0};
    Time handed_over;
    State state = State::waiting;
  };
  Entry& at(std::size_t i) { return ring_[(first_ + i) & (ring_.size() - 1)]; }
  void grow();

  std::vector<Entry> ring_ = std::vector<Entry>(64);  // a power of two
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::size_t given_up_ = 0;  // the first so many are given up or settled
};

}  // namespace weir::gateway
