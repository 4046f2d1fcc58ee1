#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>

#include "cli/bench/latency_histogram.hpp"

namespace weir::cli {

/// What is asked of a server.
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

/// What it answered.
struct LoadResult {
  LatencyHistogram accepted;             // from the intended moment to the 202
  std::map<int, std::uint64_t> answers;  // by status; 0: none came
  std::uint64_t late = 0;                // begun more than a millisecond after their moment
  std::chrono::nanoseconds elapsed{};    // to the last answer
};

/// The time that a load runs in, so that tests run it in none.
struct LoadClock {
  std::function<std::chrono::nanoseconds()> now;
  std::function<void(std::chrono::nanoseconds)> sleep_until;
};

/// Sends one request and returns its status, or 0. Called on the connection's own thread.
using LoadConnection = std::function<int(std::uint64_t request)>;

/// Sends each request at its moment, whatever became of those before, and measures from that moment
/// on. A server that stalls therefore cannot slow the load down and hide the wait of those who
/// would have come meanwhile (coordinated omission). Requests that find every connection busy begin
/// late, and their wait counts; `late` tells how many did. Blocks until the last answer.
LoadResult run_load(const LoadPlan& plan, const LoadClock& clock,
                    const std::function<LoadConnection(std::uint32_t connection)>& connect);

}  // namespace weir::cli
