#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/result.hpp"

namespace weir::app {

/// Periodic work outside the data path, on its own thread: saving the last uses of API keys
/// and the counts of refusals, forgetting what is too old, watching the clock, and logging when the
/// server becomes unready and when it is ready again.
class Housekeeping {
 public:
  struct Chores {
    std::function<void()> write_uses;
    std::chrono::seconds write_uses_every{30};
    std::function<Result<void>()> ready;
    std::function<void()> forget;   // what is too old; each hour
    std::function<void()> compare;  // the fields of streams with those before; each minute
    std::function<void()> watch;    // each second
  };
  explicit Housekeeping(Chores chores);
  ~Housekeeping() { stop(); }
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  /// Saves the last uses one last time and ends the thread. Idempotent.
  void stop();

 private:
  void work(const std::stop_token& stop);
  void look_whether_ready();

  const Chores chores_;
  bool was_ready_ = true;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace weir::app
