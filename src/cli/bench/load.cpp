#include "cli/bench/load.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace weir::cli {
namespace {

constexpr std::chrono::milliseconds late_after{1};

}  // namespace

LoadResult run_load(const LoadPlan& plan, const LoadClock& clock,
                    const std::function<LoadConnection(std::uint32_t connection)>& connect) {
  std::vector<LoadConnection> connections;
  for (std::uint32_t i = 0; i < plan.connections; ++i)
    connections.push_back(connect(i));
  std::vector<LoadResult> results(plan.connections);
  std::atomic<std::uint64_t> next{0};
  const auto begun = clock.now();
  const auto work = [&](std::uint32_t number) {
    LoadResult& own = results[number];
    for (std::uint64_t request = next++; request < plan.requests(); request = next++) {
      const auto intended = begun + plan.intended(request);
      if (clock.now() < intended) clock.sleep_until(intended);
      if (clock.now() - intended > late_after) ++own.late;
      const int status = connections[number](request);
      const auto answered = clock.now();
      ++own.answers[status];
      if (status == 202) own.accepted.record(answered - intended);
      own.elapsed = answered - begun;
    }
  };
  std::vector<std::thread> threads;
  for (std::uint32_t i = 1; i < plan.connections; ++i)
    threads.emplace_back(work, i);
  work(0);
  for (std::thread& thread : threads)
    thread.join();

  LoadResult all;
  for (const LoadResult& one : results) {
    all.accepted.add(one.accepted);
    for (const auto& [status, count] : one.answers)
      all.answers[status] += count;
    all.late += one.late;
    all.elapsed = std::max(all.elapsed, one.elapsed);
  }
  return all;
}

}  // namespace weir::cli
