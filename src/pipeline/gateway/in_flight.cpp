#include "pipeline/gateway/in_flight.hpp"

namespace weir::gateway {

void InFlight::add(std::uint64_t cookie, Moment now, Time handed_over) {
  if (size_ == ring_.size()) grow();
  at(size_++) = {cookie, now, handed_over, State::waiting};
}

InFlight::Resolved InFlight::resolve(std::uint64_t cookie) {
  for (std::size_t i = 0; i < size_; ++i) {
    Entry& entry = at(i);
    if (entry.cookie != cookie || entry.state == State::resolved) continue;
    const Resolved resolved{entry.state == State::given_up, entry.handed_over};
    entry.state = State::resolved;
    for (; size_ > 0 && at(0).state == State::resolved; --size_) {
      first_ = (first_ + 1) & (ring_.size() - 1);
      if (given_up_ > 0) --given_up_;
    }
    return resolved;
  }
  return {};
}

void InFlight::grow() {
  std::vector<Entry> larger(ring_.size() * 2);
  for (std::size_t i = 0; i < size_; ++i)
    larger[i] = at(i);
  ring_ = std::move(larger);
  first_ = 0;
}

}  // namespace weir::gateway
