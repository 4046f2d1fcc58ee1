#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "base/result.hpp"

namespace weir::catalog {

/// Where a process is told that another one has changed what processes keep in memory.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Returns when it was told so, or after `most`, or when it is woken. It may take longer where
  /// the database is away.
  virtual void wait(std::chrono::milliseconds most) = 0;
  /// From any thread: the wait going on ends, or the next one.
  virtual void wake() = 0;
};

/// A thread that looks whenever it was told, and twice a second besides: what is told gets lost
/// with the connection. It looks from its construction to its destruction.
class Follower {
 public:
  /// `look` is called on the thread. A look that fails is repeated with the next one.
  Follower(std::unique_ptr<Listener> listener, std::function<Result<void>()> look);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower();

 private:
  static constexpr std::chrono::milliseconds looks_every{500};

  std::unique_ptr<Listener> listener_;
  std::function<Result<void>()> look_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace weir::catalog
