// The system's scheduler divides by threads, and a caller in DuckDB is a thread that computes. The
// number of these is what can be held here; DuckDB's own threads cannot be stopped within a task,
// and a thread that was given a lower priority does not get the old one back. Tokens for the whole
// machine would be fairer between tenants, and would stop everybody behind one that does not
// return.

#include "engine/duckdb/turns.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace weir::engine::duckdb {

using Clock = std::chrono::steady_clock;

Turns::Turns() = default;

Turns::Call::Call(Turns& turns, std::string tenant)
    : turns_(turns), tenant_(std::move(tenant)), begun_(Clock::now()) {
  const std::lock_guard lock(turns_.mutex_);
  place_ = turns_.calls_.insert(turns_.calls_.end(), this);
  turns_.queues_.try_emplace(tenant_);
}

Turns::Call::~Call() {
  const std::lock_guard lock(turns_.mutex_);
  turns_.calls_.erase(place_);
  const bool others = std::any_of(turns_.calls_.begin(), turns_.calls_.end(),
                                  [this](const Call* each) { return each->tenant_ == tenant_; });
  if (!others) turns_.queues_.erase(tenant_);
}

void Turns::Call::enter() {
  std::unique_lock lock(turns_.mutex_);
  Queue& queue = turns_.queues_.at(tenant_);
  const std::uint64_t turn = queue.next++;
  // The turn that is waited for may begin meanwhile, and then has its time.
  while (queue.done < turn && Clock::now() < queue.begun + turns_.bounds_.wait_max)
    turns_.changed_.wait_until(lock, queue.begun + turns_.bounds_.wait_max);
  piece_begun_ = Clock::now();
  if (queue.done >= turn) queue.begun = piece_begun_;
}

/// The pause is a part of the turn: the tenant's other long calls have none meanwhile.
void Turns::Call::leave() {
  const auto pause = turns_.pause_after(*this, Clock::now() - piece_begun_);
  if (pause.count() > 0) std::this_thread::sleep_for(pause);
  const std::lock_guard lock(turns_.mutex_);
  ++turns_.queues_.at(tenant_).done;
  turns_.changed_.notify_all();
}

std::chrono::nanoseconds Turns::pause_after(const Call& call, std::chrono::nanoseconds worked) {
  const auto now = Clock::now();
  if (is_short(call, now)) return {};
  const std::lock_guard lock(mutex_);
  const bool gives_way = std::any_of(calls_.begin(), calls_.end(), [&](const Call* each) {
    return each->tenant_ != call.tenant_ && is_short(*each, now);
  });
  return gives_way ? std::min<std::chrono::nanoseconds>(worked, bounds_.pause_max)
                   : std::chrono::nanoseconds();
}

}  // namespace weir::engine::duckdb
