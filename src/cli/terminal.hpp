#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>

#include "base/time.hpp"

namespace weir::cli {

/// What a command uses of its process: streams, clock, randomness. Commands use nothing else, so
/// that a test can run a whole command. Outlives every command.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  std::function<Time()> now;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::uint64_t seed = 0;       // of jitter; anything that differs from run to run
  int exit_code = 0;            // set by the command that ran (docs/cli.md)
  bool is_interactive = false;  // err is a terminal, and in can be asked
};

}  // namespace weir::cli
