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

/// Runs a batcher on its own thread. It steps while there is something to read. Then it looks again
/// after `busy_poll` if it had read something and after `poll` if not, and waits for `retry` after
/// an error. In between it flushes on request. The steps are small so that, where cores are few,
/// they fit into the moments in which all requests wait for the disk.
class BatcherThread {
 public:
  struct Settings {
    std::chrono::milliseconds poll{50};
    std::chrono::milliseconds busy_poll{2};
    std::chrono::milliseconds retry{1000};
    /// Called when errors begin and when their kind changes; health() has the newest error. Runs on
    /// the batcher's thread.
    std::function<void(const Error&)> on_error{};
  };

  /// Starts. Batcher and clock outlive it; nobody else uses the batcher until stop() returns.
  BatcherThread(Batcher& batcher, Clock& clock, Settings settings);
  /// Stops the thread. Every flush() has been answered by then.
  ~BatcherThread();
  BatcherThread(const BatcherThread&) = delete;
  BatcherThread& operator=(const BatcherThread&) = delete;

  /// Runs Batcher::flush and waits for it. Any thread. unavailable once stopped.
  Result<std::vector<catalog::Batch>> flush(StreamNo stream);

  /// Finishes the current step and ends. Records of open batches stay in the log. Idempotent.
  void stop();

  /// The counts after the last step. Any thread.
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
  /// Runs the requested flushes; returns false when the thread is to end.
  bool serve(std::unique_lock<std::mutex>& lock);

  Batcher& batcher_;
  Clock& clock_;
  const Settings settings_;

  mutable std::mutex mutex_;
  std::condition_variable requested_;  // a request came, or the end
  std::condition_variable answered_;   // a request was answered
  std::list<FlushRequest*> requests_;
  bool stopping_ = false;
  std::optional<Error> error_;
  BatcherGauges gauges_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weir::batcher
