#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/histogram.hpp"
#include "catalog/catalog.hpp"
#include "engine/engine.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"
#include "pipeline/courier/runner.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::app {

/// Executes workflow runs on its own threads: a free thread claims the next run. One more thread
/// executes the rounds of live couriers only.
class RunThreads {
 public:
  struct Dependencies {
    catalog::Catalog& catalog;
    engine::Engine& engine;
    store::ObjectStore& store;
    const Clock& clock;
    Random& random;
    std::string instance;                    // this process, among all that use the catalog
    std::chrono::seconds time_max;           // of one run; 0: as long as it takes
    courier::OpenFolder open_folder = {};    // of file couriers
    std::function<void()> on_run_over = {};  // some thread's; what waits for the run goes on
  };
  RunThreads(const Dependencies& dependencies, unsigned threads);
  ~RunThreads() { stop(); }
  RunThreads(const RunThreads&) = delete;
  RunThreads& operator=(const RunThreads&) = delete;

  /// Announces a new run, or a new batch for live couriers. Any thread. Without the call, the work
  /// starts within a second.
  void wake();
  /// Ends the loads in progress; they are rolled back, and their runs are executed again after the
  /// next start. Returns at once.
  void request_stop() { shutdown_.request_stop(); }
  /// The same, and waits for the loads to end.
  void stop();

  /// Changes the number of threads. A thread to be ended finishes its run first; the call waits.
  void resize(unsigned threads);
  /// The durations of runs.
  HistogramCounts seconds() const;
  /// By live courier, from a batch's first record until its rows stood in their tables. The
  /// couriers are in the order of their first batches, so that the first ones stay the first ones;
  /// those beyond the first 1000 are one, called "other".
  std::vector<std::pair<std::string, HistogramCounts>> live_lag() const;

 private:
  void note_live_batch(const std::string& courier_id, std::chrono::microseconds lag);
  void work(const std::stop_token& stop, courier::Runner::Options options);

  Dependencies dependencies_;
  std::stop_source shutdown_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t wakes_ = 0;
  Histogram seconds_;                                      // guarded by mutex_
  std::list<std::pair<std::string, Histogram>> live_lag_;  // likewise
  std::vector<std::jthread> threads_;
  std::jthread live_thread_;
};

}  // namespace weir::app
