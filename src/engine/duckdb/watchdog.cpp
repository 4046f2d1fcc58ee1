/// DuckDB looks at a connection's interrupt flag between chunks of rows and forgets the flag when
/// a statement begins. So a call is interrupted again and again until its watch ends: a single
/// interrupt could fall between two statements of one load. Polling costs one wake-up every few
/// milliseconds and only while a call is going on; a timer per call would still have to poll the
/// stop token.
#include "engine/duckdb/watchdog.hpp"

#include <string>
#include <utility>

#include "base/thread.hpp"

namespace weir::engine::duckdb {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds look_every{20};
constexpr std::chrono::milliseconds alarm_every{1000};

Clock::time_point deadline_of(const Allowance& allowance) {
  return allowance.time.count() > 0 ? Clock::now() + allowance.time : Clock::time_point::max();
}

std::string seconds_text(std::chrono::milliseconds time) {
  if (time.count() % 1000 != 0) return std::to_string(time.count()) + " ms";
  return std::to_string(time.count() / 1000) + " s";
}

}  // namespace

Watchdog::Watch::Watch(Watchdog& dog, duckdb_connection connection, const Allowance& allowance)
    : dog_(dog), connection_(connection), allowance_(allowance), deadline_(deadline_of(allowance)) {
  const std::lock_guard lock(dog_.mutex_);
  place_ = dog_.watches_.insert(dog_.watches_.end(), this);
  dog_.changed_.notify_one();
}

Watchdog::Watch::~Watch() {
  const std::lock_guard lock(dog_.mutex_);
  dog_.watches_.erase(place_);
}

std::optional<Error> Watchdog::Watch::over() const {
  if (dog_.stopped_.load(std::memory_order_acquire))
    return Error{Errc::unavailable,
                 "The server is stopping, so this was ended and nothing of it was kept. Send it "
                 "again once the server is back."};
  if (allowance_.stop.stop_requested())
    return Error{Errc::unavailable, "This was stopped; nothing of it was kept."};
  if (Clock::now() >= deadline_)
    return Error{Errc::bad_request,
                 "This took longer than the " + seconds_text(allowance_.time) +
                     " it may take, so it was ended and nothing of it was kept. Ask for less: add "
                     "conditions to its joins, or filter the rows earlier."};
  return dog_.alarm();
}

Watchdog::Watchdog(Alarm alarm) : look_(std::move(alarm)) {
  thread_ = std::thread([this] { work(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::stop() {
  stopped_.store(true, std::memory_order_release);
}

std::optional<Error> Watchdog::alarm() const {
  const std::lock_guard lock(mutex_);
  return alarm_;
}

void Watchdog::work() {
  name_this_thread("weir-watchdog");
  Clock::time_point next_alarm = Clock::now();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !watches_.empty(); });
    if (ending_) return;
    if (look_ && Clock::now() >= next_alarm) {
      lock.unlock();
      auto found = look_();
      lock.lock();
      alarm_ = std::move(found);
      next_alarm = Clock::now() + alarm_every;
    }
    const bool all = alarm_.has_value() || stopped_.load(std::memory_order_acquire);
    const Clock::time_point now = Clock::now();
    for (const Watch* watch : watches_) {
      const bool over = all || watch->allowance_.stop.stop_requested() || now >= watch->deadline_;
      if (over && watch->connection_ != nullptr) duckdb_interrupt(watch->connection_);
    }
    changed_.wait_for(lock, look_every, [this] { return ending_; });
    if (ending_) return;
  }
}

}  // namespace weir::engine::duckdb
