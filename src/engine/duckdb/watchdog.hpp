#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <duckdb.h>

#include "base/result.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Interrupts DuckDB's work once a call's allowance is over: one thread that checks all watched
/// calls. Thread-safe; outlives its watches.
class Watchdog {
 public:
  /// Why every call must end now, or nullopt. Called once a second while calls are watched.
  using Alarm = std::function<std::optional<Error>()>;
  explicit Watchdog(Alarm alarm = {});
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// One call on one connection, watched during this object's life.
  class Watch {
   public:
    Watch(Watchdog& dog, duckdb_connection connection, const Allowance& allowance);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    /// The error with which the call must end, once its allowance is over.
    std::optional<Error> over() const;

   private:
    friend class Watchdog;
    Watchdog& dog_;
    const duckdb_connection connection_;  // null: checked but never interrupted
    const Allowance allowance_;
    const std::chrono::steady_clock::time_point deadline_;
    std::list<Watch*>::iterator place_;
  };

  /// Ends all calls and every later one, for the stop of the process.
  void stop();

 private:
  void work();
  std::optional<Error> alarm() const;

  const Alarm look_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Watch*> watches_;   // guarded by mutex_
  std::optional<Error> alarm_;  // likewise
  bool ending_ = false;         // likewise
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace weir::engine::duckdb
