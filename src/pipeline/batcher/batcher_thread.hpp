#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "env/clock.hpp"
#include "pipeline/batcher/batcher.hpp"

namespace weir::batcher {

/// Runs a batcher on a thread of its own: steps while there is something to read, looks again after
/// `busy_poll` when there was and after `poll` when there was not, waits for `retry` after an
/// error, and flushes for others in between. Little at a time fits between requests, where cores
/// are few: into the moments in which all of them wait for the disk.
class BatcherThread {
 public:
  struct Settings {
    std::chrono::milliseconds poll{50};
    std::chrono::milliseconds busy_poll{2};
    std::chrono::milliseconds retry{1000};
    /// Told when errors begin and when they become of another kind; health() has the newest. On
    /// the batcher's thread.
    std::function<void(const Error&)> on_error{};
  };

  /// Starts. Batcher and clock outlive it; the batcher is its alone until stop() returned.
  BatcherThread(Batcher& batcher, Clock& clock, Settings settings);
  /// Stops. Whoever called flush() has its answer by then.
  ~BatcherThread();
  BatcherThread(const BatcherThread&) = delete;
  BatcherThread& operator=(const BatcherThread&) = delete;

  /// Batcher::flush, from any thread; waits for it. Unavailable once stopped.
  Result<std::vector<catalog::Batch>> flush(StreamNo stream);

  /// Finishes what it is at and ends; open batches are left to the log. May be called again.
  void stop();

  /// As of the last step. Any thread.
  BatcherGauges gauges() const;
  /// Ok, or the last step's error. Any thread.
  Result<void> health() const;

 private:
  struct FlushRequest {
    StreamNo stream;
    std::optional<Result<std::vector<catalog::Batch>>> answer;
  };

  void run() noexcept;
  std::chrono::milliseconds step();
  void note(const std::optional<Error>& error);
  /// Answers what is asked for; returns false when it is time to end.
  bool serve(std::unique_lock<std::mutex>& lock);

  Batcher& batcher_;
  Clock& clock_;
  const Settings settings_;

  mutable std::mutex mutex_;
  std::condition_variable asked_;     // a request or the end
  std::condition_variable answered_;  // a request has its answer
  std::list<FlushRequest*> requests_;
  bool stopping_ = false;
  std::optional<Error> error_;
  BatcherGauges gauges_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weir::batcher
