#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "cli/terminal.hpp"

namespace weir::cli::demo {

struct Options {
  std::string events;                  // path of the events' JSON
  std::string data;                    // empty: a temporary directory
  std::string listen = "127.0.0.1:0";  // HOST:PORT
  std::string program;                 // empty: /proc/self/exe
  std::size_t count = 5000;
  std::uint32_t connections = 8;
  std::uint64_t seed = 1;
  bool keep = false;
  bool once = false;
  bool json = false;
};

/// Runs the whole demo: init, serve, set up, send with a kill in the middle, flush, load, load
/// again, reconcile, report. Unless `once`, the server then runs until Ctrl-C. Progress goes to
/// terminal.err, the report to terminal.out. Returns whether everything reconciles.
Result<bool> run(const Options& options, Terminal& terminal);

}  // namespace weir::cli::demo
