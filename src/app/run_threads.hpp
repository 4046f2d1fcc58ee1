#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/histogram.hpp"
#include "catalog/catalog.hpp"
#include "engine/engine.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::app {

/// Does workflow runs on threads of its own: whichever is free claims the next one. A load that is
/// going on is finished before stop() returns.
class RunThreads {
 public:
  struct Dependencies {
    catalog::Catalog& catalog;
    engine::Engine& engine;
    store::ObjectStore& store;
    const Clock& clock;
    Random& random;
  };
  RunThreads(const Dependencies& dependencies, unsigned threads);
  ~RunThreads() { stop(); }
  RunThreads(const RunThreads&) = delete;
  RunThreads& operator=(const RunThreads&) = delete;

  /// There is a new run. Any thread; without it a run waits for the next look, a second at most.
  void wake();
  void stop();

  /// More or fewer threads from now on; one that is at a run finishes it first, and this waits.
  void resize(unsigned threads);
  /// How long runs took.
  HistogramCounts seconds() const;

 private:
  void work(const std::stop_token& stop, unsigned number);

  Dependencies dependencies_;
  const std::string instance_;  // of this process, unlike any before it
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t wakes_ = 0;
  Histogram seconds_;  // guarded by mutex_
  std::vector<std::jthread> threads_;
};

}  // namespace weir::app
