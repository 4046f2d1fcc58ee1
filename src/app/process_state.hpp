#pragma once

#include <cstdint>
#include <string>

namespace weir::app {

/// What the kernel says of this process. What it does not say is 0. For /metrics, under the names
/// that Prometheus's own clients give it.
struct ProcessState {
  double cpu_seconds = 0;  // user and system, of all threads, since the start
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t open_files_max = 0;  // the soft limit
  double started_at = 0;             // seconds since 1970, to a hundredth
};

/// Any thread; opens three files of /proc and a directory.
ProcessState process_state();

/// Seconds since 1970 at which a process started, from its /proc/PID/stat, the machine's /proc/stat
/// and the ticks in a second; 0 where one of them is not understood.
double started_at(const std::string& process, const std::string& machine, long ticks_a_second);

}  // namespace weir::app
