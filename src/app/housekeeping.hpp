#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/result.hpp"

namespace weir::app {

/// What is to be done beside the way of the data, every now and then, on a thread of its own: the
/// last uses of API keys are written down, and it is said when the server is no longer ready and
/// when it is again.
class Housekeeping {
 public:
  struct Chores {
    std::function<void()> write_key_uses;
    std::chrono::seconds write_key_uses_every{30};
    std::function<Result<void>()> ready;
  };
  explicit Housekeeping(Chores chores);
  ~Housekeeping() { stop(); }
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  /// Writes the last uses down a last time. May be called again.
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
