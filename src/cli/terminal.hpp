#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>

#include "base/time.hpp"

namespace weir::cli {

/// Where a command runs: its streams, its clock, its random. The commands reach for nothing else of
/// the process, so a test runs them whole. Outlives every command.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  std::function<Time()> now;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::uint64_t seed = 0;       // of jitter; anything that differs from run to run
  int exit_code = 0;            // set by the command that ran (docs/cli.md)
  bool is_interactive = false;  // err is looked at by somebody, in may be answered by them
};

}  // namespace weir::cli
