#include "app/housekeeping.hpp"

#include <utility>

#include "app/logging.hpp"

// One thread wakes each second for all periodic tasks. They are few and short; a timer for each
// would need a further thread or event loop.
namespace weir::app {
namespace {

constexpr std::chrono::seconds look_every{1};
constexpr std::chrono::hours forget_every{1};
constexpr std::chrono::seconds compare_every{60};

}  // namespace

Housekeeping::Housekeeping(Chores chores)
    : chores_(std::move(chores)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

void Housekeeping::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Housekeeping::work(const std::stop_token& stop) {
  std::chrono::seconds since_written{0};
  std::chrono::seconds since_forgotten = forget_every;
  std::chrono::seconds since_compared = compare_every;
  while (!stop.stop_requested()) {
    chores_.watch();
    look_whether_ready();
    if (since_written >= chores_.write_uses_every) {
      chores_.write_uses();
      since_written = {};
    }
    if (since_forgotten >= forget_every) {
      chores_.forget();
      since_forgotten = {};
    }
    if (since_compared >= compare_every) {
      chores_.compare();
      since_compared = {};
    }
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, look_every, [] { return false; });
    since_written += look_every;
    since_forgotten += look_every;
    since_compared += look_every;
  }
  chores_.write_uses();
}

void Housekeeping::look_whether_ready() {
  const auto ready = chores_.ready();
  if (ready.has_value() == was_ready_) return;
  was_ready_ = ready.has_value();
  if (ready)
    log_event(LogLevel::info, "Ready again: payloads are accepted", {});
  else
    log_event(LogLevel::error, "Not ready: payloads are refused",
              {{"code", outcome_of(ready.error().code).label}, {"reason", ready.error().message}});
}

}  // namespace weir::app
