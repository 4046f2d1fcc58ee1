#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace weir::gateway {

/// What one worker has handed to the log and not heard of, in the order of handing over, which is
/// nearly always that of hearing. A ring that is as large as it ever had to be: nothing is
/// allocated a request. One thread.
class InFlight {
 public:
  using Moment = std::chrono::milliseconds;  // of a clock that nobody turns

  void add(std::uint64_t cookie, Moment now, Time handed_over = {});
  struct Resolved {
    bool was_given_up = false;
    Time handed_over;
  };
  /// Its result is known.
  Resolved resolve(std::uint64_t cookie);
  /// Gives up what was added at or before `then`, and tells `visit` its cookies.
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
  /// Whether something that was given up has still no result.
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
