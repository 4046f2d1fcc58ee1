#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>

#include "cli/bench/latency_histogram.hpp"

namespace weir::cli {

/// The load to put on a server.
struct LoadPlan {
  double rate = 1000;  // requests a second, all connections together
  std::chrono::nanoseconds duration = std::chrono::seconds(10);
  std::uint32_t connections = 8;

  std::uint64_t requests() const {
    return static_cast<std::uint64_t>(rate * std::chrono::duration<double>(duration).count());
  }
  std::chrono::nanoseconds intended(std::uint64_t request) const {
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(request) / rate * 1e9));
  }
};

/// The results of a load.
struct LoadResult {
  LatencyHistogram accepted;             // from the intended moment to the 202
  std::map<int, std::uint64_t> answers;  // by status; 0: no answer
  std::uint64_t late = 0;                // sent over a millisecond after its scheduled time
  std::chrono::nanoseconds elapsed{};    // to the last answer
};

/// The clock that a load uses, so that tests need not wait.
struct LoadClock {
  std::function<std::chrono::nanoseconds()> now;
  std::function<void(std::chrono::nanoseconds)> sleep_until;
};

/// Sends one request and returns its status, or 0. Called on the connection's own thread.
using LoadConnection = std::function<int(std::uint64_t request)>;

/// Sends each request at its scheduled time, whatever happened to the ones before, and measures
/// latency from that time. So a stalled server cannot slow the load down and hide the wait of later
/// requests (coordinated omission). A request that finds every connection busy is sent late, and
/// its wait counts; `late` counts such requests. Blocks until the last answer.
LoadResult run_load(const LoadPlan& plan, const LoadClock& clock,
                    const std::function<LoadConnection(std::uint32_t connection)>& connect);

}  // namespace weir::cli
