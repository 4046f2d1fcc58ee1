#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace weir::http {

/// Counted by one thread, read by any: the hot path has no locked instruction.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Counts replies by status; a status that is not in the list counts as the first of its hundred.
class StatusCounters {
 public:
  static constexpr std::array<int, 20> statuses = {200, 201, 202, 204, 400, 401, 403,
                                                   404, 405, 408, 409, 411, 413, 415,
                                                   429, 431, 500, 503, 504, 300};
  void add(int status) noexcept { counters_[index_of(status)].add(); }
  std::uint64_t value(std::size_t index) const noexcept { return counters_[index].value(); }

  static constexpr std::size_t index_of(int status) {
    for (std::size_t i = 0; i < statuses.size(); ++i)
      if (statuses[i] == status) return i;
    return status < 200 || status > 599 ? index_of(500) : index_of(status / 100 * 100);
  }

 private:
  std::array<Counter, statuses.size()> counters_;
};

/// The server's own counts, summed over all workers since start.
struct ServerStats {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;  // over the limit
  std::uint64_t large_body_bytes = 0;     // held now, beyond the fixed buffers
  std::array<std::uint64_t, StatusCounters::statuses.size()> replies{};  // as in statuses
};

}  // namespace weir::http
